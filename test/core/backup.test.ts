/** A copy counts once it has been checked; a log folds elsewhere to the same state; what is damaged is named. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { backUp, restoreBackup } from '../../server/store/backup.ts';
import { checkLog } from '../../server/store/check-log.ts';
import { DatabaseProblem } from '../../server/store/database-file.ts';
import { importLines, linesOf } from '../../server/store/log-file.ts';
import { Db } from '../../server/store/sqlite.ts';
import { sqliteSnapshot, sqliteTarget } from '../../server/store/whole-log.ts';
import type { DatabaseDifference } from '../../shared/offline.ts';
import { asSchema11 } from './schema-11.ts';
import { gathered, inHouse, type StoreFixture, spec } from './store-fixture.ts';

const EVENTS = 6;

/** Units, a run, an item with its answer, and a key. */
async function live(house: StoreFixture): Promise<void> {
  await house.add(spec('a'), spec('b', { after: ['a'] }));
  await house.start('a');
  await house.ask('a', 'port');
  await house.answer('a', 'port', { text: '8080', key: 'answer-1' });
}

const withFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-backup-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

async function using<T>(db: Db, use: (db: Db) => T | Promise<T>): Promise<T> {
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

const logIn = (path: string) => using(Db.open(path), (db) => [...db.events()]);

/** What somebody does to the file behind our back. */
function tamper(path: string, statement: string): void {
  const sqlite = new Sqlite(path);
  sqlite.exec(statement);
  sqlite.close();
}

const isProblem = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DatabaseProblem, String(error));
  assert.match(error.message, message);
  return true;
};

test(
  "a backup that is made while somebody writes is checked, the operator's alone, and whole",
  inHouse(async (house) => {
    await live(house);
    const target = join(house.folder, 'copy');
    const checked = await backUp(house.path, target);
    await house.add(spec('later'));
    assert.deepEqual(
      { ...checked, differences: checked.differences.length },
      { events: EVENTS, units: 2, items: 1, differences: 0 },
    );
    assert.equal(statSync(target).mode & 0o777, 0o600);
    assert.deepEqual(await logIn(target), house.log().slice(0, EVENTS));
    assert.deepEqual(
      readdirSync(house.folder).filter((name) => name.startsWith('copy.')),
      [],
      'nothing is left beside it',
    );
  }),
);

test(
  'the way back: the state of the backup under a new epoch, and what was there is kept',
  inHouse(async (house) => {
    await live(house);
    const backup = join(house.folder, 'copy');
    await backUp(house.path, backup);
    await house.add(spec('later'));
    const { epoch } = house.store;
    house.db.close();
    await restoreBackup(backup, house.path, `${house.path}.aside`);
    house.reopen();
    assert.equal(house.store.state.seq, EVENTS);
    assert.equal(house.item('port').answer?.text, '8080');
    assert.notEqual(house.store.epoch, epoch);
    assert.equal((await logIn(`${house.path}.aside`)).at(-1)?.type, 'unit.added');
    assert.ok(existsSync(backup));
  }),
);

/** What was done to tables that say all that the log says, and what a check says of it. */
const DAMAGES: readonly [string, DatabaseDifference][] = [
  ["update units set facts = json_set(facts, '$.priority', 7) where id = 1", { code: 'unit', chunk: 'b' }],
  ["update runs set facts = json_set(facts, '$.phase', 'X')", { code: 'unit', chunk: 'a' }],
  ["update items set facts = json_set(facts, '$.answer.text', '9090')", { code: 'unit', chunk: 'a' }],
  ["delete from items where id = 'port'", { code: 'unit', chunk: 'a' }],
  ["insert into settings values ('max_agents', '99')", { code: 'settings' }],
  ['insert into tokens values (\'x\', \'{"id":"x"}\')', { code: 'tokens' }],
  ["update events set data = json_set(data, '$.chunk', 'c') where seq = 1", { code: 'unit', chunk: 'c' }],
  ['update events set unit = 17 where seq = 2', { code: 'fold', seq: 2 }],
];

test('a check names what the log does not say, and no such copy counts as a backup', async () => {
  for (const [statement, difference] of DAMAGES)
    await inHouse(async (house) => {
      await live(house);
      house.journal.settle();
      tamper(house.path, statement);
      const { differences } = await using(Db.look(house.path), checkLog);
      assert.deepEqual(differences[0], difference, statement);
      const target = join(house.folder, 'copy');
      await assert.rejects(backUp(house.path, target), isProblem(/does not agree with its own log/));
      assert.equal(existsSync(target), false);
    })();
});

test(
  'a missing event is found when the database is opened, and the file stays as it is',
  inHouse(async (house) => {
    await live(house);
    house.db.checkpoint();
    house.db.close();
    tamper(house.path, 'delete from events where seq = 2');
    const before = readFileSync(house.path);
    assert.throws(() => Db.open(house.path), isProblem(/gaps in its log: 5 events up to number 6/));
    assert.ok(before.equals(readFileSync(house.path)));
    tamper(house.path, "insert into events values (2, '', '{}', 0, '', '{}')");
    house.reopen();
  }),
);

test(
  'what is no backup is not taken: the database stays where it is',
  inHouse(async (house) => {
    await live(house);
    house.db.close();
    const strange = join(house.folder, 'strange');
    for (const [bytes, message] of [
      ['not a database at all', /damaged or not a database/],
      [readFileSync(house.path).subarray(0, 8192), /damaged|cannot be read/],
    ] as const) {
      writeFileSync(strange, bytes);
      await assert.rejects(restoreBackup(strange, house.path, `${house.path}.aside`), isProblem(message));
    }
    assert.equal(existsSync(`${house.path}.aside`), false);
    house.reopen();
    assert.equal(house.log().length, EVENTS);
  }),
);

test(
  'an exported log is the same state elsewhere, number for number, and a repeat there gets the same answer',
  inHouse((house) =>
    withFolder(async (folder) => {
      await live(house);
      const lines = await gathered(linesOf(sqliteSnapshot(house.db)));
      await using(Db.open(join(folder, 'other.db')), async (db) => {
        assert.deepEqual(await importLines(sqliteTarget(db), from(lines)), { events: EVENTS, keys: 1 });
        const checked = await checkLog(db);
        assert.deepEqual(checked.differences, []);
        assert.deepEqual([...db.events()], house.log());
        assert.deepEqual([...db.state().works], [...house.db.state().works]);
        assert.equal(db.state().seq, house.db.state().seq);
        assert.deepEqual(db.kept('answer-1'), house.db.kept('answer-1'));
        await assert.rejects(
          async () => importLines(sqliteTarget(db), from(lines)),
          isProblem(/has a log of its own/),
        );
      });
    }),
  ),
);

async function* from(lines: readonly string[]): AsyncIterable<string> {
  yield* lines;
}

test(
  'a log that is cut off, garbled or of something else is refused by its line, and nothing is taken',
  inHouse((house) =>
    withFolder(async (folder) => {
      await live(house);
      const lines = await gathered(linesOf(sqliteSnapshot(house.db)));
      const refused: readonly [readonly string[], RegExp][] = [
        [[], /The file is empty/],
        [['{"hello": 1}\n'], /Line 1: This is no log of Signalbox/],
        [['{"format":"signalbox-log","schema":1,"events":0}\n'], /Line 1: .*another version \(schema 1;/],
        [lines.slice(0, 3), /ends after 2 of 6 events/],
        [lines.with(2, '{"event":\n'), /Line 3: It cannot be read/],
        [lines.with(2, '{}\n'), /Line 3: It should hold event 2/],
        [lines.toSpliced(2, 1), /Line 3: It should hold event 2/],
        [lines.with(3, '{"event":{"seq":3,"unit":99,"type":"unit.held","data":{}}}\n'), /Line 4/],
      ];
      await using(Db.open(join(folder, 'other.db')), async (db) => {
        for (const [given, message] of refused) {
          await assert.rejects(async () => importLines(sqliteTarget(db), from(given)), isProblem(message));
          assert.equal(db.lastSeq(), 0);
          assert.equal(db.state().works.length, 0);
        }
      });
    }),
  ),
);

test(
  'before a migration the database is copied as it was',
  inHouse(async (house) => {
    await live(house);
    house.journal.settle();
    house.db.close();
    const sqlite = new Sqlite(house.path);
    asSchema11(sqlite);
    sqlite.exec('drop table followers; drop table notify; pragma user_version = 9');
    sqlite.close();
    const before = join(house.folder, 'before');
    copyFileSync(house.path, before);
    house.reopen();
    const copy = new Sqlite(`${house.path}.schema-9`, { readonly: true });
    assert.equal(copy.pragma('user_version', { simple: true }), 9);
    assert.equal(copy.prepare('select count(*) as n from events').pluck().get(), EVENTS);
    copy.close();
    await withFolder(async (folder) => {
      const path = join(folder, 'signalbox.db');
      await restoreBackup(`${house.path}.schema-9`, path, `${path}.aside`);
      assert.deepEqual(await logIn(path), house.log());
    });
  }),
);
