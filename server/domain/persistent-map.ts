/**
 * A map from text that is never changed, only followed by another: setting one key copies one small bucket
 * and the list of buckets.
 */
export class PersistentMap<V> implements Iterable<readonly [string, V]> {
  static readonly count = 512;
  readonly #buckets: readonly (ReadonlyMap<string, V> | undefined)[];

  private constructor(buckets: readonly (ReadonlyMap<string, V> | undefined)[]) {
    this.#buckets = buckets;
  }

  static of<V>(entries: Iterable<readonly [string, V]> = []): PersistentMap<V> {
    const buckets: (Map<string, V> | undefined)[] = new Array(PersistentMap.count).fill(undefined);
    for (const [key, value] of entries) {
      const at = bucketOf(key);
      let bucket = buckets[at];
      if (!bucket) buckets[at] = bucket = new Map();
      bucket.set(key, value);
    }
    return new PersistentMap(buckets);
  }

  get(key: string): V | undefined {
    return this.#buckets[bucketOf(key)]?.get(key);
  }

  *[Symbol.iterator](): Iterator<readonly [string, V]> {
    for (const bucket of this.#buckets) if (bucket) yield* bucket;
  }

  with(key: string, value: V): PersistentMap<V> {
    return this.#replace(key, (bucket) => bucket.set(key, value));
  }

  without(key: string): PersistentMap<V> {
    return this.#replace(key, (bucket) => bucket.delete(key));
  }

  #replace(key: string, change: (bucket: Map<string, V>) => unknown): PersistentMap<V> {
    const at = bucketOf(key);
    const bucket = new Map(this.#buckets[at]);
    change(bucket);
    const buckets = [...this.#buckets];
    buckets[at] = bucket;
    return new PersistentMap(buckets);
  }
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % PersistentMap.count;
}
