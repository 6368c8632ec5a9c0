import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PersistentMap } from '../../server/domain/persistent-map.ts';
import { PersistentVector } from '../../server/domain/persistent-vector.ts';

const writes = fc.array(fc.tuple(fc.nat(450), fc.integer()), { maxLength: 600, size: 'max' });

/** Writes into an existing slot or the next free one, as the state does. */
function written(
  blocks: PersistentVector<number>,
  plain: number[],
  all: readonly (readonly [number, number])[],
) {
  let next = blocks;
  for (const [slot, value] of all) {
    const at = Math.min(slot, plain.length);
    next = next.with(at, value);
    plain[at] = value;
  }
  return next;
}

test('blocks hold what an array holds', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 350, size: 'max' }), writes, (start, all) => {
      const plain = [...start];
      const blocks = written(PersistentVector.of(start), plain, all);
      assert.deepEqual([...blocks], plain);
      assert.equal(blocks.length, plain.length);
      assert.deepEqual(
        [0, 99, 100, plain.length - 1, plain.length].map((at) => blocks.get(at)),
        [...[0, 99, 100, plain.length - 1, plain.length].map((at) => plain[at])],
      );
    }),
  );
});

test('setting a slot leaves the blocks before it as they were', () => {
  fc.assert(
    fc.property(writes, writes, (first, second) => {
      const plain: number[] = [];
      const before = written(PersistentVector.of(), plain, first);
      const kept = [...plain];
      written(before, plain, second);
      assert.deepEqual([...before], kept);
    }),
  );
});

test('what changed between two blocks is every slot with another value, in order', () => {
  fc.assert(
    fc.property(writes, writes, (first, second) => {
      const old: number[] = [];
      const before = written(PersistentVector.of(), old, first);
      const plain = [...old];
      const after = written(before, plain, second);
      const expected = plain.filter((value, at) => at >= old.length || value !== old[at]);
      assert.deepEqual(after.changedSince(before), expected);
      assert.deepEqual(after.changedSince(after), []);
    }),
  );
});

test('blocks have no holes', () => {
  assert.throws(() => PersistentVector.of([1, 2]).with(3, 1), RangeError);
  assert.throws(() => PersistentVector.of([1, 2]).with(-1, 1), RangeError);
});

const key = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('', 'a', '__proto__', 'constructor'));
const put = fc.tuple(key, fc.option(fc.integer(), { nil: undefined }));

test('buckets hold what a map holds, and those before stay as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.integer())), fc.array(put, { maxLength: 300 }), (start, puts) => {
      const plain = new Map(start);
      let buckets = PersistentMap.of(start);
      const keys = new Set([...plain.keys(), ...puts.map(([key]) => key)]);
      const first = { plain: new Map(plain), buckets };
      for (const [key, value] of puts) {
        buckets = value === undefined ? buckets.without(key) : buckets.with(key, value);
        value === undefined ? plain.delete(key) : plain.set(key, value);
      }
      for (const key of keys) {
        assert.equal(buckets.get(key), plain.get(key));
        assert.equal(first.buckets.get(key), first.plain.get(key));
      }
    }),
  );
});

test('keys that share a bucket keep their own values', () => {
  const keys = Array.from({ length: PersistentMap.count * 4 }, (_, n) => `key ${n}`);
  const buckets = keys.reduce((all, key, n) => all.with(key, n), PersistentMap.of<number>());
  const thinned = keys.filter((_, n) => n % 2).reduce((all, key) => all.without(key), buckets);
  assert.deepEqual(
    keys.map((key) => thinned.get(key)),
    keys.map((_, n) => (n % 2 ? undefined : n)),
  );
});
