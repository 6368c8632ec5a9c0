/** How many changes are known; of older ones all units are looked at. */
const MOST = 10_000;

/** Which units have changed lately, so that what is new since a number is found without a look at all of them. */
export class RecentChanges {
  #changes: { readonly unit: number; readonly seq: number }[] = [];
  #knownSince: number;

  /** From this number on every change is told to `add`. */
  constructor(seq: number) {
    this.#knownSince = seq;
  }

  /** `seq`: the number of the state in which they were found changed; it never falls. */
  add(units: Iterable<number>, seq: number): void {
    for (const unit of units) this.#changes.push({ unit, seq });
    if (this.#changes.length <= MOST) return;
    const gone = this.#changes.splice(0, this.#changes.length - MOST / 2);
    this.#knownSince = gone.at(-1)?.seq ?? this.#knownSince;
  }

  /** The ids of units that may have changed after a number, each once, ascending; null: that is no longer known. */
  since(seq: number): number[] | null {
    if (seq < this.#knownSince) return null;
    const last = this.#changes.findLastIndex((change) => change.seq <= seq);
    return [...new Set(this.#changes.slice(last + 1).map(({ unit }) => unit))].sort((a, b) => a - b);
  }
}
