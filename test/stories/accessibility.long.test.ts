/** Every page for everybody: light, dark, forced colours, narrow and wide, with script and without, while news come in. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page, SerializedAXNode } from 'puppeteer-core';
import { busyProject } from '../busy-project.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { blankPage, dress, noteShifts, unfold, violationsOn } from './axe.ts';
import { live, openBrowser, shows, untilOnPage } from './browser-pages.ts';

const LOOKS = ['light', 'dark', 'forced'] as const;
const WIDTHS = [320, 1280];
const NEWS_MS = 150;
/** Longer than a beat of the last lines. */
const WATCHED_MS = 2500;

const PAGES: Readonly<Record<string, string>> = {
  'the dashboard': '',
  'what a search finds': '?q=auth',
  'a search that finds nothing': '?q=no-such-thing',
  'blocked units': '?status=blocked',
  'a unit at work': 'work-units/auth-migrate',
  'a unit that asks': 'work-units/auth-schema',
  'a unit that is ready': 'work-units/billing-docs',
  'a unit that is blocked': 'work-units/auth-api',
  'a unit that is done': 'work-units/auth-schema-draft',
  'a unit that is stuck': 'work-units/stuck',
  'what a run printed': 'work-units/auth-migrate/runs/4',
  'what was looked for in it': 'work-units/auth-migrate/runs/4?find=reading',
  'what a unit has changed': 'work-units/auth-migrate/diff',
  'a new unit': 'new',
  'the dependencies': 'graph',
  'what a unit frees': 'graph?unit=auth-schema&zoom=fit',
  settings: 'settings',
  'an address that is not there': 'no-such-page',
  'a filter that is none': '?status=sleepy',
};

const REFUSED: Readonly<Record<string, number>> = {
  'an address that is not there': 404,
  'a filter that is none': 400,
};

describe('every page', () => {
  let house: DaemonFixture;
  let guarded: DaemonFixture;
  let browser: Browser;
  before(async () => {
    house = await busyProject({ units: 60, items: 12 });
    await fail();
    guarded = DaemonFixture.make({}, { guarded: true });
    await guarded.start('--port', '0');
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
    await guarded?.close();
  });

  /** One unit fails, for which there is no slot otherwise; none of the others starts meanwhile. */
  async function fail(): Promise<void> {
    const callers = new Callers(house);
    const board = (await (await fetch(`${house.address}board`)).json()) as {
      readonly rows: readonly { readonly chunk?: string; readonly status?: string }[];
    };
    const ready = board.rows.flatMap(({ chunk, status }) => (status === 'READY' ? [chunk] : []));
    for (const chunk of ready) await callers.must('units.hold', { chunk });
    await callers.must('config.update', { max_agents: 9 });
    await house.add('stuck', 'echo "it began"; exit 3');
    await house.untilStatus('stuck', 'NEEDS_ATTENTION');
    await callers.must('config.update', { max_agents: 0 });
    for (const chunk of ready) await callers.must('units.release', { chunk });
  }

  /** A unit is held and released until it is told to stop. */
  function news(): () => Promise<void> {
    const callers = new Callers(house);
    let isOver = false;
    const coming = (async () => {
      for (let nth = 0; !isOver; nth++) {
        await callers.must(nth % 2 === 0 ? 'units.hold' : 'units.release', { chunk: 'search-docs' });
        await new Promise((resolve) => setTimeout(resolve, NEWS_MS));
      }
      await callers.must('units.release', { chunk: 'search-docs' }).catch(() => {});
    })();
    return () => {
      isOver = true;
      return coming;
    };
  }

  async function check(page: Page): Promise<void> {
    await unfold(page);
    for (const look of LOOKS) {
      await dress(page, look);
      assert.deepEqual(await violationsOn(page), [], look);
    }
    await page.browserContext().close();
  }

  for (const [name, path] of Object.entries(PAGES))
    for (const script of [true, false])
      test(`axe has nothing to say of ${name}, ${script ? 'alive, while news come in' : 'without script'}`, async () => {
        const stop = script ? news() : async () => {};
        try {
          for (const width of WIDTHS) {
            const page = await blankPage(browser, { width, script });
            const answer = await page.goto(house.address + path);
            assert.equal(answer?.status(), REFUSED[name] ?? 200);
            if (script && (await page.$('#page-data'))) await live(page);
            await check(page);
          }
        } finally {
          await stop();
        }
      });

  test('axe has nothing to say of the page on which one signs in', async () => {
    for (const width of WIDTHS) {
      const page = await blankPage(browser, { width, script: false });
      await page.goto(guarded.address);
      assert.match((await page.$eval('main', (main) => main.textContent)) ?? '', /Sign in/);
      await check(page);
    }
  });

  for (const [name, keys, dialog] of [
    ['the list of keys', '?', '#keys-dialog'],
    ['the commands', 'Control+k', '#palette'],
  ] as const)
    test(`axe has nothing to say of ${name}`, async () => {
      for (const width of WIDTHS) {
        const page = await blankPage(browser, { width, script: true });
        await page.goto(house.address);
        await live(page);
        const [modifier, key] = keys.includes('+') ? (['Control', 'k'] as const) : ([null, '?'] as const);
        if (modifier) await page.keyboard.down(modifier);
        await page.keyboard.press(key);
        if (modifier) await page.keyboard.up(modifier);
        await untilOnPage(page, dialog, (selector) => document.querySelector(selector) !== null, dialog);
        await check(page);
      }
    });

  for (const [name, path] of [
    ['the dashboard', ''],
    ['a unit at work', 'work-units/auth-migrate'],
    ['a unit that asks', 'work-units/auth-schema'],
    ['a new unit', 'new'],
    ['settings', 'settings'],
    ['the dependencies', 'graph'],
  ] as const)
    test(`in the accessibility tree of ${name} whatever can be used has a name, and all stands in landmarks`, async () => {
      const page = await blankPage(browser, { width: 1280, script: true });
      await page.goto(house.address + path);
      await live(page);
      const nodes = flat(await page.accessibility.snapshot({ interestingOnly: false }));
      assert.ok(nodes.length > 50, 'there is a tree');
      const nameless = nodes.filter(({ role, name: said }) => USED.has(role) && !said?.trim());
      assert.deepEqual(
        nameless.map(({ role }) => role),
        [],
      );
      const roles = new Set(nodes.map(({ role }) => role));
      for (const role of ['banner', 'main', 'navigation', 'heading']) assert.ok(roles.has(role), role);
      await page.browserContext().close();
    });

  test('a card says its kind, unit and age; its options are buttons by their words', async () => {
    const page = await blankPage(browser, { width: 1280, script: true });
    await page.goto(house.address);
    await live(page);
    const nodes = flat(await page.accessibility.snapshot({ interestingOnly: false }));
    const named = (role: string, words: RegExp) =>
      assert.ok(
        nodes.some((each) => each.role === role && words.test(each.name ?? '')),
        `${role} ${words}`,
      );
    named('heading', /^Needs you 1\d$/);
    named('DisclosureTriangle', /question auth-schema frees \d+.* waits 3 h/);
    named('button', /^PostgreSQL as everything else/);
    named('textbox', /^Or your own answer$/);
    named('link', /^auth-migrate$/);
    named('searchbox', /^Find units and items$/);
    await page.browserContext().close();
  });

  for (const path of [
    'work-units/auth-migrate',
    'work-units/auth-schema',
    'work-units/stuck',
    'new',
    'settings',
    'graph',
  ])
    for (const width of [320, 412, 768, 1280])
      test(`nothing shifts on /${path} at ${width} px while it comes to life and runs print, and nothing is wider`, async () => {
        const page = await blankPage(browser, { width, script: true });
        await noteShifts(page);
        await page.goto(house.address + path);
        await live(page);
        await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), WATCHED_MS);
        const [shifts, wide] = await page.evaluate(() => [
          window.shifts,
          document.documentElement.scrollWidth,
        ]);
        assert.deepEqual(shifts, []);
        assert.ok(Number(wide) <= width, `${wide} px wide`);
        await page.browserContext().close();
      });

  test('what a run prints is announced by nobody, and the page says when it is alive', async () => {
    const page = await blankPage(browser, { width: 1280, script: true });
    await page.goto(`${house.address}work-units/auth-migrate`);
    await live(page);
    await shows(page, '.screen .row', 'migrated');
    const loud = await page.$$eval('[role=status], [role=alert], [aria-live]', (all) =>
      all.filter((each) => each.textContent?.includes('migrated')).map(({ outerHTML }) => outerHTML),
    );
    assert.deepEqual(loud, []);
    await page.browserContext().close();
  });
});

const USED: ReadonlySet<string> = new Set([
  'button',
  'link',
  'textbox',
  'searchbox',
  'combobox',
  'checkbox',
  'radio',
  'spinbutton',
  'DisclosureTriangle',
  'region',
]);

const flat = (node: SerializedAXNode | null): SerializedAXNode[] =>
  node === null ? [] : [node, ...(node.children ?? []).flatMap(flat)];
