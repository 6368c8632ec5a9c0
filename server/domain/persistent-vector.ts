/**
 * An array that is never changed, only followed by another: setting one slot copies one block of 100 and
 * the short list of blocks, so that a state of 10,000 units costs about a microsecond per event. Slots may be emptied;
 * a block of which nothing is left takes no room and no time.
 */
export class PersistentVector<T> implements Iterable<T> {
  static readonly size = 100;
  /** An empty slot is a hole, not `undefined`: what walks over a block passes over it. */
  readonly #blocks: readonly (readonly T[])[];
  /** One more than the highest slot that was ever set. */
  readonly length: number;

  private constructor(blocks: readonly (readonly T[])[], length: number) {
    this.#blocks = blocks;
    this.length = length;
  }

  static of<T>(values: readonly T[] = []): PersistentVector<T> {
    return PersistentVector.at([...values.entries()], values.length);
  }

  /** Of slots with their values; all others up to `length` are empty. */
  static at<T>(slots: Iterable<readonly [slot: number, value: T]>, length: number): PersistentVector<T> {
    const count = Math.ceil(length / PersistentVector.size);
    const blocks: (readonly T[])[] = new Array(count).fill(EMPTY);
    for (const [slot, value] of slots) {
      if (slot < 0 || slot >= length) throw new RangeError(`slot ${slot} of ${length}`);
      const at = Math.floor(slot / PersistentVector.size);
      let block = blocks[at] as T[];
      if (block === EMPTY) blocks[at] = block = [];
      block[slot % PersistentVector.size] = value;
    }
    return new PersistentVector(blocks, length);
  }

  get(slot: number): T | undefined {
    return this.#blocks[Math.floor(slot / PersistentVector.size)]?.[slot % PersistentVector.size];
  }

  /** A copy with `slot` set. `slot` is one below `length`, or the next. */
  with(slot: number, value: T): PersistentVector<T> {
    if (slot < 0 || slot > this.length) throw new RangeError(`slot ${slot} of ${this.length}`);
    const block = this.#blockOf(slot);
    block[slot % PersistentVector.size] = value;
    return this.#withBlock(slot, block);
  }

  /** A copy with `slot` empty. */
  without(slot: number): PersistentVector<T> {
    const block = this.#blockOf(slot);
    delete block[slot % PersistentVector.size];
    return this.#withBlock(slot, block.some(() => true) ? block : EMPTY);
  }

  /** A copy; holes stay holes. */
  #blockOf(slot: number): T[] {
    return this.#blocks[Math.floor(slot / PersistentVector.size)]?.slice() ?? [];
  }

  #withBlock(slot: number, block: readonly T[]): PersistentVector<T> {
    const blocks = [...this.#blocks];
    blocks[Math.floor(slot / PersistentVector.size)] = block;
    return new PersistentVector(blocks, Math.max(this.length, slot + 1));
  }

  /** The values that differ from those of an earlier one; equal blocks are not looked into. */
  changedSince(before: PersistentVector<T>): T[] {
    return this.#blocks.flatMap((block, at) => {
      const old = before.#blocks[at];
      return block === old ? [] : block.filter((value, slot) => value !== old?.[slot]);
    });
  }

  /** The values of an earlier one whose slots are empty now. */
  emptiedSince(before: PersistentVector<T>): T[] {
    return before.#blocks.flatMap((old, at) => {
      const block = this.#blocks[at];
      return block === old ? [] : old.filter((_, slot) => block?.[slot] === undefined);
    });
  }

  /** Of one copy: a generator takes twice as long. */
  [Symbol.iterator](): Iterator<T> {
    return this.#blocks.flat().values();
  }
}

const EMPTY: never[] = [];
