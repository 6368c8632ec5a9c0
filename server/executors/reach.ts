import type { Log } from '../system/log.ts';

/** Whether an executor is reached, and if not, why. Each change stands in the log once; none after `stopping`. */
export class Reach {
  readonly #name: string;
  readonly #log: Log;
  readonly #gained: () => void;
  readonly #stopping: AbortSignal;
  #isReached = false;
  #problem: string | null = null;

  /** `gained` is called when it is reached that was not. */
  constructor(name: string, log: Log, gained: () => void, stopping: AbortSignal) {
    this.#name = name;
    this.#log = log;
    this.#gained = gained;
    this.#stopping = stopping;
  }

  /** `problem`: why it is not reached; null: it is, or it was not tried yet. */
  get now(): { readonly reached: boolean; readonly problem: string | null } {
    return { reached: this.#isReached, problem: this.#problem };
  }

  gain(): void {
    if (this.#isReached) return;
    this.#isReached = true;
    this.#problem = null;
    this.#log.info(`The executor ${this.#name} is reached.`);
    this.#gained();
  }

  lose(problem: string): void {
    this.#isReached = false;
    if (this.#stopping.aborted || problem === this.#problem) return;
    this.#problem = problem;
    this.#log.info(`The executor ${this.#name} is not reached: ${problem}`);
  }
}
