import { signal } from '../system/processes.ts';

/** How long a process may take to exit after SIGTERM. */
const GRACE_MS = 10_000;

/**
 * Terminates the processes of a run: SIGTERM to each, once; SIGKILL after ten seconds. Called until
 * none is left, so that it catches new ones.
 */
export class ProcessTerminator {
  readonly #since = new Map<string, { readonly at: number; readonly told: Set<number> }>();

  /** `run` identifies the kill; `family`: its live processes. `hurry`: SIGKILL at once. */
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
