import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../domain/refusal.ts';

/**
 * Delays failed sign-ins only: valid credentials never reach it, so nobody can be locked
 * out. Above a number of concurrent delays it refuses at once.
 */
export class FailureThrottle {
  readonly #most: number;
  readonly #ms: number;
  #waiting = 0;

  constructor(most: number, ms: number) {
    this.#most = most;
    this.#ms = ms;
  }

  /** Throws a `Refusal` if too many requests wait already. */
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
