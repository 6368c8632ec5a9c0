import type { WorkUnit } from '../../shared/words.ts';
import { unitKey } from './board-rows.ts';

/** Which units have left the state for the archive, so that whoever shows them is told. */
export class LeftUnits {
  /** By the keys of their rows: the numbers of the events. */
  readonly #left = new Map<string, number>();
  readonly #firstKnown: number;

  /** `last`: the event by which the latest of them left before; when the others did is not known. */
  constructor(last: number) {
    this.#firstKnown = last;
  }

  add(units: readonly WorkUnit[], seq: number): void {
    for (const { unit } of units) this.#left.set(unitKey(unit.id), seq);
  }

  /** Whether it is known who has left since a number. */
  knowsSince(seq: number): boolean {
    return seq >= this.#firstKnown;
  }

  since(seq: number): string[] {
    return [...this.#left].flatMap(([key, left]) => (left > seq ? [key] : []));
  }
}
