/** The wall clock moves and the timers do not: the machine has slept, or somebody has set the clock. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { until } from '../until.ts';
import { withMovedClock } from './moved-clock.ts';

const HOUR_MS = 3_600_000;

describe('after the wall clock has moved', () => {
  let house: DaemonFixture;
  let setClock: (ms: number) => void;
  afterEach(() => house.close());

  const open = async (...flags: string[]) => {
    house = DaemonFixture.make();
    setClock = withMovedClock(house);
    await house.start('--port', '0', ...flags);
  };
  const openItems = async () =>
    (await house.json<{ state: string }[]>('attention')).filter(({ state }) => state === 'open');
  const askAndWait = async () => {
    await house.add('asks', 'signalbox ask "Which port?" > said');
    await until('the question', async () => (await openItems()).length === 1);
  };
  const said = () => readFileSync(join(house.project, 'said'), 'utf8');

  test('a snooze and a retry that came due while the machine slept are there at once, also for nobody who looks', async () => {
    await open();
    await askAndWait();
    assert.equal((await house.signalbox('snooze', 'asks', '--for', '30m')).code, 0);
    writeFileSync(
      join(house.project, 'plan.json'),
      JSON.stringify({
        units: [{ chunk: 'flaky', command: '[ -e ready ]', retry: { on: [1], times: 1, delay: 1800 } }],
      }),
    );
    assert.equal((await house.signalbox('add', '--plan', 'plan.json')).code, 0);
    await until('the first try to have failed', async () => {
      const { why } = await house.json<{ why: string }>('show', 'flaky');
      return why.includes('again');
    });
    writeFileSync(join(house.project, 'ready'), '');
    // Nobody asks meanwhile: the page is told by itself.
    const watching = house.run('watch');
    const cards = () => watching.stdout().match(/^asks {2}question · waiting/gm)?.length ?? 0;
    await until('the board', () => cards() === 1);
    setClock(2 * HOUR_MS);
    await until('the retry to be seen', () => /flaky .*done/.test(watching.stdout()));
    await until('the card to be seen again', () => cards() === 2);
    watching.child.kill('SIGTERM');
  });

  test('the first request after a sleep sees what is due, not what was', async () => {
    await open();
    await askAndWait();
    await house.signalbox('snooze', 'asks', '--for', '30m');
    const callers = new Callers(house);
    const attention = async () =>
      JSON.parse(
        (
          await callers.anyone({
            path: '/attention',
            headers: { accept: 'application/json', authorization: `Bearer ${callers.token}` },
          })
        ).body,
      ) as {
        items: { time_waiting: number }[];
      };
    assert.equal((await attention()).items.length, 0);
    setClock(2 * HOUR_MS);
    const { items } = await attention();
    assert.equal(items.length, 1);
    assert.ok((items[0]?.time_waiting ?? 0) >= 7200, 'the waiting clock is the one on the wall');
  });

  test('a session and a sign-in link do not outlive a sleep, nor a clock that was set back', async () => {
    house = DaemonFixture.make({}, { guarded: true });
    setClock = withMovedClock(house);
    await house.start('--port', '0');
    const callers = new Callers(house);
    const link = async () => {
      const made = (await callers.must('access.link', { to: '/', seconds: 600 })) as { url: string };
      return new URL(made.url).pathname;
    };
    const host = new URL((await house.json<{ address: string }>('status')).address).host;
    const follow = async (path: string) =>
      (
        await callers.anyone({
          path,
          headers: { host, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
        })
      ).status;
    assert.equal(await follow(await link()), 303);
    const slept = await link();
    setClock(HOUR_MS);
    assert.equal(await follow(slept), 401);
    const before = await link();
    setClock(0);
    assert.equal(await follow(before), 401);
  });

  test('a clock that is set back holds no answer back: it goes out when its seconds are over, or sooner', async () => {
    await open('--undo-seconds', '3600');
    await askAndWait();
    setClock(2 * HOUR_MS);
    const [item] = await house.json<{ id: string; version: number }[]>('attention');
    const callers = new Callers(house);
    const fields = { item: item?.id ?? '', version: String(item?.version), text: '8080' };
    assert.equal((await callers.form('/work-units/asks/answer', fields)).status, 303);
    assert.equal(said(), '', 'it can still be taken back');
    setClock(0);
    await house.untilStatus('asks', 'DONE');
    assert.equal(said(), '8080\n');
    await house.add('after', 'true');
    await house.untilStatus('after', 'DONE');
  });

  const JUMPS = { 'an hour': HOUR_MS, 'a year': 365 * 24 * HOUR_MS };
  for (const [what, ms] of Object.entries(JUMPS))
    for (const by of [ms, -ms])
      test(`${what} ${by > 0 ? 'ahead' : 'back'}: no run is given up or started twice, no age is negative, the order stays`, async () => {
        await open();
        await askAndWait();
        await house.add('second', 'signalbox ask "Which host?" > said-second');
        await until('both questions', async () => (await openItems()).length === 2);
        const callers = new Callers(house);
        const queue = async () => {
          const headers = { accept: 'application/json', authorization: `Bearer ${callers.token}` };
          const { body } = await callers.anyone({ path: '/attention', headers });
          return (JSON.parse(body) as { items: { chunk: string; run: number; time_waiting: number }[] })
            .items;
        };
        const shown = async () => (await queue()).map(({ chunk, run }) => `${chunk} ${run}`);
        const before = await shown();
        const { seq } = await house.json<{ seq: number }>('status');
        setClock(by);
        assert.deepEqual(await shown(), before);
        for (const { time_waiting } of await queue()) assert.ok(time_waiting >= 0, String(time_waiting));
        assert.doesNotMatch(await house.ok('attention'), /waiting -/);
        assert.doesNotMatch(await house.ok('ls'), / -\d/);
        await house.ok('hold', 'second');
        assert.deepEqual(await shown(), before);
        assert.ok((await house.json<{ seq: number }>('status')).seq > seq);
        await house.ok('answer', 'asks', '8080');
        await house.untilStatus('asks', 'DONE');
        assert.equal(said(), '8080\n');
        const { runs } = await house.json<{ runs: unknown[] }>('show', 'asks');
        assert.equal(runs.length, 1);
        setClock(0);
        assert.deepEqual(await shown(), before.slice(1));
        assert.match(await house.ok('check'), /the tables are what the log says/);
      });
});
