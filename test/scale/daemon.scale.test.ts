/** Real daemons on a real PostgreSQL: one alone, killed and started again; two on one log, of which one leads. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { FarMachine } from '../runs/far-machine.ts';
import { withMovedClock } from '../stories/moved-clock.ts';
import { until } from '../until.ts';
import { PostgresServer, whyNoPostgres } from './postgres-server.ts';

const DAY_MS = 24 * 3_600_000;

/** A process that asks, waits, and writes down what it was told. */
const asks = (prompt: string) => `answer=$(signalbox ask '${prompt}') && printf '%s' "$answer" > told`;
const leads = (house: DaemonFixture, times = 1) =>
  house.daemonOutput.split('This daemon leads (').length - 1 >= times;

describe('daemons on PostgreSQL', { skip: whyNoPostgres() }, () => {
  let server: PostgresServer | null = null;
  const houses: DaemonFixture[] = [];
  const newServer = async () => {
    server ??= await PostgresServer.start();
    return server;
  };
  const newHouse = (env: NodeJS.ProcessEnv = {}) => {
    const house = DaemonFixture.make(env);
    houses.push(house);
    return house;
  };
  after(async () => {
    for (const house of houses) await house.close();
    await server?.stop();
  });

  test('a page, a run, a question, an answer; killed and started again without the flag, it goes on', async () => {
    const url = await (await newServer()).database();
    const house = newHouse();
    await house.start('--port', '0', '--undo-seconds', '0', '--database', url);
    await house.add('asker', asks('Which port?'));
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    assert.match(await (await fetch(house.address)).text(), /Which port\?/);
    await house.end('SIGKILL');
    await house.start();
    await until('it leads again', () => leads(house));
    assert.match(await house.ok('attention'), /Which port\?/);
    await house.ok('answer', 'asker', '8080');
    await house.untilStatus('asker', 'DONE');
    assert.equal(readFileSync(join(house.project, 'told'), 'utf8'), '8080');
    assert.equal((await house.signalbox('check')).code, 0);
    await house.end('SIGTERM');
  });

  test('a month goes by: who leads archives what is done, and it is found, read and removed', async () => {
    const url = await (await newServer()).database();
    const house = newHouse();
    const setClock = withMovedClock(house);
    await house.start('--port', '0', '--database', url);
    await house.add('first', 'echo it is done', '--title', 'The first of all');
    await house.untilStatus('first', 'DONE');
    await house.add('waits', 'true', '--after', 'nobody');
    setClock(31 * DAY_MS);
    // After a start the clock is believed, as something happened lately by it.
    await house.ok('hold', 'waits');
    await house.end('SIGKILL');
    await house.start();
    await until('the archive', async () =>
      /^first {2}/m.test(await house.ok('archive', '--find', 'FIRST of')),
    );
    assert.doesNotMatch(await house.ok('ls'), /first/);
    await house.end('SIGKILL');
    await house.start();
    assert.match(await (await fetch(`${house.address}work-units/first`)).text(), /Archived since/);
    assert.equal((await house.signalbox('check')).code, 0);
    await house.ok('rm', 'first');
    assert.equal((await fetch(`${house.address}work-units/first`)).status, 404);
    assert.equal((await house.signalbox('check')).code, 0);
    await house.end('SIGTERM');
  });

  test('the URL comes from a file; its password is in no command line, log or page', async () => {
    const url = (await (await newServer()).database()).replace('signalbox@', 'signalbox:s3cret-word@');
    const house = newHouse();
    const refused = await house.signalbox('start', '--database', url);
    assert.equal(refused.code, 64);
    assert.match(refused.stderr, /takes no password/);
    const file = join(house.folder, 'url');
    writeFileSync(file, `${url}\n`, { mode: 0o644 });
    assert.equal((await house.signalbox('start', '--database', `file:${file}`)).code, 77);
    writeFileSync(join(house.folder, 'own'), `${url}\n`, { mode: 0o600 });
    await house.start('--port', '0', '--database', `file:${join(house.folder, 'own')}`);
    const shown = [
      house.daemonOutput,
      readFileSync(`/proc/${house.holder()?.pid}/cmdline`, 'utf8'),
      await (await fetch(house.address)).text(),
      (await house.signalbox('doctor')).stdout,
      (await house.signalbox('status')).stdout,
    ];
    assert.deepEqual(
      shown.filter((text) => text === '' || text.includes('s3cret-word')),
      [],
    );
    await house.end('SIGTERM');
  });

  test('a project goes from SQLite to PostgreSQL and back, number for number; other commands say what they do there', async () => {
    const url = await (await newServer()).database();
    const house = newHouse();
    await house.start('--port', '0', '--undo-seconds', '0');
    await house.add('asker', asks('Which port?'));
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    assert.equal((await house.signalbox('database', 'copy', 'sqlite', url)).code, 75, 'a daemon runs');
    await house.end('SIGTERM');
    const before = await house.ok('export');

    const refused = await house.signalbox('start', '--port', '0', '--database', url);
    assert.equal(refused.code, 78);
    assert.match(refused.stderr, /is empty, and this project has \d+ events in/);
    await house.ok('database', 'copy', 'sqlite', url);
    assert.equal((await house.signalbox('database', 'copy', 'sqlite', url)).code, 65, 'once');
    // The run of the old log is found, and gets its answer.
    await house.start('--database', url);
    await house.ok('answer', 'asker', '8080');
    await house.untilStatus('asker', 'DONE');

    const exported = (await house.ok('export')).split('\n');
    assert.deepEqual(exported.slice(1, before.split('\n').length - 2), before.split('\n').slice(1, -2));
    assert.equal((await house.signalbox('check')).code, 0);
    for (const command of [
      ['backup', 'copy.db'],
      ['restore', '--yes', 'copy.db'],
    ]) {
      const { code, stderr } = await house.signalbox(...command);
      assert.equal(code, 78, command[0]);
      assert.match(stderr, /The state of this project is in postgres:\/\/127/);
    }
    const { parts } = await house.json<{ parts: { what: string; path: string }[] }>('du');
    assert.ok(parts.some(({ what, path }) => what === 'events' && path.startsWith('postgres:')));
    const doctor = await house.signalbox('doctor');
    assert.match(doctor.stdout, /PostgreSQL 1\d/);
    await house.end('SIGTERM');

    const whole = await house.ok('export');
    assert.equal((await house.signalbox('database', 'copy', url, 'sqlite')).code, 65, 'the old one is there');
    for (const end of ['', '-mark', '-wal', '-shm']) rmSync(house.paths.database + end, { force: true });
    await house.ok('database', 'copy', url, 'sqlite');
    await house.start('--database', 'sqlite');
    assert.equal(await house.statusOf('asker'), 'DONE');
    const back = (await house.ok('export')).split('\n');
    const kept = whole.split('\n').filter((line) => line.startsWith('{"event"'));
    assert.deepEqual(back.slice(1, kept.length + 1), kept);
    await house.end('SIGTERM');
  });

  test('two on one log: both answer, one leads; killed, the other one leads, and the run that lived on ends', async (t) => {
    const url = await (await newServer()).database();
    const [one, other] = [newHouse(), newHouse()];
    await one.start('--port', '0', '--undo-seconds', '0', '--database', url);
    await until('the first leads', () => leads(one));
    await other.start('--port', '0', '--database', url);
    await one.add('asker', asks('Which port?'));
    await other.untilStatus('asker', 'NEEDS_ATTENTION');
    await other.ok('answer', 'asker', '8080');
    await one.untilStatus('asker', 'DONE');
    assert.equal(readFileSync(join(one.project, 'told'), 'utf8'), '8080');

    await one.add('long', 'touch began; while [ ! -e go ]; do sleep 0.1; done');
    await other.untilStatus('long', 'RUNNING');
    // Killed before, its process would not be known yet, and the other one would start the run in its own folder.
    await until('it has begun', () => existsSync(join(one.project, 'began')));
    const killed = Date.now();
    await one.end('SIGKILL');
    await until('the other leads', () => leads(other));
    t.diagnostic(`the other leads ${Date.now() - killed} ms after the kill (looked at every 20 ms)`);
    await other.add('here', 'true');
    await other.untilStatus('here', 'DONE');
    assert.equal(await other.statusOf('long'), 'RUNNING');
    writeFileSync(join(one.project, 'go'), '');
    await one.start();
    await other.untilStatus('long', 'DONE');
    const { runs } = await other.json<{ runs: unknown[] }>('show', 'long');
    assert.equal(runs.length, 1);
    for (const house of [one, other]) await house.end('SIGTERM');
  });

  test('a run on another machine goes on when the next daemon leads, which gets its output from the beginning', async () => {
    const url = await (await newServer()).database();
    const far = new FarMachine();
    const [one, two] = [newHouse({ PATH: far.path }), newHouse({ PATH: far.path })];
    try {
      const path = join(one.folder, 'executors.json');
      const box = { ssh: 'box', folder: far.project, room: 2 };
      writeFileSync(path, JSON.stringify({ executors: { box } }));
      await one.ok('executors', 'set', path);
      await one.start('--port', '0', '--database', url);
      await until('the first to lead', () => leads(one));
      await two.start('--port', '0', '--database', url);
      const command = 'echo before; touch began; while [ ! -e go ]; do sleep 0.05; done; echo after';
      const plan = join(one.folder, 'plan.json');
      writeFileSync(plan, JSON.stringify({ units: [{ chunk: 'far', command, executor: 'box' }] }));
      await one.ok('add', '--plan', plan);
      await until('it to begin', () => existsSync(join(far.project, 'began')));
      await one.end('SIGKILL');
      await until('the second to lead', () => leads(two));
      writeFileSync(join(far.project, 'go'), '');
      await two.untilStatus('far', 'DONE');
      assert.equal(await two.ok('logs', 'far'), 'before\nafter\n');
      await two.end('SIGTERM');
    } finally {
      far.close();
    }
  });

  test('one that hangs loses the lead after the lease, and when it wakes it starts nothing', async (t) => {
    const url = await (await newServer()).database();
    const [one, other] = [newHouse(), newHouse()];
    await one.start('--port', '0', '--database', url);
    await until('the first leads', () => leads(one));
    await other.start('--port', '0', '--database', url);
    process.kill(one.holder()?.pid ?? 0, 'SIGSTOP');
    const stopped = Date.now();
    await until('the other leads', () => leads(other));
    const ms = Date.now() - stopped;
    t.diagnostic(`the other leads ${ms} ms after the first hangs`);
    assert.ok(ms < 6000, `${ms} ms`);
    await other.add('once', 'echo x >> ran; sleep 1');
    process.kill(one.holder()?.pid ?? 0, 'SIGCONT');
    await other.untilStatus('once', 'DONE');
    await one.untilStatus('once', 'DONE');
    assert.equal(readFileSync(join(other.project, 'ran'), 'utf8'), 'x\n');
    await until('the first knows', () => one.daemonOutput.includes('leads no longer'));
    // It takes its turn again when the other ends.
    await other.end('SIGTERM');
    await until('the first leads again', () => leads(one, 2));
    await one.end('SIGTERM');
  });
});
