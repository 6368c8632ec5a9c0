/** Chance that can be had again: the same seed, the same draws (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  /** A whole number from 0 to 2³² − 1. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  below(count: number): number {
    return count <= 1 ? 0 : this.next() % count;
  }

  /** Both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Up to `most` of what `make` makes; few more often than many. */
  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: Math.min(this.below(most + 1), this.below(most + 1)) }, make);
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count);
    for (let at = 0; at < count; at++) bytes[at] = this.next() >>> 7;
    return bytes;
  }

  /** Another stream of draws, which depends on this one. */
  fork(): Random {
    return new Random(this.next());
  }
}
