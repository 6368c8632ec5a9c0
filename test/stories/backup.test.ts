/** Backup and restore, export and import, with daemons at work. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

describe('backups', () => {
  const houses: DaemonFixture[] = [];
  afterEach(async () => {
    for (const house of houses.splice(0)) await house.close();
  });
  const open = async (...flags: string[]): Promise<DaemonFixture> => {
    const house = await DaemonFixture.open(...flags);
    houses.push(house);
    return house;
  };

  test('a backup is taken while the daemon runs; a restore is refused meanwhile, and leads back', async () => {
    const house = await open();
    const backup = join(house.folder, 'backup.db');
    await house.ok('add', 'early', '--command', 'signalbox ask "Which port?"');
    await house.untilStatus('early', 'NEEDS_ATTENTION');
    const made = JSON.parse(await house.ok('backup', backup, '--json')) as { units: number };
    assert.equal(made.units, 1);
    const again = await house.run('backup', backup).finished;
    assert.equal(again.code, 64);
    assert.match(again.stderr, /is there already/);
    await house.ok('add', 'late', '--command', 'true');
    await house.untilStatus('late', 'DONE');
    assert.match(await house.ok('check'), /the tables are what the log says/);

    const running = await house.run('restore', '--yes', backup).finished;
    assert.equal(running.code, 75);
    assert.match(running.stderr, /already runs/);
    await house.ok('stop');
    const atWork = await house.run('restore', '--yes', backup).finished;
    assert.equal(atWork.code, 75);
    assert.match(atWork.stderr, /Runs of this project are at work \(pid /);

    await house.start();
    await house.ok('kill', 'early');
    await until('its run to end', async () => (await house.json<Detail>('show', 'early')).live === null);
    await house.ok('stop');
    const { aside } = JSON.parse(await house.ok('restore', '--yes', '--json', backup)) as { aside: string };
    assert.ok(existsSync(join(aside, 'signalbox.db')));
    assert.ok(existsSync(join(aside, 'runs', '1-1')), 'the run that the backup does not know');
    assert.ok(existsSync(join(house.paths.runs, '0-1')), 'the run that it knows');
    await house.start();
    const units = JSON.parse(await house.ok('ls', '--json')) as { chunk: string }[];
    assert.deepEqual(
      units.map(({ chunk }) => chunk),
      ['early'],
    );
  });

  test('a damaged database is refused with the way back, which works', async () => {
    const house = await open();
    const backup = join(house.folder, 'backup.db');
    await house.ok('add', 'a', '--command', 'true');
    await house.untilStatus('a', 'DONE');
    await house.ok('backup', backup);
    await house.ok('stop');
    const bytes = readFileSync(house.paths.database);
    bytes.fill(0x5a, 4096, 40_960);
    writeFileSync(house.paths.database, bytes);
    const started = await house.run('start').finished;
    assert.equal(started.code, 65);
    assert.ok(started.stderr.includes(`signalbox restore ${backup}`), started.stderr);
    await house.ok('restore', '--yes', backup);
    await house.start();
    assert.match(await house.ok('show', 'a'), /DONE/i);
  });

  test('a log goes to another project by a file, and folds to the same there', async () => {
    const [one, other] = [await open(), await open()];
    await one.ok('add', 'a', '--command', 'echo hello');
    await one.untilStatus('a', 'DONE');
    await one.ok('stop');
    await other.ok('stop');
    const file = join(one.folder, 'log.ndjson');
    await one.ok('export', file);
    assert.equal(readFileSync(file, 'utf8'), await one.ok('export'));
    const imported = JSON.parse(await other.ok('import', file, '--json')) as { events: number };
    assert.equal(await other.ok('export'), await one.ok('export'));
    assert.ok(imported.events > 4);
    const again = await other.run('import', file).finished;
    assert.equal(again.code, 65);
    assert.match(again.stderr, /has a log of its own/);
    const missing = await other.run('import', join(one.folder, 'nothing')).finished;
    assert.equal(missing.code, 65);
    assert.match(missing.stderr, /There is no .*nothing/);
  });
});
