import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { browserFor, fieldOf, live, openPage, press, shows, showsNot, typedIn } from './browser-pages.ts';

/** A process that asks, waits, and writes down what it was told. */
const asks = (prompt: string) => `answer=$(signalbox ask '${prompt}') && printf '%s' "$answer" > told`;

describe('a process asks, a person answers, everywhere at once', () => {
  let house: DaemonFixture;
  const browser = browserFor(() => house);

  const told = () => readFileSync(join(house.project, 'told'), 'utf8');

  test('the question is on two pages and in a terminal; the answer from one reaches the process', async (t) => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    await house.add('other', asks('Something else?'));
    await house.untilStatus('other', 'NEEDS_ATTENTION');
    const one = await openPage(browser.current, house.address, 'script');
    const two = await openPage(browser.current, house.address, 'script');
    const watch = house.run('watch');
    await until('the terminal to watch', () => watch.stdout().includes('Something else?'));
    const half = await fieldOf(one, 'Something else?');
    await one.type(half, 'half a sen');

    await house.add('asker', asks('Which port?'));
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    const asked = Date.now();
    await Promise.all([
      shows(one, '.card', 'Which port?'),
      shows(two, '.card', 'Which port?'),
      until('the terminal to show it', () => watch.stdout().includes('Which port?')),
    ]);
    t.diagnostic(`on both pages and in the terminal ${Date.now() - asked} ms after the status said so`);
    assert.equal(await typedIn(one, half), 'half a sen');

    await two.$$eval('.card', (cards) => {
      for (const card of cards) card.querySelector('details')?.setAttribute('open', '');
    });
    const field = await fieldOf(two, 'Which port?');
    await two.type(field, '8080');
    await press(two, field, 'Send');
    await until('the process to be told', () => told() === '8080');
    await house.untilStatus('asker', 'DONE');
    await Promise.all([
      showsNot(one, '.card', 'Which port?'),
      showsNot(two, '.card', 'Which port?'),
      shows(one, '.cell-done', 'asker'),
      until('the terminal to follow', () => watch.stdout().includes('no longer waits: Which port?')),
    ]);
    assert.equal(await typedIn(one, half), 'half a sen');
  });

  test('the same with script off', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    await house.add('asker', asks('Which port?'));
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    const page = await openPage(browser.current, house.address, 'no script');
    const field = await fieldOf(page, 'Which port?');
    await page.type(field, '8080');
    await Promise.all([page.waitForNavigation(), press(page, field, 'Send')]);
    assert.equal(page.url(), house.address);
    await until('the process to be told', () => told() === '8080');
    await house.untilStatus('asker', 'DONE');
    await page.reload();
    assert.match(await page.$eval('.queue', (queue) => queue.textContent ?? ''), /Nothing needs you/);
  });

  test('the daemon is killed while the process waits; the answer comes after the restart', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    await house.add('asker', asks('Which port?'));
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    const one = await openPage(browser.current, house.address, 'script');
    const two = await openPage(browser.current, house.address, 'script');
    const watch = house.run('watch');
    await until('the terminal to watch', () => watch.stdout().includes('Which port?'));
    const field = await fieldOf(one, 'Which port?');
    await one.type(field, '80');
    await house.end('SIGKILL');
    await shows(one, '#badge', 'Reconnecting');
    await shows(one, '#lost', 'Connection lost');
    await one.type(field, '80');
    await house.start('--undo-seconds', '0');
    await Promise.all([live(one), live(two)]);
    assert.equal(await typedIn(one, field), '8080');
    await press(one, field, 'Send');
    await until('the process to be told', () => told() === '8080');
    await house.untilStatus('asker', 'DONE');
    await Promise.all([showsNot(two, '.card', 'Which port?'), shows(two, '.cell-done', 'asker')]);
    await until('the terminal to follow', () => watch.stdout().includes('no longer waits: Which port?'));
    const { runs } = await house.json<{ runs: unknown[] }>('show', 'asker');
    assert.equal(runs.length, 1, 'the run was found again, not started anew');
  });

  test('an answer that goes out is seen on each page, can be taken back, and its words are there again', async () => {
    house = await DaemonFixture.open('--undo-seconds', '600');
    await house.add('asker', asks('Which port?'));
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    const page = await openPage(browser.current, house.address, 'script');
    const other = await openPage(browser.current, house.address, 'script');
    const field = await fieldOf(page, 'Which port?');
    await page.type(field, '8080');
    await press(page, field, 'Send');
    await Promise.all([shows(page, '.going-out', '8080'), shows(other, '.going-out', '8080')]);
    await page.click('form.undo button');
    await Promise.all([shows(page, '.card', 'Which port?'), shows(other, '.card', 'Which port?')]);
    await page.waitForFunction(
      (where) => document.querySelector<HTMLTextAreaElement>(where)?.value === '8080',
      {},
      field,
    );
  });
});
