/** The archive in PostgreSQL: units leave the tables there as they do in a file, and go along with a copied log. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { archiveUnits } from '../../server/domain/commands/archive.ts';
import { ask } from '../../server/domain/commands/asks.ts';
import { closeUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { withDatabase } from '../../server/store/backup.ts';
import { checkSnapshot } from '../../server/store/check-log.ts';
import { copyLog, verifyCopy } from '../../server/store/copy-log.ts';
import { linesOf } from '../../server/store/log-file.ts';
import { withSnapshot, withTarget } from '../../server/store/postgres/postgres-door.ts';
import { openPostgres } from '../../server/store/postgres/postgres-storage.ts';
import { Db } from '../../server/store/sqlite.ts';
import { Store } from '../../server/store/store.ts';
import { sqliteSnapshot, sqliteTarget } from '../../server/store/whole-log.ts';
import { asking, gathered, OPERATOR, StoreFixture, spec } from '../core/store-fixture.ts';
import { until } from '../until.ts';
import { PostgresServer, whyNoPostgres } from './postgres-server.ts';

const DAY = 24 * 3600 * 1000;

/** Rows in the tables of the live state that belong to no unit of it. */
const LEFT_BEHIND = `select count(*) as rows from
  (select unit from runs union all select unit from items union all select unit from conflicts) as r
  where unit not in (select id from units)`;

/** An archive with a unit that ran and asked, and one whose name is free again; and a unit that is not archived. */
async function filled(fixture: StoreFixture): Promise<void> {
  await fixture.add(spec('ran', { title: 'It "ran", \\once\0' }), spec('freed'), spec('gone'));
  await fixture.start('ran');
  await fixture.ask('ran', 'port');
  await fixture.answer('ran', 'port');
  await fixture.end('ran');
  await fixture.commit((state) => removeUnit(state, { chunk: 'gone', unlink: false }));
  for (const chunk of ['ran', 'freed']) await fixture.close(chunk);
  fixture.now += 40 * DAY;
  await fixture.commit(archiveUnits);
  await fixture.commit((state) => removeUnit(state, { chunk: 'freed', unlink: false }));
  await fixture.add(spec('live'));
  await fixture.start('live');
}

describe('the archive in PostgreSQL', { skip: whyNoPostgres() }, () => {
  let server: PostgresServer;
  const fixture = new StoreFixture();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-archive-'));
  before(async () => {
    server = await PostgresServer.start();
    await filled(fixture);
  });
  after(async () => {
    fixture.leave();
    rmSync(folder, { recursive: true, force: true });
    await server?.stop();
  });
  const checked = async (url: string) =>
    assert.deepEqual((await withSnapshot(url, checkSnapshot)).differences, []);

  test('goes along with a copied log, there and back', async () => {
    const url = await server.database();
    const source = sqliteSnapshot(fixture.db);
    const copied = await withTarget(url, (target) => copyLog(source, target));
    await withSnapshot(url, (made) => verifyCopy(copied, made));
    await checked(url);
    await withDatabase(Db.open(join(folder, 'back.db')), async (db) => {
      const back = await withSnapshot(url, (log) => copyLog(log, sqliteTarget(db)));
      await verifyCopy(back, sqliteSnapshot(db));
      assert.deepEqual([...db.archive.all()], [...fixture.db.archive.all()]);
      assert.deepEqual(await gathered(linesOf(sqliteSnapshot(db))), await gathered(linesOf(source)));
    });
  });

  test('a unit leaves all tables; ids go on behind it, and another daemon reads it', async () => {
    const url = await server.database();
    await withTarget(url, (target) => copyLog(sqliteSnapshot(fixture.db), target));
    const storages = [await openPostgres(url), await openPostgres(url)] as const;
    const [one, other] = [await Store.open(storages[0].journal), await Store.open(storages[1].journal)];
    try {
      assert.equal(one.state.works.length, 4);
      await one.commit(OPERATOR, (state) => addUnits(state, [spec('later')]));
      await one.commit(OPERATOR, (state) => ask(state, asking('later', 'why')));
      await one.commit(OPERATOR, (state) => closeUnit(state, { chunk: 'later', reason: 'enough' }));
      const late = new Date(Date.now() + 400 * DAY).toISOString();
      // In one batch: the archive has no row of it yet when its name becomes free.
      await Promise.all([
        one.commit(OPERATOR, (state) => archiveUnits(state, late)),
        one.commit(OPERATOR, (state) => removeUnit(state, { chunk: 'later', unlink: false })),
      ]);
      await until('the other has heard', () => other.state.seq === one.state.seq);
      assert.deepEqual([...other.state.archive.names], [...one.state.archive.names]);
      assert.equal((await other.archived(4))?.items.length, 1);
      assert.equal((await other.stateWith('ran')).works.get(0)?.runs.length, 1);
      assert.deepEqual(
        (await one.findArchived({ q: 'RAN', before: Number.MAX_SAFE_INTEGER, most: 9 })).map(
          ({ unit }) => unit,
        ),
        [0],
      );
      assert.deepEqual(await server.ask(url, LEFT_BEHIND), [{ rows: '0' }]);
      await checked(url);
    } finally {
      for (const store of [one, other]) store.close();
      for (const storage of storages) await storage.close();
    }
  });

  test('what is not as the log has it is found by a check', async () => {
    const url = await server.database();
    await withTarget(url, (target) => copyLog(sqliteSnapshot(fixture.db), target));
    await server.ask(url, "update archive set facts = '\\x00' where unit = 0");
    const { differences } = await withSnapshot(url, checkSnapshot);
    assert.deepEqual(differences, [{ code: 'unit', chunk: 'ran' }]);
  });
});
