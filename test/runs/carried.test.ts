/** Runs on another machine, from the start of the daemon to the output on its page; without sshd (see the suite --scale). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DaemonFixture, killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { FarMachine } from './far-machine.ts';

describe('runs on another machine', () => {
  const far = new FarMachine();
  const house = DaemonFixture.make({ PATH: far.path });
  const executors = (more: object = {}) => ({
    executors: {
      box: { ssh: 'box', folder: far.project, room: 4, ...more },
      quick: { ssh: 'box', folder: far.project, room: 4, lost_after: 2 },
    },
  });
  async function configure(file: object): Promise<void> {
    const path = join(house.folder, 'executors.json');
    writeFileSync(path, JSON.stringify(file));
    await house.ok('executors', 'set', path);
  }
  const reached = () =>
    until('both to be reached', async () => {
      const all = await house.json<{ reached: boolean }[]>('executors');
      return all.length === 2 && all.every((each) => each.reached);
    });
  const lines = (name: string) =>
    existsSync(join(far.project, name))
      ? readFileSync(join(far.project, name), 'utf8').trim().split('\n')
      : [];
  const plan = async (...units: object[]) => {
    const path = join(house.folder, 'plan.json');
    writeFileSync(path, JSON.stringify({ units }));
    await house.ok('add', '--plan', path);
  };

  before(async () => {
    await house.start('--port', '0', '--undo-seconds', '0');
    await configure(executors());
    await reached();
  });
  after(async () => {
    await house.close();
    far.close();
  });

  test('works in the folder there; its output and its exit code come back', async () => {
    await plan({ chunk: 'far', command: 'pwd; echo $SIGNALBOX_CHUNK; seq 1 3', executor: 'box' });
    await house.untilStatus('far', 'DONE');
    assert.equal(await house.ok('logs', 'far'), `${far.project}\nfar\n1\n2\n3\n`);
    const [unit] = await house.json<{ executor: string }[]>('ls', '--find', 'far');
    assert.equal(unit?.executor, 'box');
    assert.match(await house.ok('show', 'far'), /run 1 IMPLEMENT on box: ended well/);
    const page = await (await fetch(`${house.address}work-units/far`)).text();
    assert.ok(page.includes(`is carried by ${hostname()}`));
    await until('the carrier to clean up', () => far.carrierPids().length === 0);
  });

  test('asks and is answered from there', async () => {
    await plan({ chunk: 'asks', command: 'signalbox ask "Which port?" > port; cat port', executor: 'box' });
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    await house.ok('answer', 'asks', '8080');
    await house.untilStatus('asks', 'DONE');
    assert.match(await house.ok('logs', 'asks'), /8080/);
  });

  test('doctor has a unit ask from there', async () => {
    const findings = await house.json<{ what: string; status: string; message: string }[]>('doctor');
    const found = findings.filter(({ what }) => what.startsWith('executor '));
    assert.deepEqual(
      found.map(({ what, status }) => `${what} ${status}`),
      ['executor box good', 'executor quick good'],
    );
    assert.match(found[0]?.message ?? '', /A unit asked from box, was answered/);
  });

  test('fails as it failed there', async () => {
    await plan({ chunk: 'fails', command: 'echo no; exit 3', executor: 'box' });
    await house.untilStatus('fails', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'fails'), /exit code 3/);
  });

  /** Begins, and says so in a file there; goes on when the file `go` comes. */
  const waiting = (chunk: string) =>
    `echo $$ >> ${chunk}.began; while [ ! -e ${chunk}.go ]; do sleep 0.05; done; echo ${chunk} went on`;
  const letGo = (chunk: string) => writeFileSync(join(far.project, `${chunk}.go`), '');
  const began = (chunk: string) => until(`${chunk} to begin`, () => lines(`${chunk}.began`).length > 0);
  const isAlive = (chunk: string) => existsSync(`/proc/${lines(`${chunk}.began`).at(-1)}`);

  test('goes on over a restart of the daemon, also one that is killed', async () => {
    await plan({ chunk: 'restart', command: waiting('restart'), executor: 'box' });
    await began('restart');
    await house.end('SIGKILL');
    await house.start();
    await reached();
    letGo('restart');
    await house.untilStatus('restart', 'DONE');
    assert.equal(await house.ok('logs', 'restart'), 'restart went on\n');
    assert.equal(lines('restart.began').length, 1);
  });

  test('killed, it ends there with all its processes', async () => {
    await plan({ chunk: 'killed', command: waiting('killed'), executor: 'box' });
    await began('killed');
    await house.ok('kill', 'killed');
    await house.untilStatus('killed', 'BLOCKED');
    assert.equal(isAlive('killed'), false);
    assert.match(await house.ok('show', 'killed'), /was killed/);
  });

  test('a carrier that is killed takes its run along; the run is lost, and nothing starts anew by itself', async () => {
    await plan({
      chunk: 'carrier',
      command: waiting('carrier'),
      executor: 'quick',
      retry: { times: 3, delay: 0, on: [1] },
    });
    await began('carrier');
    const [pid = 0] = far.carrierPids();
    killQuietly(pid);
    await until('its run to end', () => !isAlive('carrier'));
    await house.untilStatus('carrier', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'carrier'), /is lost/);
    await house.ok('retry', 'carrier');
    await until('the next run', () => lines('carrier.began').length === 2);
    letGo('carrier');
    await house.untilStatus('carrier', 'DONE');
  });

  test('cut off for less than lost_after, it goes on; what it printed meanwhile comes once', async () => {
    const command = `echo before; ${waiting('cut')}; echo after`;
    await plan({ chunk: 'cut', command, executor: 'box' });
    await began('cut');
    far.cut();
    letGo('cut');
    far.mend();
    await house.untilStatus('cut', 'DONE');
    assert.equal(await house.ok('logs', 'cut'), 'before\ncut went on\nafter\n');
    await reached();
  });

  test('cut off for longer, it is ended there before it is given up here', async () => {
    await plan({ chunk: 'fence', command: waiting('fence'), executor: 'quick' });
    await began('fence');
    far.cut();
    await house.untilStatus('fence', 'NEEDS_ATTENTION');
    assert.equal(isAlive('fence'), false);
    assert.match(await house.ok('show', 'fence'), /is lost/);
    far.mend();
    await reached();
    assert.equal(lines('fence.began').length, 1);
    await until('its carrier to end', () => far.carrierPids().length === 0);
  });

  test('a machine that is not reached starts nothing, and what waits for it starts when it is', async () => {
    far.cut();
    await until('box to be away', async () =>
      (await house.json<{ reached: boolean }[]>('executors')).every((each) => !each.reached),
    );
    await plan(
      { chunk: 'later', command: 'echo later', executor: 'box' },
      { chunk: 'here', command: 'echo here' },
    );
    await house.untilStatus('here', 'DONE');
    assert.equal(await house.statusOf('later'), 'READY');
    far.mend();
    await house.untilStatus('later', 'DONE');
    assert.equal((await house.json<{ runs: unknown[] }>('show', 'later')).runs.length, 1);
  });

  test('what it is told while it runs lies in its answers file there, and its agent is signalled', async () => {
    const command = `trap 'cat "$SIGNALBOX_ANSWERS"; exit 0' USR1; ${waiting('told')}`;
    await plan({ chunk: 'told', command, executor: 'box' });
    await began('told');
    await house.ok('interrupt', 'told', 'use the other port');
    const answers = () => readFileSync(join(far.carriers()[0] ?? '', 'answers.json'), 'utf8');
    await until('the message', () => answers().includes('use the other port'));
    letGo('told');
    await house.untilStatus('told', 'DONE');
  });

  test('an executor has room for so many, and a unit that names none stays here', async () => {
    await configure({ ...executors({ room: 1 }), default: 'box' });
    await reached();
    await plan(
      { chunk: 'first', command: waiting('first') },
      { chunk: 'second', command: waiting('second') },
      { chunk: 'third', command: 'true', executor: 'local' },
    );
    await began('first');
    await house.untilStatus('third', 'DONE');
    assert.equal(await house.statusOf('second'), 'READY');
    letGo('first');
    await began('second');
    letGo('second');
    await house.untilStatus('second', 'DONE');
    await configure(executors());
  });

  test('a unit of an executor that is not there waits, and says so', async () => {
    await plan({ chunk: 'nowhere', command: 'true', executor: 'moon' });
    await house.untilStatus('nowhere', 'BLOCKED');
    assert.match(await house.ok('show', 'nowhere'), /there is no executor moon/);
  });

  test('a file that cannot be taken changes nothing, and it is said which field is wrong', async () => {
    const wrong: readonly [object, RegExp][] = [
      [executors({ ssh: '-oProxyCommand=x' }), /executors\.box\.ssh: HOST or USER@HOST/],
      [executors({ ssh: 'box x' }), /executors\.box\.ssh/],
      [executors({ folder: 'work' }), /executors\.box\.folder: An absolute path/],
      [executors({ folder: "/a'; x" }), /executors\.box\.folder/],
      [executors({ program: 'a;b' }), /executors\.box\.program/],
      [executors({ room: 0 }), /executors\.box\.room: At least one/],
      [{ executors: { local: { ssh: 'a', folder: '/a', room: 1 } } }, /"local" is this machine/],
      [{ default: 'moon' }, /default: There is no executor of this name/],
    ];
    const path = join(house.folder, 'wrong.json');
    for (const [file, said] of wrong) {
      writeFileSync(path, JSON.stringify(file));
      const { code, stderr } = await house.signalbox('executors', 'set', path);
      assert.equal(code, 65, JSON.stringify(file));
      assert.match(stderr, said);
    }
    assert.equal((await house.json<object[]>('executors')).length, 2);
  });
});
