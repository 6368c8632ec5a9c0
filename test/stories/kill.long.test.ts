import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { browserFor, openPage, shows } from './browser-pages.ts';

describe('killing a run', () => {
  let house: DaemonFixture;
  const browser = browserFor(() => house);

  const detail = (chunk: string) => house.json<Detail>('show', chunk);
  const file = (name: string) => join(house.project, name);
  const nobodyIsLeft = () => until('every process to be gone', () => house.processes().length === 0);
  const begun = () => until('the run to begin', () => existsSync(file('begun')));

  test('the whole tree goes, one that left the session among it; no stuck item, the unit is held', async () => {
    house = await DaemonFixture.open();
    await house.add('tree', 'setsid sleep 600 & (sleep 600; echo never) & touch begun; wait');
    await begun();
    await house.ok('kill', 'tree');
    await house.untilStatus('tree', 'BLOCKED');
    const { why, items, runs } = await detail('tree');
    assert.equal(why, 'held: killed by you');
    assert.deepEqual([items.length, runs[0]?.outcome], [0, { exit: 'killed' }]);
    await nobodyIsLeft();
    await house.ok('retry', 'tree');
    await until('the second run', async () => (await detail('tree')).runs.length === 2);
  });

  test('one that ignores TERM is KILLed after ten seconds, also by the next daemon', async () => {
    house = await DaemonFixture.open();
    await house.add('deaf', "trap '' TERM; touch begun; while :; do sleep 0.2; done");
    await begun();
    await house.ok('kill', 'deaf');
    await until('the wish to be kept', async () => (await detail('deaf')).why === 'being killed');
    await house.end('SIGKILL');
    assert.notEqual(house.processes().length, 0);
    await house.start();
    await house.untilStatus('deaf', 'BLOCKED');
    await nobodyIsLeft();
  });

  test('closing and removing a unit with a live run are refused, unless it is to be killed', async () => {
    house = await DaemonFixture.open();
    for (const chunk of ['one', 'two']) await house.add(chunk, 'touch begun; sleep 600');
    await house.add('next', 'true', '--after', 'two');
    await begun();
    for (const args of [
      ['close', 'one'],
      ['rm', 'one'],
    ]) {
      const refused = await house.signalbox(...args);
      assert.deepEqual([refused.code, /has a live run \(1\)/.test(refused.stderr)], [1, true]);
    }
    await house.ok('close', 'one', 'not needed', '--kill');
    await house.untilStatus('one', 'DONE');
    assert.equal((await detail('one')).why, 'not needed');
    const waiting = await house.signalbox('rm', 'two', '--kill');
    assert.match(waiting.stderr, /next would wait for two for ever/);
    await house.ok('rm', 'two', '--kill', '--unlink');
    await until('the unit to be gone', async () => (await house.signalbox('show', 'two')).code === 1);
    await house.untilStatus('next', 'DONE');
    await nobodyIsLeft();
    assert.equal((await house.signalbox('kill', 'next')).code, 1);
  });

  test('a kill names the run, on the page without script too; a stranger is left alone', async () => {
    house = await DaemonFixture.open();
    const stranger = house.run('watch');
    await house.add('work', 'touch begun; sleep 600');
    await begun();
    const wrong = await house.signalbox('kill', 'work', '--run', '7');
    assert.match(wrong.stderr, /Run 7 of work has ended; run 1 is live/);
    const page = await openPage(browser.current, `${house.address}work-units/work`, 'no script');
    await Promise.all([page.waitForNavigation(), page.click('form[action$="/kill"] button')]);
    await house.untilStatus('work', 'BLOCKED');
    await page.reload();
    await shows(page, '.unit-head', 'held: killed by you');
    assert.equal(stranger.child.exitCode, null);
    assert.equal(existsSync(file('begun')) && readFileSync(file('begun'), 'utf8'), '');
  });
});
