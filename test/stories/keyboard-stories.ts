/** What one does all day, by keys alone; told once for each browser. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, KeyInput, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { live, shows, showsNot, untilOnPage } from './browser-pages.ts';
import { Scene } from './worktrees-scene.ts';

const AGENTS = { agents: { script: { command: ['sleep', '1000'], phases: ['WRITE'] } } };
const ask = (question: string) =>
  `signalbox ask '${question}' --option pg=Postgres --option lite=SQLite >> told`;

/** `open` opens the browser; null: it is not installed. */
export function keyboardStories(name: string, open: (() => Promise<Browser>) | null): void {
  describe(`by keys alone in ${name}`, { skip: open ? false : `${name} is not installed.` }, () => {
    let browser: Browser;
    let context: BrowserContext;
    let leave: () => Promise<void> = async () => {};
    before(async () => {
      if (open) browser = await open();
    });
    after(() => browser?.close());
    afterEach(async () => {
      await context?.close().catch(() => {});
      await leave();
    });

    async function visit(house: DaemonFixture, path = ''): Promise<Page> {
      context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      await page.goto(house.address + path);
      await live(page);
      return page;
    }

    async function asking(...flags: string[]): Promise<DaemonFixture> {
      const house = await DaemonFixture.open(...flags);
      leave = () => house.close();
      await house.add('minor', ask('Which colour?'));
      await house.untilStatus('minor', 'NEEDS_ATTENTION');
      await house.add('major', ask('Which database?'));
      await house.untilStatus('major', 'NEEDS_ATTENTION');
      for (const chunk of ['api', 'ui']) await house.add(chunk, 'true', '--after', 'major');
      return house;
    }

    const press = async (page: Page, ...keys: KeyInput[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focusIsIn = (page: Page, selector: string, words = '') =>
      untilOnPage(
        page,
        `the focus in ${selector} with “${words}”`,
        (where, what) => {
          const around = document.activeElement?.closest(where);
          return around?.textContent?.includes(what) ?? false;
        },
        selector,
        words,
      );
    const untilArmed = (page: Page) =>
      untilOnPage(page, 'the card to take an answer', () => {
        const queue = document.querySelector('attention-queue') as unknown as {
          isArmed(within: Element | null): boolean;
        };
        return queue.isArmed(document.activeElement);
      });
    const command = async (page: Page) => {
      await page.keyboard.down('Control');
      await press(page, 'k');
      await page.keyboard.up('Control');
      await focusIsIn(page, '#palette input');
    };
    const send = async (page: Page) => {
      await page.keyboard.down('Control');
      await press(page, 'Enter');
      await page.keyboard.up('Control');
    };

    test('what blocks most is found, read and answered in two keys, undone in one, and the next has the focus', async () => {
      const page = await visit(await asking('--undo-seconds', '60'));
      await press(page, 'j');
      await focusIsIn(page, '.card', 'Which database?');
      await shows(page, '.card details[open]', 'Which database?');
      await untilArmed(page);
      await press(page, '2');
      await shows(page, '.going-out', 'SQLite');
      await focusIsIn(page, '.card', 'Which colour?');
      await press(page, 'z');
      await showsNot(page, '.going-out', 'SQLite');
      await shows(page, '.card', 'Which database?');
      await press(page, 'k');
      await focusIsIn(page, '.card', 'Which database?');
      await press(page, 'a');
      await focusIsIn(page, '.card textarea');
      await page.keyboard.type('jk12 of my own');
      await untilArmed(page);
      await send(page);
      await shows(page, '.going-out', 'jk12 of my own');
    });

    test('an option that is chosen before the card is armed is not sent, and said so', async () => {
      const page = await visit(await asking('--undo-seconds', '60'));
      await press(page, 'j');
      await focusIsIn(page, '.card', 'Which database?');
      await page.evaluate(() => {
        const card = document.activeElement?.closest('.card') as HTMLElement;
        card.style.position = 'relative';
        card.style.top = '1px';
        dispatchEvent(new KeyboardEvent('keydown', { key: '1', bubbles: true }));
        card.dispatchEvent(new KeyboardEvent('keydown', { key: '1', bubbles: true }));
      });
      await shows(page, '.card .notice', 'this only just appeared');
      assert.equal(await page.$('.going-out li'), null);
    });

    test('a closed card is opened by the first key, not answered', async () => {
      const page = await visit(await asking('--undo-seconds', '60'));
      await press(page, 'j', 'j');
      await focusIsIn(page, '.card', 'Which colour?');
      await press(page, '1');
      await shows(page, '.card details[open]', 'Which colour?');
      assert.equal(await page.$('.going-out li'), null);
    });

    test('single keys can be turned off, and on again, in this browser', async () => {
      const page = await visit(await asking());
      await press(page, '?');
      await shows(page, '#keys-dialog', 'new unit');
      await page.keyboard.down('Shift');
      await press(page, 'Tab');
      await page.keyboard.up('Shift');
      await press(page, ' ' as KeyInput, 'Escape');
      await untilOnPage(page, 'no dialog', () => !document.querySelector('dialog'));
      await press(page, 'n', 'j');
      await command(page);
      assert.equal(new URL(page.url()).pathname, '/');
      await page.keyboard.type('turn them off');
      await shows(page, '#palette [aria-selected=true]', 'how to turn them off');
      await Promise.all([page.waitForNavigation(), press(page, 'Enter')]);
      await live(page);
      await shows(page, '#keys-switch', 'Single keys');
      assert.equal(
        await page.$eval('#keys-switch input', (each) => (each as HTMLInputElement).checked),
        false,
      );
    });

    test('a new unit with an agent: its goal, and send', async () => {
      const house = DaemonFixture.make();
      leave = () => house.close();
      writeFileSync(join(house.project, 'signalbox.json'), JSON.stringify(AGENTS));
      await house.signalbox('trust', '--yes');
      await house.start('--port', '0');
      const page = await visit(house);
      await Promise.all([page.waitForNavigation(), press(page, 'n')]);
      await live(page);
      await focusIsIn(page, '#new-goal');
      await page.keyboard.type('Say how long the README is.');
      await untilOnPage(
        page,
        'a name',
        () => document.querySelector<HTMLInputElement>('#new-chunk')?.placeholder === 'say-how-long-readme',
      );
      await Promise.all([page.waitForNavigation(), send(page)]);
      assert.equal(new URL(page.url()).pathname, '/work-units/say-how-long-readme');
      await house.untilStatus('say-how-long-readme', 'RUNNING');
    });

    test('a unit is found, held and released by commands; a run is stopped only when asked twice, and not too fast', async () => {
      const house = await asking();
      await house.add('runner', 'sleep 1000');
      await house.untilStatus('runner', 'RUNNING');
      const page = await visit(house);
      await command(page);
      await page.keyboard.type('runn');
      await shows(page, '#palette [aria-selected=true]', 'runner');
      await press(page, 'Enter');
      await shows(page, '#palette [role=option]', 'Hold');
      await page.keyboard.type('hold');
      await press(page, 'Enter');
      await shows(page, '#palette [role=status]', 'runner is held');
      await shows(page, '#palette [role=option]', 'Release');
      await page.keyboard.type('stop');
      await press(page, 'Enter', 'ArrowDown', 'Enter');
      await shows(page, '#palette [role=status]', 'only just appeared');
      assert.equal(await house.statusOf('runner'), 'RUNNING');
      await until('the command to be armed', async () => {
        await press(page, 'Enter');
        return (await house.statusOf('runner')) !== 'RUNNING';
      });
      await press(page, 'Escape');
      await untilOnPage(page, 'the focus back', () => !document.querySelector('dialog'));
    });

    test('a difference is reviewed, a line commented, and the work sent back', async () => {
      const scene = await Scene.open({ numbers: 'one\ntwo\n' }, {}, () => {}, '--undo-seconds', '0');
      leave = () => scene.close();
      await scene.add('one', 'echo three >> numbers');
      scene.go('one');
      await scene.card('one', 'merge-review');
      const page = await visit(scene.house);
      await command(page);
      await page.keyboard.type('one');
      await shows(page, '#palette [aria-selected=true]', 'one');
      await press(page, 'Enter');
      await shows(page, '#palette [role=option]', 'line by line');
      await page.keyboard.type('line by line');
      await Promise.all([page.waitForNavigation(), press(page, 'Enter')]);
      await live(page);
      await press(page, 'k');
      await focusIsIn(page, 'table.lines tr', 'three');
      await Promise.all([page.waitForNavigation(), press(page, 'Enter')]);
      await live(page);
      await focusIsIn(page, '#comment-words');
      await page.keyboard.type('Why three?');
      await Promise.all([page.waitForNavigation(), send(page)]);
      await live(page);
      await shows(page, '.said', 'Why three?');
      await Promise.all([page.waitForNavigation(), press(page, 'g', 'q')]);
      await live(page);
      await press(page, 'j');
      await focusIsIn(page, '.card', 'Merge it into main?');
      await untilArmed(page);
      await press(page, '2');
      const isTold = async () => /numbers:3: Why three\?/.test(await scene.ok('diff', 'one'));
      await until('the agent to be told', isTold);
    });
  });
}
