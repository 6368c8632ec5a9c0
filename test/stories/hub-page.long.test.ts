/** The page of the hub in a browser: with script and without, an answer arrives once; what changes shows by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import type { Card } from '../../shared/board.ts';
import { HubFixture } from '../hub-fixture.ts';
import { until } from '../until.ts';
import { openBrowser, openPage, pressFirst, shows, showsNot, untilOnPage } from './browser-pages.ts';
import { atTerminal } from './visitor.ts';

describe('the page of the hub', () => {
  const scene = new HubFixture('api', 'api');
  const [one, two] = scene.houses;
  assert.ok(one && two);
  let browser: Browser;
  const ask = (house: typeof one, key: string, prompt: string) =>
    atTerminal(house, 'items.ask', { key, chunk: 'docs', run: null, questions: [{ prompt }] });
  const answers = async (house: typeof one) => {
    const { events } = await house.json<{ events: { type: string }[] }>('history', 'docs');
    return events.filter(({ type }) => type === 'item.answered').length;
  };
  const openIn = async (house: typeof one) =>
    (await house.json<Card[]>('attention')).filter(({ state }) => state === 'open').length;
  /** The text area of the card that shows a prompt, by its id, which is no selector. */
  async function type(page: Page, prompt: string, words: string): Promise<string> {
    await untilOnPage(page, `the card “${prompt}”`, isThere, prompt);
    const id = await page.evaluate(openCard, prompt);
    const field = `[id="${id}"]`;
    await page.type(field, words);
    return field;
  }

  before(async () => {
    for (const house of [one, two]) await house.start('--port', '0', '--undo-seconds', '0');
    await scene.open('--no-auth');
    for (const house of [one, two]) await house.ok('add', 'docs', '--external');
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await scene.close();
  });

  for (const script of ['script', 'no script'] as const)
    test(`with ${script}, an answer arrives once, in its owner`, async () => {
      const [ours, theirs] = [await answers(one), await answers(two)];
      const prompt = `Which port, with ${script}?`;
      await ask(one, `same-${script === 'script'}`, prompt);
      await ask(two, `same-${script === 'script'}`, 'Another question of the same id?');
      await scene.untilShown(2);
      const page = await openPage(browser, scene.address, script);
      const field = await type(page, prompt, 'port 8080');
      await pressFirst(page, `form:has(${field}) button.send`);
      await until('the answer', async () => (await answers(one)) === ours + 1);
      await showsNot(page, '.card .prompt', prompt);
      assert.equal(await openIn(one), 0);
      assert.equal(await answers(two), theirs);
      assert.equal(await openIn(two), 1);
      await two.ok('withdraw', 'docs');
      await scene.untilShown(0);
      await page.browserContext().close();
    });

  test('a question comes by itself; a daemon that dies is grey and has no form, and comes back', async () => {
    const page = await openPage(browser, scene.address, 'script');
    await ask(two, 'by-itself', 'Did it come by itself?');
    await shows(page, '.card .prompt', 'Did it come by itself?');
    await two.end('SIGKILL');
    await shows(page, '.card .project-of.away', 'not heard of since');
    await untilOnPage(page, 'no form', () => document.querySelector('form.answer') === null);
    await shows(page, '.projects .away', 'not heard of since');
    await ask(one, 'meanwhile', 'Do the others go on?');
    await shows(page, '.card .prompt', 'Do the others go on?');
    await two.start('--undo-seconds', '0');
    await untilOnPage(page, 'two forms', () => document.querySelectorAll('form.answer').length === 2);
    await untilOnPage(page, 'nobody away', () => document.querySelector('.away') === null);
    for (const house of [one, two]) await house.ok('withdraw', 'docs');
    await page.browserContext().close();
  });

  test('a version that somebody else has changed meanwhile is refused where it was typed, and the words stay', async () => {
    await ask(one, 'stale', 'The first words?');
    await scene.untilShown(1);
    const page = await openPage(browser, scene.address, 'no script');
    const field = await type(page, 'The first words?', 'my words');
    await ask(one, 'stale', 'Other words?');
    await pressFirst(page, `form:has(${field}) button.send`);
    await shows(page, '.notice-wrong', '');
    const kept = await page.$$eval('textarea', (all) =>
      all.map((each) => (each as HTMLTextAreaElement).value),
    );
    assert.ok(kept.includes('my words'), kept.join());
    assert.equal(await openIn(one), 1);
    await one.ok('withdraw', 'docs');
    await page.browserContext().close();
  });

  test('keys go through the queue of all projects; what only a page of one project has, they leave alone', async () => {
    await ask(one, 'keys-one', 'By keys, one?');
    await ask(two, 'keys-two', 'By keys, two?');
    await scene.untilShown(2);
    const page = await openPage(browser, scene.address, 'script');
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('.card')?.querySelector('.prompt')?.textContent);
    await page.keyboard.press('j');
    await untilOnPage(page, 'a card', () => document.activeElement?.closest('.card') !== null);
    const first = await focused();
    await page.keyboard.press('j');
    assert.notEqual(await focused(), first);
    await page.keyboard.press('k');
    assert.equal(await focused(), first);
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'grid-heading');
    await page.keyboard.press('n');
    await page.keyboard.press('?');
    await shows(page, 'dialog[open]', 'snooze the item');
    assert.doesNotMatch(
      await page.$eval('dialog[open]', (dialog) => dialog.textContent ?? ''),
      /new unit|commands/,
    );
    assert.equal(new URL(page.url()).pathname, '/');
    for (const house of [one, two]) await house.ok('withdraw', 'docs');
    await page.browserContext().close();
  });

  test('whoever looks at it is told by no daemon in another way', async () => {
    const isLookedAt = async (house: typeof one) =>
      (await house.json<{ looking: boolean }>('notify', 'show')).looking;
    const page = await openPage(browser, scene.address, 'script');
    for (const house of [one, two]) await until('it to be looked at', () => isLookedAt(house));
    await page.browserContext().close();
    for (const house of [one, two])
      await until('nobody to look at it', async () => !(await isLookedAt(house)));
  });
});

/** Runs in the page. */
const isThere = (prompt: string): boolean =>
  [...document.querySelectorAll('.card')].some((card) => card.textContent?.includes(prompt));

/** Runs in the page: opens the card of a prompt; the id of its text area. */
function openCard(prompt: string): string {
  const card = [...document.querySelectorAll('.card')].find((each) => each.textContent?.includes(prompt));
  const details = card?.querySelector('details');
  if (details && !details.open) card?.querySelector('summary')?.click();
  return card?.querySelector('textarea')?.id ?? '';
}
