/** Behind proxies that let no socket through, or lose one; told once for each browser. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { fieldOf, live, press, shows, showsNot, typedIn } from './browser-pages.ts';
import { type Sockets, TestProxy } from './proxy.ts';

/** No socket is silent for so long before another is tried. */
const REPLACED_MS = 8000;

export function proxyStories(name: string, open: (() => Promise<Browser>) | null): void {
  describe(`behind a proxy, in ${name}`, { skip: open ? false : `${name} is not installed.` }, () => {
    let browser: Browser;
    let house: DaemonFixture;
    let proxy: TestProxy;

    before(async () => {
      if (open) browser = await open();
    });
    after(() => browser?.close());
    afterEach(async () => {
      await Promise.all(browser.browserContexts().map((context) => context.close().catch(() => {})));
      await proxy.close();
      await house.close();
    });

    async function begin(sockets: Sockets): Promise<Page> {
      house = await DaemonFixture.open('--undo-seconds', '0');
      await house.add('asker', 'signalbox ask "Which port?" > told && sleep 600');
      await house.untilStatus('asker', 'NEEDS_ATTENTION');
      proxy = await TestProxy.open(() => house.address);
      proxy.sockets = sockets;
      const page = await (await browser.createBrowserContext()).newPage();
      page.setDefaultTimeout(15_000);
      await page.goto(proxy.address);
      return page;
    }

    for (const sockets of ['refuse', 'swallow'] as const)
      test(`no socket gets through (${sockets}): the page follows all the same, answers, and returns to a socket`, async () => {
        const page = await begin(sockets);
        await shows(page, '#badge', 'Live, updated every 2 s');
        await house.add('second', 'signalbox ask "Which host?"');
        await shows(page, '.card', 'Which host?');
        const field = await fieldOf(page, 'Which port?');
        await page.type(field, '8080');
        await press(page, field, 'Send');
        await showsNot(page, '.card', 'Which port?');
        await house.untilStatus('asker', 'RUNNING');
        assert.equal(new URL(page.url()).pathname, '/', 'no form has left the page');
        proxy.sockets = 'pass';
        await page.waitForFunction(() => document.querySelector('#badge')?.textContent === 'Live', {
          timeout: 60_000,
        });
        const before = proxy.requests.length;
        await house.signalbox('answer', 'second', 'here');
        await showsNot(page, '.card', 'Which host?');
        assert.deepEqual(
          proxy.requests.slice(before).filter((path) => path.includes('board.follow')),
          [],
          'nothing is asked for any more',
        );
      });

    test('nothing gets through any more after the page: it says since when it is as it is, and that news need a reload', async () => {
      const page = await begin('refuse');
      await shows(page, '#badge', 'Live, updated');
      await house.end('SIGKILL');
      await page.waitForFunction(() =>
        document.querySelector('#badge')?.textContent?.includes('stale since'),
      );
      await house.start();
      await shows(page, '#badge', 'Live, updated');
    });

    test('a socket that says nothing any more is called stale, and has a successor within 8 s', async () => {
      const page = await begin('pass');
      await live(page);
      const field = await fieldOf(page, 'Which port?');
      await page.type(field, 'half a word');
      const sockets = proxy.asked.length;
      proxy.blackHole();
      const cut = performance.now();
      await page.waitForFunction(() => /stale/i.test(document.querySelector('#badge')?.textContent ?? ''));
      await shows(page, '#lost', 'Connection lost');
      await until('another socket', () => proxy.asked.length > sockets);
      const took = (proxy.asked[sockets] ?? Number.POSITIVE_INFINITY) - cut;
      assert.ok(took < REPLACED_MS, `${Math.round(took)} ms`);
      await live(page);
      assert.equal(await typedIn(page, field), 'half a word');
    });

    test('the daemon hangs while words are typed: the page says so', async () => {
      const page = await begin('pass');
      await live(page);
      await page.type(await fieldOf(page, 'Which port?'), 'half a word');
      const pid = house.holder()?.pid ?? 0;
      process.kill(pid, 'SIGSTOP');
      try {
        await shows(page, '#lost', 'Connection lost');
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await live(page);
      await page.waitForFunction(() => document.querySelector('#lost')?.textContent === '');
    });
  });
}
