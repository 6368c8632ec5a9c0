/** Ten thousand units in a real browser: a page of them at once, and one change is one cell. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { browserFor, openPage, shows } from './browser-pages.ts';

const UNITS = 10_000;

describe('ten thousand units', () => {
  let house: DaemonFixture;
  const browser = browserFor(() => house);

  const cells = (page: Page) => page.$$eval('.cell', (all) => all.length);
  const cellOf = (page: Page, chunk: string) =>
    page.$eval(`.cell > a[href="/work-units/${chunk}"]`, (link) => ({
      text: link.closest('.cell')?.textContent?.replace(/\s+/g, ' ') ?? '',
      group: link.closest('.group')?.querySelector('h3')?.textContent?.replace(/\s+/g, ' ').trim() ?? '',
    }));

  /** Adds them all, none of which starts by itself. */
  async function addAll(): Promise<Callers> {
    house = await DaemonFixture.open('--max-agents', '0');
    const callers = new Callers(house);
    const units = Array.from({ length: UNITS }, (_, nth) => ({ chunk: `unit-${nth}`, external: true }));
    await callers.must('units.add', { units });
    return callers;
  }

  test('the first page is there at once and stays what it is; a change is seen where it belongs, on its page', async () => {
    const callers = await addAll();
    const page = await openPage(browser.current, house.address, 'script');
    assert.equal(await cells(page), 200);
    const kept = await page.$$('.cell');
    await page.focus('.cell > a[href="/work-units/unit-42"]');
    await callers.must('units.edit', { chunk: 'unit-77', title: 'Otherwise' });
    await shows(page, '.cell', 'Otherwise');
    await callers.must('units.hold', { chunk: 'unit-5555', why: 'until Monday' });
    await shows(page, '.group-ready h3', '200 of 9999');
    assert.ok(
      await page.evaluate((first, last) => first?.isConnected && last?.isConnected, kept[0], kept[199]),
    );
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'unit-42');
    assert.equal(await cells(page), 200);
    await page.click('.filter a[href="/?status=blocked"]');
    await page.waitForFunction(() => document.querySelectorAll('.cell').length === 1);
    assert.match((await cellOf(page, 'unit-5555')).text, /until Monday/);
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('.cell').length === 200);
  });

  test('a page that is asked for stays a page, alive; and so does everything without script', async () => {
    const callers = await addAll();
    const page = await openPage(browser.current, `${house.address}?page=50`, 'script');
    await callers.must('units.edit', { chunk: 'unit-9999', title: 'Otherwise' });
    await shows(page, '.cell', 'Otherwise');
    assert.equal(await cells(page), 200);
    await shows(page, '.pages', 'Page 50 of 50');
    const plain = await openPage(browser.current, house.address, 'no script');
    assert.equal(await cells(plain), 200);
    await Promise.all([plain.waitForNavigation(), plain.click('.pages a')]);
    assert.equal(new URL(plain.url()).search, '?page=2');
    assert.equal(await cells(plain), 200);
    assert.match((await cellOf(plain, 'unit-200')).group, /Ready 200 of 10000$/);
  });
});
