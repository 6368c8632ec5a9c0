/** What the page costs with ten thousand units, beside the same with one page of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'puppeteer-core';
import { DaemonFixture } from '../test/daemon-fixture.ts';
import { Callers } from '../test/edge/callers.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, kB, median, ms, ratio } from './figure.ts';
import { hold, launchBrowser, type Shown, watchForText } from './time-to-paint.ts';

const SIZES = [200, 10_000];
const LOADS = 5;
const ROUNDS = 15;
const BULKS = 5;
const WARM_UP = 3;
/** So many are changed at once, far from each other. */
const SCATTERED = 100;
/** Longer than the daemon merges news. */
const PAUSE_MS = 200;

/** In milliseconds since the page was asked for. */
interface Loaded {
  readonly painted: number;
  readonly mounted: number;
}

export async function manyUnits(): Promise<Figure> {
  const browser = await launchBrowser();
  const all: Measured[] = [];
  for (const size of SIZES) all.push(await measure(browser, size));
  return figureOf(all);
}

interface Measured {
  readonly size: number;
  readonly pageBytes: number;
  readonly boardBytes: number;
  readonly loads: readonly Loaded[];
  readonly ones: readonly Shown[];
  readonly bulks: readonly Shown[];
}

async function measure(browser: Browser, size: number): Promise<Measured> {
  const house = await houseWith(size);
  const packed = async (path: string) =>
    gzipSync(await (await fetch(new URL(path, house.address))).text()).length;
  const [pageBytes, boardBytes] = [await packed('/'), await packed('/board')];
  const page = await (await browser.createBrowserContext()).newPage();
  const loads: Loaded[] = [];
  for (let nth = 0; nth < LOADS; nth++) loads.push(await load(page, house.address, size));
  await page.evaluate(watchForText);
  const [ones, bulks]: [Shown[], Shown[]] = [[], []];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    await pause(PAUSE_MS);
    // Not among those that are changed together.
    ones.push(await hold(page, `unit-${1 + 2 * round}`, `because-${round}-alone`));
  }
  for (let round = 0; round < 1 + BULKS; round++) {
    await pause(PAUSE_MS);
    bulks.push(await holdScattered(page, `because-${round}-together`));
    await callBulk(page, { action: 'release', q: 'scattered' });
  }
  await page.close();
  await house.close();
  return { size, pageBytes, boardBytes, loads, ones: ones.slice(WARM_UP), bulks: bulks.slice(1) };
}

async function houseWith(size: number): Promise<DaemonFixture> {
  const house = DaemonFixture.make();
  afterwards(() => house.close());
  await house.start('--port', '0', '--max-agents', '0');
  const every = Math.max(2, size / SCATTERED);
  const units = Array.from({ length: size }, (_, nth) => ({
    chunk: `unit-${nth}`,
    command: 'true',
    title: nth % every === 0 ? 'One of those that are scattered' : 'Something to do',
  }));
  await new Callers(house).must('units.add', { units });
  return house;
}

async function load(page: Page, address: string, size: number): Promise<Loaded> {
  await page.goto(address);
  return page.evaluate(
    (count) =>
      new Promise<Loaded>((resolve) => {
        const look = () => {
          const [paint] = performance.getEntriesByName('first-contentful-paint');
          if (paint && document.querySelectorAll('.cell').length >= count)
            resolve({ painted: paint.startTime, mounted: performance.now() });
          else requestAnimationFrame(look);
        };
        look();
      }),
    size,
  );
}

const callBulk = (page: Page, input: object): Promise<void> =>
  page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/trpc/units.bulk', { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(await answer.text());
  }, JSON.stringify(input));

/** All of them leave READY for BLOCKED in one commit. */
async function holdScattered(page: Page, why: string): Promise<Shown> {
  const shown = page.evaluate((text) => window.shown(text, performance.now()), why);
  await callBulk(page, { action: 'hold', q: 'scattered', why });
  return shown;
}

function figureOf(all: readonly Measured[]): Figure {
  const painted = (shown: readonly Shown[]) => median(shown.map((each) => each.painted));
  const base = all[0];
  if (!base) throw new Error('nothing was measured');
  return {
    title: 'Many units in the page (Chromium)',
    head: [
      [
        'units',
        'page',
        'board',
        'first paint',
        'all mounted',
        'one change',
        'to first row',
        `${SCATTERED} changes`,
      ],
      ['', 'kB gzip', 'kB gzip', 'ms', 'ms', 'ms painted', 'ratio', 'ms painted'],
    ],
    rows: all.map(({ size, pageBytes, boardBytes, loads, ones, bulks }) => [
      size.toLocaleString('en'),
      kB(pageBytes),
      kB(boardBytes),
      ms(median(loads.map((each) => each.painted))),
      ms(median(loads.map((each) => each.mounted))),
      ms(painted(ones)),
      ratio(painted(ones), painted(base.ones)),
      ms(painted(bulks)),
    ]),
    note: `Medians of ${LOADS} loads, ${ROUNDS} changes and ${BULKS} times ${SCATTERED}. A change: from sending it by HTTP until the second frame after its text was in the document; each takes its cell to another section.`,
  };
}
