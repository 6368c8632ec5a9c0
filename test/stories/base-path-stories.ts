/** Under a path of a shared host, in a browser: signed in, live, and by forms; told once for each browser. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { baseHouse, QUESTION } from './base-path-house.ts';
import { live, shows, untilOnPage } from './browser-pages.ts';
import { EmbeddingSite } from './embedding-site.ts';
import { linkOf, type Script, Visitor } from './visitor.ts';

/** `open` opens the browser; null: it is not installed. */
export function basePathStories(name: string, open: (() => Promise<Browser>) | null): void {
  describe(`under a base path, in ${name}`, { skip: open ? false : `${name} is not installed.` }, () => {
    let browser: Browser;
    let house: DaemonFixture;
    let site: EmbeddingSite | null = null;
    let visitor: Visitor;

    before(async () => {
      if (open) browser = await open();
    });
    after(() => browser?.close());
    afterEach(async () => {
      await visitor?.leave();
      await site?.close();
      site = null;
      await house.close();
    });

    async function begin(script: Script): Promise<Page> {
      house = await baseHouse('--undo-seconds', '0');
      visitor = await Visitor.come(browser, script);
      await visitor.signIn(await linkOf(house), house.address, QUESTION);
      return visitor.page;
    }
    const at = (page: Page, path: string) =>
      until(`the page at ${path}`, () => page.url() === new URL(path, house.address).href);
    const press = (page: Page, key: string) => page.keyboard.press(key as 'n');

    test('with script: live over its socket, filtered in place, added and answered without a reload', async () => {
      const page = await begin('script');
      const refused: string[] = [];
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
      });
      await live(page);
      await page.click('.filter a[href*="status=blocked"]');
      await at(page, './?status=blocked');
      await page.click('.filter a:not([href*="status"])');
      await at(page, './');
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await press(page, 'n');
      await at(page, './new');
      await live(page);
      await page.type('#new-goal', 'Look after the gate.');
      await page.type('#new-chunk', 'gate');
      await page.click('#new-unit .primary');
      await at(page, './work-units/gate');
      await house.ok('answer', 'port', '--option', 'low');
      await page.goto(`${house.address}work-units/port/runs/1`);
      await shows(page, 'run-transcript', 'Find');
      await page.goto(house.address);
      await live(page);
      const scope = await page.evaluate(async () => {
        const { serviceWorker } = navigator;
        return (await serviceWorker?.getRegistration())?.scope ?? '';
      });
      if (scope !== '') assert.equal(scope, house.address);
      assert.deepEqual(refused, []);
    });

    test('without script: an answer by a form, back at the page that it stood on', async () => {
      const page = await begin('no script');
      await page.click('form.answer button[value=high]');
      await until('the answer', async () => (await house.statusOf('port')) !== 'NEEDS_ATTENTION');
      await at(page, './');
    });

    test('elements on another site come from there, follow it over one socket, and lead there', async () => {
      const page = await begin('script');
      site = await EmbeddingSite.open(() => house.address.replace(/\/$/, ''));
      await house.ok('origin', 'add', site.origin);
      const flags = ['--role', 'embed', '--origin', site.origin, '--may-answer'];
      const token = (await house.ok('token', 'add', ...flags)).trim().split(/\s+/).at(-1);
      site.body = `<attention-queue token="${token}"></attention-queue><process-grid token="${token}"></process-grid>`;
      await page.goto(site.origin);
      await untilOnPage(page, 'the elements', () =>
        ['attention-queue', 'process-grid'].every((each) =>
          document.querySelector(each)?.shadowRoot?.querySelector('a, button'),
        ),
      );
      const links = await page.evaluate(() =>
        [...(document.querySelector('process-grid')?.shadowRoot?.querySelectorAll('a') ?? [])].map(
          ({ href }) => href,
        ),
      );
      assert.deepEqual(
        links.filter((href) => !href.startsWith(house.address)),
        [],
      );
      assert.ok(links.includes(`${house.address}work-units/port`), links.join());
    });
  });
}
