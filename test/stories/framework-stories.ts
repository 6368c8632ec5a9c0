/** Our elements within React, Vue and plain HTML of another site, under its strict policy; told once for each browser. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import type { Browser, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { EmbeddingSite } from './embedding-site.ts';
import type { Told } from './frameworks/told.ts';

const PAGES = join(import.meta.dirname, '..', '..', '..', 'test', 'stories', 'frameworks');
const ASKS = "signalbox ask 'Which port?' --option low=Low --option high=High --no-text > chosen";
/** Vue makes a policy of its own for markup that is set as text. */
const FRAMEWORKS = [
  ['plain HTML', 'plain-page.ts', []],
  ['React 19', 'react-page.mjs', []],
  ['Vue 3', 'vue-page.ts', ['vue']],
] as const;

async function bundled(page: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(PAGES, page)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  });
  return outputFiles[0]?.text ?? '';
}

/** `open` opens the browser; null: it is not installed. */
export function frameworkStories(name: string, open: (() => Promise<Browser>) | null): void {
  describe(`elements within frameworks, in ${name}`, {
    skip: open ? false : `${name} is not installed.`,
  }, () => {
    let browser: Browser;
    let house: DaemonFixture;
    let site: EmbeddingSite;
    let page: Page;

    before(async () => {
      if (open) browser = await open();
    });
    after(() => browser?.close());
    afterEach(async () => {
      await page?.close().catch(() => {});
      await site?.close();
      await house?.close();
    });

    for (const [framework, file, policies] of FRAMEWORKS)
      test(`${framework}: by properties and attributes, with events that leave, a prevented answer and states`, async () => {
        house = DaemonFixture.make({}, { guarded: true });
        await house.start('--port', '0', '--undo-seconds', '0');
        site = await EmbeddingSite.open(() => house.address.replace(/\/$/, ''));
        site.app = await bundled(file);
        site.policies = policies;
        await house.ok('origin', 'add', site.origin);
        const flags = ['--role', 'embed', '--origin', site.origin, '--may-answer'];
        const token = (await house.ok('token', 'add', ...flags)).trim().split(/\s+/).at(-1);
        site.body = `<body data-token="${token}">`;
        await house.add('port', ASKS);
        await house.untilStatus('port', 'NEEDS_ATTENTION');
        page = await (await browser.createBrowserContext()).newPage();
        await page.evaluateOnNewDocument(watch);
        await page.goto(site.origin);

        await pressHigh(page);
        const before = (await told(page)).events.find(({ type }) => type === 'before-answer');
        const { item: _, ...detail } = (before?.detail ?? {}) as { item?: string };
        assert.deepEqual(detail, { chunk: 'port', options: ['high'], text: '' });
        assert.equal(await house.statusOf('port'), 'NEEDS_ATTENTION', 'the page kept it');
        assert.equal(await page.evaluate(() => document.querySelectorAll(':state(live)').length), 2);

        await page.evaluate(() => {
          (window as unknown as { told: Told }).told.keep = false;
        });
        await pressHigh(page);
        await house.untilStatus('port', 'DONE');
        await until('the page to be told of no items', async () => {
          const { events } = await told(page);
          return events.some(({ type, detail }) => type === 'attention-change' && same(detail, { items: 0 }));
        });
        const { events } = await told(page);
        assert.ok(events.every(({ leaves }) => leaves));
        assert.ok(
          events.some(({ type, detail }) => type === 'connection-change' && same(detail, { state: 'live' })),
        );
        if (framework !== 'plain HTML')
          await until('the framework to draw it', async () => (await drawn(page)) === '0');
        assert.deepEqual(
          await page.evaluate(() => (window as unknown as { violations: string[] }).violations),
          [],
        );
        await house.end('SIGKILL');
        await until('both to be stale', async () =>
          page.evaluate(() => document.querySelectorAll(':state(stale)').length === 2),
        );
      });
  });
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const told = (page: Page): Promise<Told> => page.evaluate(() => (window as unknown as { told: Told }).told);
const drawn = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('output')?.textContent ?? '');

/** Presses a button of the queue as soon as it counts. */
const pressHigh = (page: Page): Promise<void> =>
  until('a button that counts', () =>
    page.evaluate(() => {
      const queue = document.querySelector('attention-queue') as
        | (Element & { isArmed?: (within: Element) => boolean })
        | null;
      const button = queue?.shadowRoot?.querySelector<HTMLButtonElement>('button[value=high]');
      if (!button || !queue?.isArmed?.(button)) return false;
      button.click();
      return true;
    }),
  );

/** Runs before everything else in the page. */
function watch(): void {
  const violations: string[] = [];
  Object.assign(window, { violations });
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    if (!blockedURI.endsWith('/favicon.ico')) violations.push(`${effectiveDirective} ${blockedURI}`);
  });
}
