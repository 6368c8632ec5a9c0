/** A daemon whose files are taken away, or that cannot have them, says so and says the way out. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Finding } from '../../shared/offline.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { until } from '../until.ts';

describe('a daemon in trouble', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  const doctor = async (...flags: string[]) => {
    const { code, stdout } = await house.signalbox(...flags, 'doctor', '--json');
    const findings = JSON.parse(stdout) as Finding[];
    return { code, of: (what: string) => findings.find((each) => each.what === what) };
  };

  const TAKEN: Readonly<Record<string, () => void>> = {
    'the state folder is removed': () => rmSync(house.paths.folder, { recursive: true }),
    'the state folder is renamed': () => renameSync(house.paths.folder, `${house.paths.folder}-old`),
    'the database is replaced': () => {
      writeFileSync(`${house.paths.database}.other`, readFileSync(house.paths.database), { mode: 0o600 });
      renameSync(`${house.paths.database}.other`, house.paths.database);
    },
  };
  for (const [what, take] of Object.entries(TAKEN))
    test(`${what}: no answer is confirmed that is nowhere; it ends and says why, its run goes on, another starts`, async () => {
      house = await DaemonFixture.open();
      const callers = new Callers(house);
      await callers.must('units.add', {
        units: [
          {
            chunk: 'works',
            command: 'touch begun; while [ ! -e end ]; do sleep 0.05; done; echo over > over',
          },
        ],
      });
      await until('the run to begin', () => existsSync(join(house.project, 'begun')));
      take();
      const add = (n: number) =>
        callers.terminal('units.add', { units: [{ chunk: `u${n}`, external: true }] }).then(
          ({ status }) => status,
          () => 'ended',
        );
      const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => add(n)));
      assert.deepEqual(
        answers.filter((status) => status === 200),
        [],
      );
      const ended = await house.ended();
      assert.equal(ended?.code, 74, ended?.stderr);
      assert.match(
        ended?.stderr ?? '',
        /^signalbox: .*runs at work go on\. Put it back, then: signalbox start$/m,
      );
      assert.ok(house.processes().length > 0 || process.platform !== 'linux', 'the run goes on');
      const isOlder = existsSync(house.paths.database);
      if (!isOlder) await startsAnew();
      writeFileSync(join(house.project, 'end'), '');
      await until('the run to end by itself', () => existsSync(join(house.project, 'over')));
      if (!isOlder) return;
      const refused = await house.signalbox('start');
      assert.deepEqual([refused.code, /an older copy stands in its place/.test(refused.stderr)], [65, true]);
      await until('every process to be gone', () => house.processes().length === 0);
      await house.ok('restore', '--yes', house.paths.database);
      await startsAnew();
    });

  async function startsAnew(): Promise<void> {
    await house.start('--port', '0');
    assert.equal((await house.signalbox('add', 'new', '--external')).code, 0);
  }

  test('only the write-ahead log is removed: it ends, and all that it confirmed is there at the next start', async () => {
    house = await DaemonFixture.open();
    await house.signalbox('add', 'a', '--external');
    rmSync(`${house.paths.database}-wal`);
    // By itself: a signal that comes while it leaves would end it otherwise.
    const ended = await house.ended();
    assert.equal(ended?.code, 74, ended?.stderr);
    assert.match(ended?.stderr ?? '', /signalbox\.db-wal was moved, removed/);
    await house.start();
    assert.deepEqual(
      (await house.json<{ chunk: string }[]>('ls')).map(({ chunk }) => chunk),
      ['a'],
    );
  });

  test('its socket is removed: the daemon makes it again, and until then nobody says "start it"', async () => {
    house = await DaemonFixture.open();
    rmSync(house.paths.socket);
    const said = await Promise.all(
      [['ls'], ['start'], ['status']].map(async (command) => {
        const { code, stderr } = await house.signalbox(...command);
        return { command, code, stderr };
      }),
    );
    for (const { command, code, stderr } of said) {
      assert.ok(code === 0 || code === 75, `${command}: ${code} ${stderr}`);
      assert.doesNotMatch(stderr, /start it/i);
    }
    await until('the socket', () => existsSync(house.paths.socket));
    assert.equal((await house.signalbox('ls')).code, 0);
    const { of } = await doctor();
    assert.deepEqual([of('daemon')?.status, of('socket')?.status], ['good', 'good']);
    assert.equal((await house.signalbox('stop')).code, 0);
  });

  test('what else others find it by is made again: its name, its port, the program of its runs', async () => {
    house = await DaemonFixture.open();
    const { holder, port, bin, socket } = house.paths;
    const before = readFileSync(holder, 'utf8');
    for (const path of [holder, port, bin]) rmSync(path, { recursive: true });
    rmSync(socket);
    mkdirSync(socket);
    rmSync(socket, { recursive: true });
    writeFileSync(socket, 'no socket');
    await until('all of it', () => [holder, port, join(bin, 'signalbox')].every((path) => existsSync(path)));
    assert.equal(readFileSync(holder, 'utf8'), before);
    await house.add('asks', 'signalbox ask Port?');
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    assert.equal((await house.signalbox('stop')).code, 0);
  });

  test('no folder can be made for the state: start and doctor name it, with the documented codes', async () => {
    house = DaemonFixture.make();
    const home = house.env.XDG_STATE_HOME ?? '';
    writeFileSync(home, 'a file in the way');
    for (const flags of [[], ['--foreground']]) {
      const { code, stderr } = await house.signalbox('start', '--port', '0', ...flags);
      assert.equal(code, 74, stderr);
      assert.ok(stderr.includes(home), stderr);
      assert.doesNotMatch(stderr, /No Signalbox answers|start it|\n\s+at /i);
    }
    const { code, of } = await doctor();
    assert.equal(code, 1);
    assert.equal(of('state folder')?.status, 'bad');
    assert.ok(of('state folder')?.message.includes(home));
  });

  test('without a home of its own, the state is in none that changes with the folder, and runs can ask anywhere', async () => {
    house = DaemonFixture.make();
    delete house.env.XDG_STATE_HOME;
    for (const [name, value] of [
      ['HOME', ''],
      ['HOME', 'relative/home'],
      ['XDG_STATE_HOME', 'relative/state'],
    ] as const) {
      const env = { ...house.env, [name]: value };
      const { code, stderr } = await house.signalboxWith(env, 'ls');
      assert.equal(code, 69, stderr);
      const [, socket = ''] = /No Signalbox answers at (.*)\. Start it/.exec(stderr) ?? [];
      assert.match(socket, /^\//, `${name}="${value}"`);
      assert.ok(!socket.includes(house.project), socket);
    }
    assert.deepEqual(readdirSync(house.project), []);
  });

  test('a broken "signalbox" in the runs of the daemon is found by doctor, and nothing is left of the looking', async () => {
    house = await DaemonFixture.open();
    const well = await doctor();
    assert.match(well.of('round trip')?.message ?? '', /through the daemon that runs/);
    writeFileSync(join(house.paths.bin, 'signalbox'), '#!/bin/sh\necho "cannot ask" >&2\nexit 9\n');
    const ill = await doctor();
    assert.equal(ill.code, 1);
    assert.equal(ill.of('round trip')?.status, 'bad');
    assert.match(ill.of('round trip')?.message ?? '', /could not ask.*exit code 9.*cannot ask/);
    assert.deepEqual(await house.json('ls'), []);
    assert.deepEqual(await house.json('attention'), []);
  });

  test('where no run may start now, doctor says that it did not try', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    const { code, of } = await doctor();
    assert.equal(code, 0);
    assert.deepEqual(
      [of('round trip')?.status, of('round trip')?.message],
      ['note', 'Not tried: all 0 slots for runs are taken (max_agents).'],
    );
  });
});
