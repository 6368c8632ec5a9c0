/** A daemon that is stopped by a signal, and answers nobody: every command ends, and says what to do. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Finding } from '../../shared/offline.ts';
import { DaemonFixture, type Finished } from '../daemon-fixture.ts';
import { until } from '../until.ts';

const ENDING: readonly (readonly string[])[] = [
  ['ls'],
  ['status'],
  ['stop'],
  ['attention'],
  ['show', 'asks'],
  ['add', 'other', '--external'],
  ['answer', 'asks', 'x'],
  ['wait', 'asks'],
  ['watch'],
  ['logs', 'asks', '-f'],
  ['url'],
  ['token', 'list'],
  ['audit'],
  ['doctor', '--security'],
];

describe('a daemon that does not answer', () => {
  let house: DaemonFixture;
  afterEach(async () => {
    const { pid } = house.holder() ?? {};
    if (pid) process.kill(pid, 'SIGCONT');
    await house.close();
  });

  test('lets no command hang: each ends with 75 and says pid, since when, and how to go on', async () => {
    house = await DaemonFixture.open();
    await house.add('asks', 'signalbox ask Port?');
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    const { pid = 0 } = house.holder() ?? {};
    process.kill(pid, 'SIGSTOP');
    // All at once: each waits as long as the others.
    const [ended, started, examined] = await Promise.all([
      Promise.all(ENDING.map((words) => house.signalbox(...words))),
      house.signalbox('start'),
      house.signalbox('doctor', '--json'),
    ]);
    const way = new RegExp(
      `^signalbox: Signalbox for .* \\(pid ${pid}, since 20[^)]*\\) is stopped by a signal and answers nobody\\. Let it go on: kill -CONT ${pid}$`,
      'm',
    );
    ended.forEach(({ code, stderr }: Finished, nth) => {
      assert.equal(code, 75, `${ENDING[nth]}: ${stderr}`);
      assert.match(stderr, way, String(ENDING[nth]));
    });
    assert.equal(started.code, 75);
    assert.match(started.stderr, new RegExp(`already runs .*pid ${pid}.*kill -CONT ${pid}`));
    assert.equal(examined.code, 1);
    const findings = JSON.parse(examined.stdout) as Finding[];
    const of = (what: string) => findings.find((each) => each.what === what);
    assert.equal(of('daemon')?.status, 'bad');
    assert.match(of('daemon')?.message ?? '', new RegExp(`pid ${pid}, since 20.*kill -CONT ${pid}`));
    assert.equal(of('round trip')?.status, 'bad');
    process.kill(pid, 'SIGCONT');
    await until('it to answer again', async () => (await house.signalbox('ls')).code === 0);
  });

  test('keeps those waiting who wait on purpose, who say so, and go on when it answers again', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    await house.signalbox('add', 'u', '--external');
    const ask = house.run('ask', 'Which?', '--chunk', 'u');
    const wait = house.run('wait', 'u', '--until', 'done');
    await until('both to wait', () => ask.stderr().includes('asked') && wait.stderr().includes('waiting'));
    const { pid = 0 } = house.holder() ?? {};
    process.kill(pid, 'SIGSTOP');
    await until('the first to notice', () => ask.stderr().includes('does not answer; waiting on'));
    await until('the other to notice', () => wait.stderr().includes('does not answer; waiting on'));
    const late = house.run('ask', 'And which?', '--chunk', 'u');
    await until('a new one to notice', () => late.stderr().includes('does not answer'));
    process.kill(pid, 'SIGCONT');
    await until('the new question', () => late.stderr().includes('asked; waiting'));
    for (const [item, text] of [
      [0, 'this'],
      [0, 'that'],
    ] as const) {
      const cards = await house.json<{ id: string }[]>('attention');
      assert.equal((await house.signalbox('answer', 'u', text, '--item', cards[item]?.id ?? '')).code, 0);
    }
    assert.deepEqual([(await ask.finished).stdout, (await late.finished).stdout].sort(), [
      'that\n',
      'this\n',
    ]);
    await house.signalbox('report', 'u', 'finished', '--all');
    assert.equal((await wait.finished).code, 0);
  });
});
