/**
 * An array that is never changed, only followed by another: setting one slot copies one block of 100 and
 * the short list of blocks, so that a state of 10,000 units costs about a microsecond per event.
 */
export class PersistentVector<T> implements Iterable<T> {
  static readonly size = 100;
  readonly #blocks: readonly (readonly T[])[];
  readonly length: number;

  private constructor(blocks: readonly (readonly T[])[], length: number) {
    this.#blocks = blocks;
    this.length = length;
  }

  static of<T>(values: readonly T[] = []): PersistentVector<T> {
    const blocks: (readonly T[])[] = [];
    for (let at = 0; at < values.length; at += PersistentVector.size)
      blocks.push(values.slice(at, at + PersistentVector.size));
    return new PersistentVector(blocks, values.length);
  }

  get(slot: number): T | undefined {
    return this.#blocks[Math.floor(slot / PersistentVector.size)]?.[slot % PersistentVector.size];
  }

  /** A copy with `slot` set. `slot` is an existing one or the next free one: there are no holes. */
  with(slot: number, value: T): PersistentVector<T> {
    if (slot < 0 || slot > this.length) throw new RangeError(`slot ${slot} of ${this.length}`);
    const at = Math.floor(slot / PersistentVector.size);
    const block = [...(this.#blocks[at] ?? [])];
    block[slot % PersistentVector.size] = value;
    const blocks = [...this.#blocks];
    blocks[at] = block;
    return new PersistentVector(blocks, Math.max(this.length, slot + 1));
  }

  /** The values that differ from those of an earlier one; equal blocks are not looked into. */
  changedSince(before: PersistentVector<T>): T[] {
    return this.#blocks.flatMap((block, at) => {
      const old = before.#blocks[at];
      return block === old ? [] : block.filter((value, slot) => value !== old?.[slot]);
    });
  }

  /** Of one copy: a generator takes twice as long. */
  [Symbol.iterator](): Iterator<T> {
    return this.#blocks.flat().values();
  }
}
