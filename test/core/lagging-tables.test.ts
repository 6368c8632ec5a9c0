/** The tables follow the log in steps: wherever they stand, the state is that of the log. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { addToken, revokeToken } from '../../server/domain/commands/access.ts';
import { archiveUnits } from '../../server/domain/commands/archive.ts';
import { closeUnit, prioritizeUnit } from '../../server/domain/commands/steering.ts';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY } from '../../server/domain/state.ts';
import { Db } from '../../server/store/sqlite.ts';
import { inHouse, OPERATOR, type StoreFixture, spec, storeOn } from './store-fixture.ts';

const STEP = 500;
const TOKEN = { id: 't', hash: '0', role: 'viewer', name: 'screen', may_answer: false } as const;

const works = ({ works }: ReturnType<Db['state']>) => [...works];

/** Changes the priorities of two units in turn. */
async function change(house: StoreFixture, times: number): Promise<void> {
  for (let nth = 1; nth <= times; nth++)
    await house.commit((state) =>
      prioritizeUnit(state, { chunk: nth % 2 === 0 ? 'a' : 'b', priority: nth % 1000 }),
    );
}

function assertSame(house: StoreFixture): void {
  const folded = house.log().reduce(reduce, EMPTY);
  assert.deepEqual(works(house.db.state()), works(folded));
  assert.deepEqual(works(house.store.state), works(folded));
}

describe('the tables of a SQLite log', () => {
  test(
    'follow in steps, and a state that is read has what they lack',
    inHouse(async (house) => {
      await house.add(spec('a'), spec('b'));
      const seen = new Set<number>();
      for (let nth = 0; nth < 11; nth++) {
        await change(house, 100);
        seen.add(house.db.tablesSeq);
        assertSame(house);
        house.reopen();
        assertSame(house);
      }
      assert.deepEqual([...seen], [0, STEP, 2 * STEP]);
      assert.equal(works(house.db.tables())[0]?.unit.priority, 98, 'as of that event');
    }),
  );

  test(
    'say all that the log says once the store has ended in order',
    inHouse(async (house) => {
      await house.add(spec('a'), spec('b'));
      await change(house, 7);
      house.journal.settle();
      assert.equal(house.db.tablesSeq, house.store.state.seq);
      assert.deepEqual(works(house.db.tables()), works(house.store.state));
      house.journal.settle();
      await change(house, 1);
      assertSame(house);
    }),
  );

  test(
    'follow at once where a unit leaves for the archive',
    inHouse(async (house) => {
      await house.add(spec('a', { external: true }), spec('b'));
      await house.commit((state) => closeUnit(state, { chunk: 'a', reason: '' }));
      house.now = Date.UTC(2026, 2, 5);
      await house.commit((state, at) => archiveUnits(state, at));
      assert.equal(house.db.tablesSeq, house.store.state.seq);
      house.reopen();
      assertSame(house);
      assert.equal(house.store.state.archive.count, 1);
    }),
  );

  test(
    'are right where another program writes them in between',
    inHouse(async (house) => {
      await house.add(spec('a'), spec('b'));
      await change(house, STEP);
      assert.equal(house.db.tablesSeq, STEP);
      const other = Db.open(house.path);
      try {
        const store = storeOn(other);
        await store.commit(OPERATOR, (state) => addToken(state, TOKEN, []));
        for (let nth = 1; nth < STEP; nth++)
          await store.commit(OPERATOR, (state) =>
            prioritizeUnit(state, { chunk: 'a', priority: nth % 1000 }),
          );
        assert.equal(other.tables().tokens.length, 1);
      } finally {
        other.close();
      }
      await change(house, 1);
      await house.commit((state) => revokeToken(state, { id: TOKEN.id }));
      await change(house, STEP);
      assert.ok(house.db.tablesSeq > 2 * STEP);
      assert.deepEqual(house.db.tables().tokens, []);
      assertSame(house);
    }),
  );

  for (const [what, damage, message] of [
    [
      'an event in the part that they lack is garbled',
      'update events set unit = 17 where seq = 3',
      /event 3 /,
    ],
    ['they are ahead of the log', "update meta set value = '99' where key = 'tables'", /know event 99/],
  ] as const)
    test(
      `${what}: it is said, and nothing is written`,
      inHouse(async (house) => {
        await house.add(spec('a'), spec('b'));
        await change(house, 3);
        house.db.close();
        const sqlite = new Sqlite(house.path);
        sqlite.exec(damage);
        sqlite.close();
        const db = Db.open(house.path);
        assert.throws(() => db.state(), message);
        db.close();
      }),
    );
});
