/** One thing, done to all that a filter shows: by form without script, alive, in the terminal. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { browserFor, openPage, shows } from './browser-pages.ts';

describe('acting on all that a filter shows', () => {
  let house: DaemonFixture;
  const browser = browserFor(() => house);

  interface Row {
    readonly chunk: string;
    readonly why: string;
  }
  const held = async () =>
    (await house.json<Row[]>('ls', '--status', 'blocked')).filter(({ why }) => why.startsWith('held')).length;
  const plan = async (units: readonly object[]) => {
    writeFileSync(join(house.project, 'plan.json'), JSON.stringify({ units }));
    assert.equal((await house.signalbox('add', '--plan', 'plan.json')).code, 0);
  };
  const press = (page: Page, what: string) =>
    page.$eval(`form[action="/bulk"] button[value="${what}"]`, (button) => (button as HTMLElement).click());

  test('by form, then over the socket, on what is shown and nothing else; what refuses is named', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    await plan(['auth-1', 'auth-2', 'other'].map((chunk) => ({ chunk, command: 'true' })));
    const plain = await openPage(browser.current, `${house.address}?q=auth`, 'no script');
    await plain.$eval('#bulk-why', (input) => {
      (input as HTMLInputElement).value = 'until Monday';
    });
    await Promise.all([plain.waitForNavigation(), press(plain, 'hold')]);
    await shows(plain, 'main', '2 units were changed.');
    assert.deepEqual(
      (await house.json<Row[]>('ls', '--find', 'auth')).map(({ why }) => why),
      ['held: until Monday', 'held: until Monday'],
    );
    assert.equal(await held(), 2);
    const alive = await openPage(browser.current, `${house.address}?status=blocked`, 'script');
    await press(alive, 'retry');
    await shows(alive, '.bulk', '2 refused: auth-1 is not stuck');
    await press(alive, 'release');
    await shows(alive, '.grid', 'No unit matches this filter.');
    assert.equal(await held(), 0);
    const unfiltered = await openPage(browser.current, house.address, 'no script');
    assert.equal(await unfiltered.$('form[action="/bulk"]'), null, 'everything at once is not offered');
  });

  test('at most 500 at once, and it says how many are left; snoozed and tried again by kind', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    await plan(Array.from({ length: 520 }, (_, n) => ({ chunk: `u${n}`, external: true })));
    const first = await house.json<{ result: { chunks: string[] }; left: number }>(
      'bulk',
      'hold',
      '--status',
      'ready',
    );
    assert.deepEqual([first.result.chunks.length, first.left], [500, 20]);
    const { stdout } = await house.signalbox('bulk', 'hold', '--status', 'ready');
    assert.equal(stdout, '20 units were changed.\n');
    assert.equal(await held(), 520);
    await house.add('fails', 'exit 3');
    await house.add('asks', 'signalbox ask Port?');
    await house.untilStatus('fails', 'NEEDS_ATTENTION');
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    assert.equal((await house.signalbox('bulk', 'snooze', '--kind', 'question', '--minutes', '5')).code, 0);
    assert.equal((await house.json<unknown[]>('attention', '--kind', 'question')).length, 1, 'kept, asleep');
    assert.equal(await house.statusOf('asks'), 'RUNNING');
    assert.equal((await house.signalbox('bulk', 'retry', '--kind', 'stuck')).stdout, '1 unit was changed.\n');
    for (const wrong of [['hold'], ['close', '--status', 'ready'], ['hold', '--status', 'nope']]) {
      const { code } = await house.signalbox('bulk', ...wrong);
      assert.ok(code === 1 || code === 64, wrong.join(' '));
    }
  });
});
