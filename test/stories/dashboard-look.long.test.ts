/** The dashboard of a busy project as a person sees it: how much is in sight, that nothing shifts, that all can use it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { busyProject } from '../busy-project.ts';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { blankPage, dress, noteShifts, unfold, violationsOn } from './axe.ts';
import { live, openBrowser } from './browser-pages.ts';

/** Longer than a beat of the last lines. */
const WATCHED_MS = 2500;

interface Shown {
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Without: the page gets no script, and is what the server drew. */
  readonly script: boolean;
}

describe('the dashboard with 20 items and 200 units', () => {
  let house: DaemonFixture;
  let browser: Browser;
  before(async () => {
    house = await busyProject({ units: 200, items: 20 });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  async function show({ width, height = 900, dark = false, script }: Shown): Promise<Page> {
    const page = await blankPage(browser, { width, height, script });
    await dress(page, dark ? 'dark' : 'light');
    await noteShifts(page);
    await page.goto(house.address);
    if (script) await live(page);
    return page;
  }

  /** Those of which every pixel is in sight. */
  const whole = (page: Page, selector: string): Promise<number> =>
    page.$$eval(
      selector,
      (all) =>
        all.filter((each) => {
          const { top, bottom, height } = each.getBoundingClientRect();
          return height > 0 && top >= 0 && bottom <= innerHeight && each.checkVisibility();
        }).length,
    );

  for (const script of [true, false])
    test(`at 1280 × 900, ${script ? 'with' : 'without'} script, 9 cards and 16 units are whole in sight`, async () => {
      const page = await show({ width: 1280, script });
      const [cards, units] = [await whole(page, '.card'), await whole(page, '.cell')];
      const high = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(cards >= 9, `${cards} cards`);
      assert.ok(units >= 16, `${units} units`);
      assert.ok(high <= 4000, `${high} px high`);
    });

  for (const width of [320, 768, 1280, 1700])
    test(`nothing shifts at ${width} px while it comes to life and runs print, and nothing is wider`, async () => {
      const page = await show({ width, script: true });
      await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), WATCHED_MS);
      const [shifts, wide] = await page.evaluate(() => [window.shifts, document.documentElement.scrollWidth]);
      assert.deepEqual(shifts, []);
      assert.ok(Number(wide) <= width, `${wide} px wide`);
    });

  test('the heads of columns stay while units scroll, and the queue scrolls by itself', async () => {
    const page = await show({ width: 1280, script: true });
    const tops = () =>
      page.$$eval('header, .bar-of-page, #queue-heading, #grid-heading', (all) =>
        all.map((each) => Math.round(each.getBoundingClientRect().top)),
      );
    const before = await tops();
    await page.evaluate(() => scrollTo(0, 100));
    assert.deepEqual(await tops(), before);
    const scrolled = await page.$eval('attention-queue', (queue) => {
      queue.scrollTop = 200;
      return [queue.scrollTop, scrollY];
    });
    assert.deepEqual(scrolled, [200, 100]);
  });

  test('on a wide page the open card stands beside the list, and opening another moves no line of it', async () => {
    const page = await show({ width: 1700, script: true });
    const lines = () =>
      page.$$eval('.card > details > summary', (all) => all.map((each) => each.getBoundingClientRect().top));
    const open = () => page.$$eval('.card > details[open]', (all) => all.length);
    const before = await lines();
    await page.click('.card:nth-child(3) > details > summary');
    await page.waitForSelector('.card:nth-child(3) > details[open]');
    assert.deepEqual(await lines(), before);
    assert.equal(await open(), 1);
    const beside = await page.evaluate(() => {
      const at = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
      return (at('.card:nth-child(3) .body')?.left ?? 0) >= (at('.card:nth-child(3)')?.right ?? Infinity);
    });
    assert.ok(beside);
  });

  test('the search is within five Tabs', async () => {
    const page = await show({ width: 1280, script: true });
    for (let tabs = 1; tabs <= 5; tabs++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.id === 'search')) return;
    }
    assert.fail('not there');
  });

  for (const script of [true, false])
    for (const dark of [false, true])
      for (const width of [320, 1280])
        test(`axe has nothing to say: ${width} px, ${dark ? 'dark' : 'light'}, ${script ? 'script' : 'no script'}, all unfolded`, async () => {
          const page = await show({ width, dark, script });
          await unfold(page);
          assert.deepEqual(await violationsOn(page), []);
        });
});
