import type { WorkUnit } from '../../shared/words.ts';
import { unitKey } from './board-rows.ts';

/** Which units have left the state for the archive, so that whoever shows them is told. */
export class LeftUnits {
  /** The keys of their rows and the numbers of the events, the latest last. */
  readonly #left: { readonly key: string; readonly seq: number }[] = [];
  readonly #firstKnown: number;

  /** `last`: the event by which the latest of them left before; when the others did is not known. */
  constructor(last: number) {
    this.#firstKnown = last;
  }

  add(units: readonly WorkUnit[], seq: number): void {
    for (const { unit } of units) this.#left.push({ key: unitKey(unit.id), seq });
  }

  /** Whether it is known who has left since a number. */
  knowsSince(seq: number): boolean {
    return seq >= this.#firstKnown;
  }

  since(seq: number): string[] {
    // From the end: it is asked at each change, and after years of archiving there are many.
    const last = this.#left.findLastIndex((left) => left.seq <= seq);
    return this.#left.slice(last + 1).map(({ key }) => key);
  }
}
