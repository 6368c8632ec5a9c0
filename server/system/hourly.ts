/** What is done because something is old: every hour, and not on the word of a clock that has just jumped. */
import type { Chore } from './upkeep.ts';

const HOUR_MS = 3_600_000;
/** Less of a jump than this makes nothing too old: what is kept is kept for days. */
const JUMP_MS = 24 * HOUR_MS;

export interface ClockPair {
  /** The wall clock, in milliseconds. */
  readonly now: () => number;
  /** Goes on evenly, whatever is set: milliseconds since any moment. */
  readonly elapsed: () => number;
}

const SYSTEM: ClockPair = { now: Date.now, elapsed: () => performance.now() };

/**
 * Whether the wall clock has gone on evenly for an hour. After a jump of more than a day it may be wrong, and be set right
 * again: a battery that is empty, a machine that was asleep. What is deleted on its word does not come back.
 */
export class SettledClock {
  readonly #clock: ClockPair;
  /** Between the two clocks. */
  #distance: number;
  #since: number;

  /** `known`: a moment that was now when something last happened; null: nothing ever did. */
  constructor(known: number | null, clock: ClockPair = SYSTEM) {
    this.#clock = clock;
    this.#distance = clock.now() - clock.elapsed();
    const isNear = known !== null && Math.abs(clock.now() - known) < JUMP_MS;
    this.#since = isNear ? Number.NEGATIVE_INFINITY : clock.elapsed();
  }

  get now(): number {
    return this.#clock.now();
  }

  /** To be asked again and again: a jump is seen as a difference to the last time. */
  isSettled(): boolean {
    const elapsed = this.#clock.elapsed();
    const distance = this.#clock.now() - elapsed;
    if (Math.abs(distance - this.#distance) > JUMP_MS) {
      this.#distance = distance;
      this.#since = elapsed;
    }
    return elapsed - this.#since >= HOUR_MS;
  }
}

/** At first, and then for every hour of the wall clock. `act` gets the moment, in milliseconds; if it fails, it is tried again. */
export function hourly(name: string, clock: SettledClock, act: (at: number) => Promise<void>): Chore {
  let looked = Number.NEGATIVE_INFINITY;
  return {
    name,
    look: async () => {
      const at = clock.now;
      if (!clock.isSettled() || Math.abs(at - looked) < HOUR_MS) return;
      await act(at);
      looked = at;
    },
  };
}
