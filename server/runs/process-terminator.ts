import { signal } from '../system/processes.ts';

/** How long a process may take to end by itself after TERM. */
const GRACE_MS = 10_000;

/**
 * Ends a family of processes: TERM for each, once; what is left after ten seconds is KILLed. Asked again and
 * again until nobody is left, it catches who was born meanwhile.
 */
export class ProcessTerminator {
  readonly #since = new Map<string, { readonly at: number; readonly told: Set<number> }>();

  /** `run` says which kill this is; `family` who is alive now. `hurry`: no time is left to end by itself. */
  press(run: string, family: readonly number[], hurry = false): void {
    const kill = this.#since.get(run) ?? { at: performance.now(), told: new Set<number>() };
    this.#since.set(run, kill);
    const isOver = hurry || performance.now() - kill.at > GRACE_MS;
    for (const pid of family) {
      if (isOver) signal(pid, 'SIGKILL');
      else if (!kill.told.has(pid)) signal(pid, 'SIGTERM');
      kill.told.add(pid);
    }
  }

  forget(run: string): void {
    this.#since.delete(run);
  }
}
