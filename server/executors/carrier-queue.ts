/**
 * Whether a carrier may still come, as the engine's listing of its jobs says it. Without a listing nothing is known, and all
 * may come.
 */

/** How long a job that was never listed may take to show, or its carrier to claim the run. */
const UNSEEN_MS = 30_000;
/** The same for one that was in the queue: its carrier may be about to claim. */
const SEEN_MS = 2000;

interface Waiting {
  /** When it was last known to wait. */
  since: number;
  isSeen: boolean;
  isGone: boolean;
}

export class CarrierQueue {
  readonly #waiting = new Map<string, Waiting>();

  /** Whether anybody is waited for. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** From `now` on its carrier may come. */
  expect(marker: string, now: number): void {
    this.#waiting.set(marker, { since: now, isSeen: false, isGone: false });
  }

  forget(marker: string): void {
    this.#waiting.delete(marker);
  }

  /** One that another daemon has started is waited for, too. */
  isWaiting(marker: string, now: number): boolean {
    if (!this.#waiting.has(marker)) this.expect(marker, now);
    return this.#waiting.get(marker)?.isGone === false;
  }

  /** What is listed, as it was asked for at `asked`: what was expected after that may be missing. */
  take(queued: ReadonlySet<string>, asked: number): void {
    for (const [marker, waiting] of this.#waiting)
      if (queued.has(marker)) {
        if (asked > waiting.since) waiting.since = asked;
        waiting.isSeen = true;
        waiting.isGone = false;
      } else if (asked - waiting.since >= (waiting.isSeen ? SEEN_MS : UNSEEN_MS)) waiting.isGone = true;
  }
}
