import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { holdUnit, releaseUnit } from '../../server/domain/commands/steering.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { conflict } from '../../server/domain/refusal.ts';
import type { Decide } from '../../server/store/decide-batch.ts';
import { inHouse, OPERATOR, refused, type StoreFixture, spec, turn } from './store-fixture.ts';

const chunks = (house: StoreFixture) => [...house.store.state.works].map(({ unit }) => unit.chunk);
const broken: Decide = () => {
  throw new TypeError('a mistake of ours');
};
const no: Decide = () => {
  throw conflict('stale', 'No.');
};

/** What another process sees in the file. */
function seenByOthers(house: StoreFixture): number {
  const other = new Sqlite(house.path, { readonly: true });
  try {
    return (other.prepare('select count(*) as n from events').get() as { n: number }).n;
  } finally {
    other.close();
  }
}

test(
  'a decision sees what those before it in the same turn changed',
  inHouse(async (house) => {
    const seen: number[] = [];
    const look = (name: string) =>
      house.commit((state) => {
        seen.push(state.works.length);
        return addUnits(state, [spec(name)]);
      });
    await Promise.all([look('a'), look('b'), look('c')]);
    assert.deepEqual(seen, [0, 1, 2]);
  }),
);

test(
  'one refusal is alone in being refused',
  inHouse(async (house) => {
    const ends = await Promise.allSettled([house.add(spec('a')), house.commit(no), house.add(spec('b'))]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(chunks(house), ['a', 'b']);
  }),
);

test(
  'a decision that breaks changes nothing and rejects only itself, as what it is',
  inHouse(async (house) => {
    const [first, failed, last] = [house.add(spec('a')), house.commit(broken), house.add(spec('b'))];
    await assert.rejects(failed, new TypeError('a mistake of ours'));
    assert.deepEqual([(await first).seq, (await last).seq], [1, 2]);
    assert.deepEqual(house.types(), ['unit.added', 'unit.added']);
  }),
);

test(
  'changes that cannot be folded change nothing, the good ones before them included',
  inHouse(async (house) => {
    const decide: Decide = (state) => ({
      changes: [
        ...addUnits(state, [spec('a')]).changes,
        { type: 'phase.finished', unit: 9, data: { phase: 'X' } },
      ],
    });
    await assert.rejects(house.commit(decide), /never added/);
    assert.deepEqual([house.store.state.seq, house.log().length], [0, 0]);
    await house.add(spec('b'));
  }),
);

test(
  'after an error of the database nothing of the batch is kept, and the next one goes on',
  inHouse(async (house) => {
    const { db } = house;
    const write = db.addEvent.bind(db);
    db.addEvent = (event) => {
      if (event.seq === 2) throw Object.assign(new Error('torn'), { code: 'SQLITE_CORRUPT' });
      write(event);
    };
    const ends = await Promise.allSettled([house.add(spec('a')), house.add(spec('b'))]);
    db.addEvent = write;
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual([house.store.state.seq, house.log()], [0, []]);
    assert.equal((await house.add(spec('c'))).seq, 1);
  }),
);

test(
  'nobody is told before it is in the file for others to read',
  inHouse(async (house) => {
    const told: string[] = [];
    house.store.onChange(() => told.push(`listener ${seenByOthers(house)}`));
    const done = house.add(spec('a')).then(() => told.push(`caller ${seenByOthers(house)}`));
    await house.commit(() => {
      told.push(`deciding ${house.store.state.seq}`);
      return { changes: [] };
    });
    await done;
    assert.deepEqual(told.sort(), ['caller 1', 'deciding 0', 'listener 1']);
  }),
);

test(
  'nothing happens in the turn of the caller',
  inHouse(async (house) => {
    const adding = house.add(spec('a'));
    assert.equal(house.store.state.seq, 0);
    await adding;
    assert.equal(house.store.state.seq, 1);
  }),
);

test(
  'listeners are called once per batch, and not when nothing changed',
  inHouse(async (house) => {
    let calls = 0;
    const stop = house.store.onChange(() => calls++);
    await Promise.all([house.add(spec('a')), house.add(spec('b')), house.add(spec('c'))]);
    assert.equal(calls, 1);
    await Promise.allSettled([house.commit(no), house.commit(broken), house.add(spec('a'))]);
    assert.equal(calls, 1);
    stop();
    await house.add(spec('d'));
    assert.equal(calls, 1);
  }),
);

test(
  'same key and same input: the same result, nothing twice',
  inHouse(async (house) => {
    const add = () =>
      house.commit((state) => addUnits(state, [spec('a')]), OPERATOR, { key: 'k', procedure: 'p', input: 1 });
    const [first, sameTurn] = await Promise.all([add(), add()]);
    await house.add(spec('b'));
    house.reopen();
    assert.deepEqual([sameTurn, await add()], [first, first]);
    assert.equal(house.log().length, 2);
  }),
);

test(
  'same key and another input: a conflict',
  inHouse(async (house) => {
    const add = (name: string) =>
      house.commit((state) => addUnits(state, [spec(name)]), OPERATOR, {
        key: 'k',
        procedure: 'p',
        input: name,
      });
    await add('a');
    await refused(add('b'), 'conflict', /key was used before/);
    assert.deepEqual(chunks(house), ['a']);
  }),
);

test(
  'same key and same input for another procedure: a conflict, not the other one’s success',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const once = (procedure: string) => ({ key: 'k', procedure, input: { chunk: 'a' } });
    await house.commit((state) => holdUnit(state, { chunk: 'a', why: '' }), OPERATOR, once('units.hold'));
    const release = () =>
      house.commit((state) => releaseUnit(state, { chunk: 'a' }), OPERATOR, once('units.release'));
    await refused(release(), 'conflict', /key was used before/);
    assert.equal(house.status('a'), 'BLOCKED');
  }),
);

test(
  'a key that an older version kept, without its procedure, is known again',
  inHouse(async (house) => {
    const input = { chunk: 'a' };
    const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex');
    house.db.keep('k', digest, 7, '{"chunks":["a"]}');
    const once = { key: 'k', procedure: 'units.add', input };
    const again = await house.commit((state) => addUnits(state, [spec('a')]), OPERATOR, once);
    assert.deepEqual([again, house.log()], [{ seq: 7, result: { chunks: ['a'] } }, []]);
  }),
);

test(
  'a refusal does not use up its key',
  inHouse(async (house) => {
    const once = { key: 'k', procedure: 'p', input: 1 };
    await refused(house.commit(no, OPERATOR, once), 'conflict', /No/);
    await house.commit((state) => addUnits(state, [spec('a')]), OPERATOR, once);
    assert.deepEqual(chunks(house), ['a']);
  }),
);

test(
  'each event says who did it and when',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const [event] = house.log();
    assert.deepEqual([event?.by, event?.at], [OPERATOR, '2026-01-05T09:00:00.000Z']);
  }),
);

test(
  'flush settles what is queued, and the turn after finds nothing left to do',
  inHouse(async (house) => {
    const adding = house.add(spec('a'));
    await house.store.flush();
    assert.deepEqual(chunks(house), ['a']);
    await adding;
  }),
);

test(
  'flush and close end in order: nothing touches the closed database afterwards',
  inHouse(async (house) => {
    const adding = house.add(spec('a'));
    await house.store.flush();
    house.db.close();
    await adding;
    // What is thrown outside of any caller fails the test by itself.
    await turn();
  }),
);

test(
  'a writer beside us makes commits wait, not fail',
  inHouse(async (house) => {
    const other = new Sqlite(house.path);
    try {
      other.exec('begin immediate');
      const adding = house.add(spec('a'));
      adding.catch(() => {});
      await turn();
      other.exec('rollback');
      await adding;
    } finally {
      other.close();
    }
    assert.deepEqual(chunks(house), ['a']);
  }),
);
