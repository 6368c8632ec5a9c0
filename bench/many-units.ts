/** What the page costs with ten thousand units, of which it shows the first, beside the same with no more than these. */
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'puppeteer-core';
import { PAGE_UNITS } from '../shared/query.ts';
import { DaemonFixture } from '../test/daemon-fixture.ts';
import { Callers } from '../test/edge/callers.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, kB, median, ms, ratio } from './figure.ts';
import { call, launchBrowser, type Shown, watchForText } from './time-to-paint.ts';

const SIZES = [PAGE_UNITS, 10_000];
const LOADS = 5;
const ROUNDS = 15;
const WARM_UP = 3;
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
}

async function measure(browser: Browser, size: number): Promise<Measured> {
  const house = await houseWith(size);
  const packed = async (path: string) =>
    gzipSync(await (await fetch(new URL(path, house.address))).text()).length;
  const [pageBytes, boardBytes] = [await packed('/'), await packed('/board')];
  const page = await (await browser.createBrowserContext()).newPage();
  const loads: Loaded[] = [];
  for (let nth = 0; nth < LOADS; nth++) loads.push(await load(page, house.address));
  await page.evaluate(watchForText);
  const ones: Shown[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    await pause(PAUSE_MS);
    const title = `Otherwise ${round}`;
    ones.push(await call(page, 'units.edit', { chunk: `unit-${round}`, title }, title));
  }
  await page.close();
  await house.close();
  return { size, pageBytes, boardBytes, loads, ones: ones.slice(WARM_UP) };
}

async function houseWith(size: number): Promise<DaemonFixture> {
  const house = DaemonFixture.make();
  afterwards(() => house.close());
  await house.start('--port', '0', '--max-agents', '0');
  const units = Array.from({ length: size }, (_, nth) => ({
    chunk: `unit-${nth}`,
    command: 'true',
    title: 'Something to do',
  }));
  await new Callers(house).must('units.add', { units });
  return house;
}

async function load(page: Page, address: string): Promise<Loaded> {
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
    PAGE_UNITS,
  );
}

function figureOf(all: readonly Measured[]): Figure {
  const painted = (shown: readonly Shown[]) => median(shown.map((each) => each.painted));
  const base = all[0];
  if (!base) throw new Error('nothing was measured');
  return {
    title: 'Many units in the page (Chromium)',
    head: [
      ['units', 'page', 'board', 'first paint', 'cells there', 'one change', 'to first row'],
      ['', 'kB gzip', 'kB gzip', 'ms', 'ms', 'ms painted', 'ratio'],
    ],
    rows: all.map(({ size, pageBytes, boardBytes, loads, ones }) => [
      size.toLocaleString('en'),
      kB(pageBytes),
      kB(boardBytes),
      ms(median(loads.map((each) => each.painted))),
      ms(median(loads.map((each) => each.mounted))),
      ms(painted(ones)),
      ratio(painted(ones), painted(base.ones)),
    ]),
    note: `Medians of ${LOADS} loads and ${ROUNDS} changes. A change: from sending it by HTTP until the second frame after its text was in the document.`,
  };
}
