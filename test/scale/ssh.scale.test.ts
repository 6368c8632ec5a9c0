/**
 * Runs on another machine by a real sshd: its connections are cut, carriers and the daemon are killed, with a seed.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { turn } from '../core/store-fixture.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { noSshd, SshMachine } from '../runs/sshd.ts';
import { until } from '../until.ts';
import {
  carrierKilled,
  daemonKilled,
  endure,
  type Incident,
  LOST_AFTER,
  plan,
  ROOM,
  RUNS,
  SEED,
  textIn,
} from './chaos.ts';

/** Whether it works: one that has ended is there until its parent looks. */
function isThere(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

describe('runs on another machine, by ssh', { skip: noSshd }, () => {
  const far = new SshMachine();
  const house = DaemonFixture.make({ PATH: far.path });
  const there = (name: string) => join(far.project, name);
  const textOf = (name: string) => textIn(there(name));
  const reached = () =>
    until(
      'box to be reached',
      async () => {
        const [line] = await house.json<{ reached: boolean }[]>('executors');
        return line?.reached === true;
      },
      60_000,
    );

  before(async () => {
    await far.open();
    await house.start('--port', '0', '--undo-seconds', '0', '--max-agents', String(ROOM));
    const path = join(house.folder, 'executors.json');
    const box = { ssh: 'box', folder: far.project, room: ROOM, lost_after: LOST_AFTER };
    writeFileSync(path, JSON.stringify({ default: 'box', executors: { box } }));
    await house.ok('executors', 'set', path);
    await reached();
  });
  after(async () => {
    await house.close();
    far.close();
  });

  test('asks from there, is answered, and its output and exit code come back', async () => {
    const command = 'signalbox ask "Which port?" > port; seq 1 200000; cat port';
    await plan(house, [{ chunk: 'asks', command }]);
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    await house.ok('answer', 'asks', '8080');
    await house.untilStatus('asks', 'DONE');
    const printed = await house.ok('logs', 'asks');
    const expected = Array.from({ length: 200_000 }, (_, nth) => `${nth + 1}\n`).join('');
    assert.ok(printed.includes(`${expected}8080\n`));
  });

  /** Nothing of ours is in any command line there, and nothing was asked at a terminal. */
  test('its secret and its token are in no command line', async () => {
    await plan(house, [{ chunk: 'secret', command: `touch ready; while [ ! -e go ]; do sleep 0.1; done` }]);
    await until('it to begin', () => existsSync(there('ready')));
    for (const pid of far.carrierPids()) {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      assert.deepEqual(line.slice(2), ['carry', '']);
    }
    writeFileSync(there('go'), '');
    await house.untilStatus('secret', 'DONE');
  });

  test('a machine that was frozen for longer than lost_after ends its run when it wakes', async (context) => {
    const isAt = (run: number) => isThere(Number(textOf('frozen.began').split('\n')[run - 1] || -1));
    await plan(house, [
      { chunk: 'frozen', command: 'echo $$ >> frozen.began; while :; do sleep 0.01; done' },
    ]);
    await until('it to begin', () => isAt(1));
    const all = far.processes();
    for (const pid of all) process.kill(pid, 'SIGSTOP');
    await house.untilStatus('frozen', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'frozen'), /is lost/);
    for (const pid of all) process.kill(pid, 'SIGCONT');
    const woken = performance.now();
    while (isAt(1) && performance.now() - woken < 5000) await turn();
    const ms = performance.now() - woken;
    context.diagnostic(`woken, it worked on for ${ms.toFixed(0)} ms`);
    assert.ok(ms < 1000);
    await reached();
    await house.ok('retry', 'frozen');
    await until('the next run', () => isAt(2));
    await house.ok('kill', 'frozen');
    await house.untilStatus('frozen', 'BLOCKED');
    await house.ok('close', 'frozen');
  });

  const cut: Incident = {
    name: 'connections cut',
    weight: 4,
    happen: async (pick) => {
      await far.cut();
      await delay(pick(4) === 0 ? LOST_AFTER * 1000 + 3000 : pick(LOST_AFTER * 500));
      await far.mend();
      return true;
    },
  };

  test(`${RUNS} runs, cut and killed (seed ${SEED})`, async (context) => {
    const incidents = [cut, carrierKilled(far, 4), daemonKilled(house, 2)];
    await endure(context, { house, far, incidents, pause: 3500, mend: () => far.mend() });
  });
});
