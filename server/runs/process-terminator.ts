import { sendSignal } from '../system/processes.ts';

/** How long a process may take to exit after SIGTERM. */
const GRACE_MS = 10_000;

/**
 * Terminates the processes of a run: SIGTERM to each, once; SIGKILL after ten seconds. Called until
 * none is left, so that it catches new ones.
 */
export class ProcessTerminator {
  readonly #since = new Map<string, { readonly at: number; readonly told: Set<number> }>();
  readonly #send: typeof sendSignal;

  constructor(send: typeof sendSignal = sendSignal) {
    this.#send = send;
  }

  /**
   * `run` identifies the kill; `family`: its live processes. `hurry`: SIGKILL at once. Returns those that took no
   * SIGKILL, because they have changed their user: nothing that we do ends them.
   */
  press(run: string, family: readonly number[], hurry = false): number[] {
    const kill = this.#since.get(run) ?? { at: performance.now(), told: new Set<number>() };
    this.#since.set(run, kill);
    const isOver = hurry || performance.now() - kill.at > GRACE_MS;
    if (isOver) return family.filter((pid) => !this.#send(pid, 'SIGKILL'));
    for (const pid of family) {
      if (!kill.told.has(pid)) this.#send(pid, 'SIGTERM');
      kill.told.add(pid);
    }
    return [];
  }

  forget(run: string): void {
    this.#since.delete(run);
  }
}
