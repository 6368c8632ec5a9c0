/** Words that were typed and not sent are never lost; told once for each browser. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { fieldOf, live, press, pressArmed, shows, showsNot, typedIn } from './browser-pages.ts';
import { homeOf, linkOf } from './visitor.ts';

const asks = (prompt: string) => `signalbox ask '${prompt}' >> told`;

/** `open` opens the browser, with a profile that stays, if one is named; null: it is not installed. */
export function draftStories(name: string, open: ((profile?: string) => Promise<Browser>) | null): void {
  describe(`words typed in ${name}`, { skip: open ? false : `${name} is not installed.` }, () => {
    let browser: Browser;
    let house: DaemonFixture;
    let context: BrowserContext;

    before(async () => {
      if (open) browser = await open();
    });
    after(() => browser?.close());
    afterEach(async () => {
      await context?.close().catch(() => {});
      await house.close();
    });

    async function begin(...questions: string[]): Promise<Page> {
      house = await DaemonFixture.open('--undo-seconds', '0');
      for (const [at, question] of questions.entries()) await house.add(`asker-${at}`, asks(question));
      for (const at of questions.keys()) await house.untilStatus(`asker-${at}`, 'NEEDS_ATTENTION');
      context = await browser.createBrowserContext();
      return visit();
    }

    async function visit(): Promise<Page> {
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      await page.goto(house.address);
      await live(page);
      return page;
    }

    const told = () => readFileSync(join(house.project, 'told'), 'utf8');

    async function write(page: Page, question: string, words: string): Promise<string> {
      const field = await fieldOf(page, question);
      await page.$eval(field, (each) => {
        const card = each.closest('details');
        if (card) card.open = true;
      });
      await page.type(field, words);
      return field;
    }

    const holds = (page: Page, field: string, words: string) =>
      page.waitForFunction(
        (where, what) => document.querySelector<HTMLTextAreaElement>(where)?.value === what,
        {},
        field,
        words,
      );
    const pressButton = async (page: Page, selector: string) => {
      const button = await page.waitForSelector(selector);
      assert.ok(button);
      await pressArmed(page, button);
    };

    test('are there after a reload, in the card where they were typed', async () => {
      const page = await begin('Which port?', 'Which host?');
      const port = await write(page, 'Which port?', '80');
      const host = await write(page, 'Which host?', 'the near one');
      await page.reload();
      await live(page);
      await Promise.all([holds(page, port, '80'), holds(page, host, 'the near one')]);
    });

    test('are there in another tab, and after the tab was closed; what was deleted stays deleted', async () => {
      const page = await begin('Which port?');
      const field = await write(page, 'Which port?', '8080');
      const other = await visit();
      await holds(other, field, '8080');
      await Promise.all([page.close(), other.close()]);
      const third = await visit();
      await holds(third, field, '8080');
      await third.focus(field);
      for (let at = 0; at < 4; at++) await third.keyboard.press('Backspace');
      await holds(third, field, '');
      await until('it to be forgotten', async () => (await kept(third)).length === 0);
      await third.reload();
      await live(third);
      assert.equal(await typedIn(third, field), '');
    });

    test('are there when the browser was killed', async () => {
      await begin('Which port?');
      const profile = mkdtempSync(join(tmpdir(), 'sb-profile-'));
      const first = await open?.(profile);
      try {
        const page = (await first?.newPage()) as Page;
        await page.goto(house.address);
        await live(page);
        const field = await write(page, 'Which port?', 'words that matter');
        await until('them to be kept', async () => (await kept(page)).length === 1);
        first?.process()?.kill('SIGKILL');
        await until('the browser to be gone', () => first?.process()?.signalCode !== null);
        const second = (await open?.(profile)) as Browser;
        try {
          const again = await second.newPage();
          await again.goto(house.address);
          await holds(again, field, 'words that matter');
        } finally {
          await second.close();
        }
      } finally {
        await first?.close().catch(() => {});
        rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      }
    });

    test('leave the browser when the item ends; the card says so and keeps them in sight', async () => {
      const page = await begin('Which port?');
      const field = await write(page, 'Which port?', 'my own words');
      await until('them to be kept', async () => (await kept(page)).length === 1);
      await house.signalbox('answer', 'asker-0', '8080');
      await shows(page, '.notice-ended', 'Answered by');
      assert.equal(await typedIn(page, field), 'my own words');
      await until('them to be forgotten', async () => (await kept(page)).length === 0);
      await page.reload();
      await live(page);
      await showsNot(page, '.card', 'Which port?');
    });

    test('are shown once more, with who answered, when the item ended while no page was there', async () => {
      const page = await begin('Which port?');
      await write(page, 'Which port?', 'my own words');
      await until('them to be kept', async () => (await kept(page)).length === 1);
      await page.close();
      await house.signalbox('answer', 'asker-0', '8080');
      const later = await visit();
      await shows(later, '.notice-ended', 'Answered by');
      await holds(later, '.card textarea', 'my own words');
      assert.equal((await later.$$('.card button[name=option], .card form button:not([type])')).length, 0);
      await until('them to be forgotten', async () => (await kept(later)).length === 0);
    });

    test('of one item in two windows are both there in a third, one to choose', async () => {
      const one = await begin('Which port?');
      const two = await visit();
      const field = await write(one, 'Which port?', 'alpha');
      await write(two, 'Which port?', 'beta');
      await until('both to be kept', async () => (await kept(one)).length === 2);
      const three = await visit();
      await holds(three, field, 'beta');
      await shows(three, '[data-do=swap]', 'alpha');
      await pressButton(three, '[data-do=swap]');
      await holds(three, field, 'alpha');
      await shows(three, '[data-do=swap]', 'beta');
      assert.deepEqual([await typedIn(one, field), await typedIn(two, field)], ['alpha', 'beta']);
    });

    test('are said to be for an earlier question when it has changed meanwhile', async () => {
      const page = await begin();
      await house.signalbox('add', 'work', '--external');
      const ask = (prompt: string) => house.run('ask', '--chunk', 'work', '--key', 'k1', prompt);
      ask('Which port?');
      await shows(page, '.card', 'Which port?');
      const field = await write(page, 'Which port?', '8080');
      await until('it to be kept', async () => (await kept(page)).length === 1);
      await page.close();
      ask('Which host?');
      await until('the question to have changed', async () =>
        (await house.signalbox('attention')).stdout.includes('Which host?'),
      );
      const later = await visit();
      await shows(later, '.card', 'Which host?');
      await holds(later, field, '8080');
      await shows(later, '.notice', 'an earlier version');
    });

    test('sent while the daemon is away wait, and go when it is back; those of another card stay', async () => {
      const page = await begin('Which port?', 'Which host?');
      const other = await write(page, 'Which host?', 'half a sen');
      const field = await write(page, 'Which port?', '8080');
      await house.end('SIGKILL');
      await shows(page, '#badge', 'Reconnecting');
      await press(page, field, 'Send');
      await shows(page, '.notice', 'Your answer waits here');
      assert.equal(page.url(), house.address);
      assert.deepEqual([await typedIn(page, field), await typedIn(page, other)], ['8080', 'half a sen']);
      await house.start('--undo-seconds', '0');
      await until('the process to be told', () => told() === '8080\n');
      await showsNot(page, '.card', 'Which port?');
      assert.equal(await typedIn(page, other), 'half a sen');
    });

    test('sent while the daemon is away go also after a reload of the tab, once', async () => {
      const page = await begin('Which port?');
      const field = await write(page, 'Which port?', '8080');
      await house.end('SIGKILL');
      await shows(page, '#badge', 'Reconnecting');
      await press(page, field, 'Send');
      await shows(page, '.notice', 'Your answer waits here');
      await page.reload().catch(() => {});
      await house.start('--undo-seconds', '0');
      await page.goto(house.address);
      await until('the process to be told', () => told() === '8080\n');
      await house.untilStatus('asker-0', 'DONE');
      const { history } = await house.json<{ history: { what: string }[] }>('show', 'asker-0');
      assert.equal(history.filter(({ what }) => what.includes('8080')).length, 1);
      await until('it to be forgotten', async () => (await kept(page)).length === 0);
    });

    test('sent in a tab that was closed are a draft again, and said to be one', async () => {
      const page = await begin('Which port?');
      const field = await write(page, 'Which port?', '8080');
      await house.end('SIGKILL');
      await shows(page, '#badge', 'Reconnecting');
      await press(page, field, 'Send');
      await shows(page, '.notice', 'Your answer waits here');
      await page.close();
      await house.start('--undo-seconds', '0');
      const later = await visit();
      await holds(later, field, '8080');
      await shows(later, '.notice', 'It is a draft here.');
      assert.equal(await house.statusOf('asker-0'), 'NEEDS_ATTENTION');
      await press(later, field, 'Send');
      await until('the process to be told', () => told() === '8080\n');
    });

    test('sent while somebody else answers: the card says so, with the words, and nothing is sent', async () => {
      const page = await begin('Which port?');
      const field = await write(page, 'Which port?', '8080');
      await house.end('SIGKILL');
      await shows(page, '#badge', 'Reconnecting');
      await press(page, field, 'Send');
      await shows(page, '.notice', 'Your answer waits here');
      // The other answer is there before the page hears of the daemon.
      await page.setOfflineMode?.(true).catch(() => {});
      await house.start('--undo-seconds', '0');
      await house.signalbox('answer', 'asker-0', '9090');
      await page.setOfflineMode?.(false).catch(() => {});
      await until('the process to be told', () => told() !== '');
      if (told() !== '9090\n') return; // it was faster than the terminal: then it was sent, and that is all
      await shows(page, '.notice-ended', 'Answered by');
      await holds(page, '.card textarea', '8080');
    });

    for (const [what, spoil] of [
      ['is forbidden', forbid],
      ['is full', fill],
    ] as const)
      test(`where storage ${what}, everything works, and leaving warns of words that would be lost`, async () => {
        const bare = await begin('Which port?');
        await bare.close();
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        await page.evaluateOnNewDocument(spoil);
        await page.goto(house.address);
        await live(page);
        const field = await write(page, 'Which port?', '8080');
        const asked: string[] = [];
        page.on('dialog', (dialog) => {
          asked.push(dialog.type());
          void dialog.accept();
        });
        await page.reload();
        assert.deepEqual(asked, ['beforeunload']);
        await live(page);
        if ((await typedIn(page, field)) === '') await page.type(field, '8080');
        await press(page, field, 'Send');
        await until('the process to be told', () => told() === '8080\n');
      });

    test('leave the browser when one signs out, in all windows', async () => {
      house = DaemonFixture.make({}, { guarded: true });
      await house.start('--port', '0');
      await house.add('asker', asks('Which port?'));
      await house.untilStatus('asker', 'NEEDS_ATTENTION');
      context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      await page.goto(await linkOf(house));
      const home = await homeOf(house);
      await until('the page', () => page.url() === home);
      await live(page);
      const other = await context.newPage();
      await other.goto(home);
      await live(other);
      const field = await write(page, 'Which port?', 'a secret');
      await until('it to be kept', async () => (await kept(page)).length === 1);
      await write(other, 'Which port?', ' and more');
      await page.bringToFront();
      await Promise.all([page.waitForNavigation(), page.click('.sign-out button')]);
      await shows(other, '#badge', 'Signed out');
      await other.type(field, ' and yet more');
      await until('them to be forgotten', async () => (await kept(other)).length === 0);
    });
  });
}

/** What the browser keeps of drafts, as another script of the same page would find it. */
const kept = (page: Page): Promise<unknown[]> =>
  page.evaluate(
    () =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open('signalbox');
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onerror = () => resolve([]);
        opening.onsuccess = () => {
          const database = opening.result;
          const reading = database.transaction('drafts').objectStore('drafts').getAll();
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => {
            database.close();
            resolve(reading.result);
          };
        };
      }),
  );

/** In the page, before anything else: as in a window that keeps nothing. */
function forbid(): void {
  const refuse = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  for (const name of ['indexedDB', 'sessionStorage', 'localStorage'])
    Object.defineProperty(window, name, { get: refuse });
}

/** The same on a full disk. */
function fill(): void {
  IDBObjectStore.prototype.put = () => {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
  };
}
