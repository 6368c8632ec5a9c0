/** Old events are packed: the log, and all that is made of it, is the same as before. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { holdUnit, prioritizeUnit } from '../../server/domain/commands/steering.ts';
import { backUp, withDatabase } from '../../server/store/backup.ts';
import { checkLog } from '../../server/store/check-log.ts';
import { DatabaseProblem } from '../../server/store/database-file.ts';
import { importLines, linesOf } from '../../server/store/log-file.ts';
import { packEvents } from '../../server/store/pack-events.ts';
import { Db } from '../../server/store/sqlite.ts';
import { SqliteJournal } from '../../server/store/sqlite-journal.ts';
import { sqliteSnapshot, sqliteTarget } from '../../server/store/whole-log.ts';
import { gathered, inHouse, type StoreFixture, spec } from './store-fixture.ts';

/** Two units with thousands of events, and one that is as old as they. */
async function live(house: StoreFixture): Promise<void> {
  await house.add(spec('a'), spec('b'), spec('quiet'));
  await house.ask('a', 'port');
  await house.answer('a', 'port', { text: '8080', key: 'answer-1' });
  // What looks like the rows of a pack, in words of a unit.
  const why = ',{"seq":1,"unit":1,"type":"x"},{\\"seq\\":2,\\"unit\\":0,\\"type\\":\\"y\\"}]';
  await house.commit((state) => holdUnit(state, { chunk: 'quiet', why }));
  const toggles = Array.from({ length: 4600 }, (_, nth) => {
    const chunk = nth % 2 === 0 ? 'a' : 'b';
    return house.commit((state) => prioritizeUnit(state, { chunk, priority: 1 + (nth % 99) }));
  });
  await Promise.all(toggles);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test(
  'packed, the log reads the same: forwards, backwards, from any number, of one unit',
  inHouse(async (house) => {
    await live(house);
    const log = house.log();
    await packEvents(house.db, 500).look();
    assert.equal(
      house.db.log.unpacked,
      log.length % 1000 >= 500 ? log.length % 1000 : (log.length % 1000) + 1000,
    );
    assert.deepEqual(house.log(), log);
    const journal = new SqliteJournal(house.db);
    const units = [undefined, 0, 1, 2, 3];
    for (const unit of units)
      for (const seq of [0, 1, 999, 1000, 1001, 2500, log.length - 1, log.length, log.length + 5]) {
        const isOf = (each: (typeof log)[number]) => unit === undefined || each.unit === unit;
        assert.deepEqual(
          await all(journal.events(seq, unit)),
          log.filter((each) => isOf(each) && each.seq > seq),
        );
        assert.deepEqual(
          await all(journal.eventsBackwards(unit, seq)),
          log.filter((each) => isOf(each) && each.seq < seq).toReversed(),
        );
      }
  }),
);

test(
  'check, backup, export and import know no difference, and what is written goes on',
  inHouse(async (house) => {
    await live(house);
    const before = {
      log: house.log(),
      lines: await gathered(linesOf(sqliteSnapshot(house.db))),
      state: house.db.state(),
    };
    await packEvents(house.db, 100).look();
    assert.deepEqual((await checkLog(house.db)).differences, []);
    assert.deepEqual(await gathered(linesOf(sqliteSnapshot(house.db))), before.lines);
    const copy = join(house.folder, 'copy.db');
    await backUp(house.path, copy);
    await withDatabase(Db.look(copy), (db) => assert.deepEqual([...db.events()], before.log));
    await withDatabase(Db.open(join(house.folder, 'other.db')), async (db) => {
      await importLines(sqliteTarget(db), lines(before.lines));
      assert.deepEqual(db.state(), before.state);
    });
    house.reopen();
    assert.deepEqual(house.db.state(), before.state);
    await house.add(spec('later'));
    assert.equal(house.log().at(-1)?.seq, before.log.length + 1);
    assert.equal(house.db.kept('answer-1')?.seq !== undefined, true);
  }),
);

async function* lines(given: readonly string[]): AsyncIterable<string> {
  yield* given;
}

test(
  'a missing or garbled pack is damage',
  inHouse(async (house) => {
    await live(house);
    await packEvents(house.db, 100).look();
    house.db.checkpoint();
    house.db.close();
    const tamper = (statement: string) => {
      const sqlite = new Sqlite(house.path);
      sqlite.exec(statement);
      sqlite.close();
    };
    const isProblem = (message: RegExp) => (error: unknown) =>
      error instanceof DatabaseProblem && message.test(error.message);
    tamper(
      'create table aside as select * from packs where first = 1001; delete from packs where first = 1001',
    );
    assert.throws(() => Db.open(house.path), isProblem(/has gaps in its log/));
    tamper("insert into packs select first, last, x'00ff' from aside");
    await withDatabase(Db.look(house.path), async (db) => {
      await assert.rejects(async () => checkLog(db), /cannot be read|damaged/);
    });
    tamper('update packs set events = (select events from aside) where first = 1001; drop table aside');
    house.reopen();
    assert.deepEqual((await checkLog(house.db)).differences, []);
  }),
);
