/** Two writers on one file, which a lock should prevent: no caller waits for ever, and nothing is taken for kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUnits } from '../../server/domain/commands/units.ts';
import { Db } from '../../server/store/sqlite.ts';
import type { Store } from '../../server/store/store.ts';
import { inHouse, OPERATOR, refused, type StoreFixture, spec, storeOn } from './store-fixture.ts';

const chunksOf = (store: Store) => [...store.state.works].map(({ unit }) => unit.chunk);

/** Somebody else who has the same file open. */
async function beside(house: StoreFixture, act: (other: Store) => Promise<void>): Promise<void> {
  const db = Db.open(house.path);
  try {
    await act(storeOn(db));
  } finally {
    db.close();
  }
}

const add = (store: Store, chunk: string) =>
  store.commit(OPERATOR, (state) => addUnits(state, [spec(chunk)]));

test(
  'a commit after somebody else wrote to the file is decided again on what is there, and settles',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await beside(house, async (other) => {
      await add(other, 'theirs');
      const { seq } = await house.add(spec('ours'));
      assert.equal(seq, 3);
      assert.deepEqual(chunksOf(house.store), ['a', 'theirs', 'ours']);
    });
  }),
);

test(
  'what somebody else wrote is no sign that ours was kept: the same name is refused, not taken',
  inHouse(async (house) => {
    await beside(house, async (other) => {
      await add(other, 'same');
      await refused(house.add(spec('same', { title: 'another one' })), 'conflict', /a unit of this name/);
      assert.deepEqual(
        house.log().map(({ type }) => type),
        ['unit.added'],
      );
    });
  }),
);

test(
  'two writers in turn lose nothing, and every caller is told',
  inHouse(async (house) => {
    await beside(house, async (other) => {
      const all = Array.from({ length: 20 }, (_, n) => [add(house.store, `o${n}`), add(other, `t${n}`)]);
      await Promise.all(all.flat());
    });
    house.reopen();
    assert.equal(chunksOf(house.store).length, 40);
    assert.deepEqual(
      house.log().map(({ seq }) => seq),
      Array.from({ length: 40 }, (_, n) => n + 1),
    );
  }),
);

test(
  'a batch whose COMMIT reported an error after it was kept is answered as kept',
  inHouse(async (house) => {
    const { db } = house;
    const commit = db.commit.bind(db);
    db.commit = () => {
      commit();
      db.commit = commit;
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
    };
    assert.equal((await house.add(spec('a'))).seq, 1);
    assert.deepEqual(chunksOf(house.store), ['a']);
    assert.equal((await house.add(spec('b'))).seq, 2);
  }),
);
