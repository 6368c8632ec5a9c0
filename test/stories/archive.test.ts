/** A month goes by: what is done leaves the dashboard, and everything about it is still there for who looks for it. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { withMovedClock } from './moved-clock.ts';

const DAY_MS = 24 * 3_600_000;

describe('a unit that is done for long', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());
  /** Without the marks by which script finds its places. */
  const page = async (path: string) => {
    const response = await fetch(`${house.address}${path}`);
    return { status: response.status, text: (await response.text()).replace(/<!--.*?-->/g, '') };
  };
  const listed = async () => (await house.json<{ chunk: string }[]>('ls')).map(({ chunk }) => chunk);

  test('is archived: on no board, found by a search, and on its own page with its answers and what it printed', async () => {
    house = DaemonFixture.make();
    const setClock = withMovedClock(house);
    await house.start('--port', '0');
    await house.ok('config', 'update', 'keep_days=365');
    await house.add('asks', 'signalbox ask "Which port?"; echo it is done', '--title', 'The first of all');
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    await house.ok('answer', 'asks', '8080');
    await house.untilStatus('asks', 'DONE');
    await house.add('waits', 'true', '--after', 'nobody');

    setClock(31 * DAY_MS);
    // What just jumped is not believed at once; after a start it is, as something happened lately by it.
    await house.ok('hold', 'waits');
    assert.deepEqual(await listed(), ['asks', 'waits']);
    await house.end('SIGKILL');
    await house.start();
    await until('the archive', async () => (await listed()).join() === 'waits');
    await house.end('SIGKILL');
    await house.start();

    const board = await page('');
    assert.match(board.text, /<a href="\/archive">1 archived unit<\/a>/);
    assert.match((await page('?q=first')).text, /<a href="\/archive\?q=first">Search 1 archived unit<\/a>/);
    assert.match((await page('archive?q=first')).text, /href="\/work-units\/asks"/);
    assert.match((await page('archive?q=second')).text, /No archived unit matches/);
    assert.match(await house.ok('archive', '--find', 'ask'), /^asks {2}.*The first of all/);

    const unit = await page('work-units/asks');
    assert.equal(unit.status, 200);
    for (const words of [/Archived since/, /Which port\?/, /8080/, /it is done/, /Remove asks/])
      assert.match(unit.text, words);
    assert.doesNotMatch(unit.text, /Edit title/);
    assert.match((await page('work-units/asks/runs/1')).text, /it is done/);
    assert.match(await house.ok('logs', 'asks'), /it is done/);
    const detail = await house.json<Detail>('show', 'asks');
    assert.equal(detail.status, 'DONE');
    assert.equal(detail.history.at(-1)?.type, 'unit.archived');
    assert.match(await house.ok('history', 'asks'), /asks {2}item\.answered/);
    assert.match(await house.ok('history'), /asks {2}unit\.archived/);

    const held = await house.signalbox('hold', 'asks');
    assert.match(held.stderr, /asks is done and was archived/);
    await house.ok('link', 'waits', 'asks');
    assert.match(await house.ok('check'), /the tables are what the log says/);
    await house.ok('rm', 'asks');
    assert.equal((await page('work-units/asks')).status, 404);
    await house.add('asks', 'true');
    await house.untilStatus('asks', 'DONE');
    assert.match(await house.ok('check'), /the tables are what the log says/);
  });
});
