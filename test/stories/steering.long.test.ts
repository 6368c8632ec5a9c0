import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'puppeteer-core';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { browserFor, openPage, shows } from './browser-pages.ts';

describe('steering a unit', () => {
  let house: DaemonFixture;
  const browser = browserFor(() => house);

  const detail = (chunk: string) => house.json<Detail>('show', chunk);
  /** Opens what the element stands in, and nothing else. */
  const open = (page: Page, within: string) =>
    page.$eval(within, (each) => {
      for (let at = each.closest('details'); at; at = at.parentElement?.closest('details') ?? null)
        at.open = true;
    });
  const fill = async (page: Page, action: string, field: string, text: string) => {
    const where = `form[action$="/${action}"] [name="${field}"]`;
    await open(page, where);
    await page.$eval(where, (input) => {
      (input as HTMLInputElement).value = '';
    });
    await page.type(where, text);
  };
  const submit = (page: Page, action: string, button = 'button') =>
    page.click(`form[action$="/${action}"] ${button}`);

  test('every action is a form that works with script off', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    await house.add('base', 'true');
    await house.add('work', 'true');
    await house.add('next', 'true', '--after', 'work');
    const page = await openPage(browser.current, `${house.address}work-units/work`, 'no script');
    const send = async (action: string) => {
      await open(page, `form[action$="/${action}"]`);
      await Promise.all([page.waitForNavigation(), submit(page, action)]);
    };

    await fill(page, 'hold', 'why', 'not yet');
    await send('hold');
    assert.equal((await detail('work')).why, 'held: not yet');
    await shows(page, '.unit-head', 'held: not yet');
    await send('release');
    assert.equal((await detail('work')).status, 'READY');
    await fill(page, 'priority', 'priority', '7');
    await send('priority');
    assert.equal((await detail('work')).priority, 7);
    await fill(page, 'link', 'after', 'base');
    await send('link');
    assert.equal((await detail('work')).why, 'waits for base');
    await send('unlink');
    assert.equal((await detail('work')).status, 'READY');
    await fill(page, 'edit', 'title', 'A better title');
    await send('edit');
    assert.equal((await detail('work')).title, 'A better title');
    await fill(page, 'remove', 'unlink', '').catch(() => {});
    await send('remove');
    assert.match(
      await page.$eval('.trouble', (each) => each.textContent ?? ''),
      /next would wait for work for ever/,
    );
    await fill(page, 'close', 'reason', 'done by hand');
    await send('close');
    assert.equal((await detail('work')).why, 'done by hand');
    await house.untilStatus('next', 'READY');
    await send('remove');
    assert.equal(page.url(), house.address);
    assert.equal((await house.signalbox('show', 'work')).code, 1);
  });

  test('the same forms post over the socket, and the page follows', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    await house.add('work', 'true');
    const page = await openPage(browser.current, `${house.address}work-units/work`, 'script');
    for (const round of [1, 2]) {
      await fill(page, 'hold', 'why', 'not yet');
      await submit(page, 'hold');
      await shows(page, '.unit-head', 'held: not yet');
      await submit(page, 'release');
      await shows(page, '.headline', 'Ready');
      assert.ok(round);
    }
    await fill(page, 'priority', 'priority', 'high');
    await submit(page, 'priority');
    await shows(page, '.notice', 'priority:');
  });

  test('the terminal steers, and a removed name may be added again', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    await house.add('base', 'true');
    await house.add('work', 'true', '--after', 'base');
    await house.ok('hold', 'work', 'because');
    await house.ok('hold', 'work', 'because');
    assert.equal((await detail('work')).history.filter(({ what }) => what === 'held: because').length, 1);
    await house.ok('release', 'work');
    await house.ok('prioritize', 'work', '-3');
    await house.ok('edit', 'work', '--goal', 'A goal', '--path', 'src/**', '--path', 'docs/*.md');
    assert.deepEqual((await detail('work')).paths, ['src/**', 'docs/*.md']);
    const cycle = await house.signalbox('link', 'base', 'work');
    assert.match(cycle.stderr, /would wait for itself/);
    const refused = await house.signalbox('rm', 'base');
    assert.deepEqual([refused.code, /work would wait for base for ever/.test(refused.stderr)], [1, true]);
    await house.ok('rm', 'base', '--unlink');
    assert.equal((await detail('work')).status, 'READY');
    await house.add('base', 'false');
    assert.equal((await detail('base')).runs.length, 0);
    assert.equal((await house.signalbox('edit', 'work')).code, 64);
  });
});
