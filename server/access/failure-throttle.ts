import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../domain/refusal.ts';

/**
 * Makes guessing slow, not signing in: whoever shows something valid never comes here, so nobody can be locked
 * out. Beyond so many at a time the answer is "later", at once.
 */
export class FailureThrottle {
  readonly #most: number;
  readonly #ms: number;
  #waiting = 0;

  constructor(most: number, ms: number) {
    this.#most = most;
    this.#ms = ms;
  }

  /** Throws a `Refusal` when too many wait already. */
  async wait(): Promise<void> {
    if (this.#waiting >= this.#most)
      throw new Refusal(
        'unavailable',
        'throttled',
        'Too many sign-ins fail right now. Try again in a moment.',
      );
    this.#waiting++;
    try {
      await pause(this.#ms);
    } finally {
      this.#waiting--;
    }
  }
}
