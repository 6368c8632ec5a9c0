/** Which point comes next: of those that were ever seen, before and after, the ones that were killed least. */
import { existsSync, readFileSync } from 'node:fs';
import type { KillPoint, Side } from './kill-points.ts';
import type { Random } from './random.ts';

/** A point that does not come again is not waited for for ever. */
const MOST_VAIN = 3;

export class KillPlan {
  readonly #names: string;
  readonly #random: Random;
  readonly #kills = new Map<string, number>();
  readonly #vain = new Map<string, number>();

  /** `names`: the file to which the processes add the names of points as they come. */
  constructor(names: string, random: Random) {
    this.#names = names;
    this.#random = random;
  }

  /** Whether no point has ever been seen. */
  get isEmpty(): boolean {
    return this.#known().length === 0;
  }

  /** null: nothing is known yet, or it is time for a moment of chance. */
  next(): KillPoint | null {
    if (this.#random(10) === 0) return null;
    const known = this.#known().filter((key) => (this.#vain.get(key) ?? 0) < MOST_VAIN);
    const least = Math.min(...known.map((key) => this.#kills.get(key) ?? 0));
    const rare = known.filter((key) => (this.#kills.get(key) ?? 0) === least);
    const key = rare[this.#random(rare.length || 1)];
    if (key === undefined) return null;
    const [side, ...name] = key.split(' ') as [Side, ...string[]];
    return { side, name: name.join(' '), nth: this.#random(3) === 0 ? 2 + this.#random(4) : 1 };
  }

  ended({ side, name }: KillPoint, wasKilled: boolean): void {
    const key = `${side} ${name}`;
    const counts = wasKilled ? this.#kills : this.#vain;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (wasKilled) this.#vain.delete(key);
  }

  /** How many points were killed at, of how many. */
  get covered(): string {
    return `${this.#kills.size} of ${this.#known().length} points`;
  }

  #known(): string[] {
    if (!existsSync(this.#names)) return [];
    const names = new Set(readFileSync(this.#names, 'utf8').split('\n').filter(Boolean));
    return [...names].sort().flatMap((name) => [`before ${name}`, `after ${name}`]);
  }
}
