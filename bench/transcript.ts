/** A long transcript until its end is on the screen, and the page while a run prints ten megabytes a second. */
import type { Page } from 'puppeteer-core';
import { DaemonFixture } from '../test/daemon-fixture.ts';
import { openPage } from '../test/stories/browser-pages.ts';
import { until } from '../test/until.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, median, ms } from './figure.ts';
import { launchBrowser } from './time-to-paint.ts';

const LINES = 100_000;
const ROUNDS = 7;
const STREAM_MS = 8000;
const MB = 1_000_000;
/** Ten megabytes a second, in steps of a twentieth of a second. */
const PRINTER = `const line = "\\u001b[32mok\\u001b[0m a line of output that goes on for a while https://example.com/" + "x".repeat(30) + "\\n"; const part = line.repeat(Math.ceil(500000 / line.length)); setInterval(() => process.stdout.write(part), 50)`;

export async function transcript(): Promise<Figure> {
  const house = DaemonFixture.make();
  afterwards(() => house.close());
  await house.start('--port', '0', '--max-agents', '3');
  await house.add('many', `seq 1 ${LINES} | sed 's/^/a line of output, number /'`);
  await house.add('quiet', 'echo one line; sleep 600');
  await house.untilStatus('many', 'DONE');
  const browser = await launchBrowser();
  const opened: Opened[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await openPage(browser, 'about:blank', 'no script');
    await page.setJavaScriptEnabled(true);
    opened.push(await open(page, `${house.address}work-units/many/runs/1`));
    await page.close();
  }
  const still = await watched(await openPage(browser, `${house.address}work-units/quiet`, 'script'));
  await house.add('flood', `'${process.execPath}' -e '${PRINTER}'`);
  await until('the flood', async () => (await house.statusOf('flood')) === 'RUNNING');
  const flooded = await watched(await openPage(browser, `${house.address}work-units/flood`, 'script'));
  return figureOf(opened, still, flooded);
}

interface Opened {
  readonly painted: number;
  readonly rows: number;
}

/** Since the page was asked for. */
async function open(page: Page, address: string): Promise<Opened> {
  await page.evaluateOnNewDocument(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('.screen .row')) return;
      observer.disconnect();
      requestAnimationFrame(() => performance.mark('rows'));
    }).observe(document, { subtree: true, childList: true });
  });
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName('rows').length > 0);
  return page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    rows: performance.getEntriesByName('rows')[0]?.startTime ?? Number.NaN,
  }));
}

interface Watched {
  readonly frames: readonly number[];
  /** Megabytes of the page's heap, after a collection. */
  readonly heap: number;
  readonly printed: number;
}

/** The time between frames while one looks on. */
async function watched(page: Page): Promise<Watched> {
  await page.waitForSelector('.screen .row');
  const frames = await page.evaluate(
    (lasts) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        const end = performance.now() + lasts;
        let last = performance.now();
        const frame = (now: number) => {
          gaps.push(now - last);
          last = now;
          if (now < end) requestAnimationFrame(frame);
          else resolve(gaps);
        };
        requestAnimationFrame(frame);
      }),
    STREAM_MS,
  );
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const size = await page.evaluate(async () => {
    const element = document.querySelector('run-transcript');
    const path = `/work-units/${element?.getAttribute('chunk')}/runs/${element?.getAttribute('run')}/output`;
    const answer = await fetch(path, { headers: { range: 'bytes=0-0' } });
    return Number(answer.headers.get('content-range')?.split('/')[1]);
  });
  return { frames: frames.slice(1), heap: usedSize / MB, printed: size / MB };
}

function figureOf(opened: readonly Opened[], still: Watched, flooded: Watched): Figure {
  const row = (name: string, values: readonly number[], more = '') => [
    name,
    ms(median(values)),
    ms(Math.max(...values)),
    more,
  ];
  const heap = ({ heap: used, printed }: Watched) =>
    `${used.toFixed(1)} MB, of ${printed.toFixed(0)} printed`;
  return {
    title: `A transcript (${LINES.toLocaleString('en')} lines; then 10 MB a second for ${STREAM_MS / 1000} s, Chromium)`,
    head: [
      ['', 'median', 'worst', 'heap'],
      ['', 'ms', 'ms', ''],
    ],
    rows: [
      row(
        'asked for until the end is painted',
        opened.map(({ painted }) => painted),
      ),
      row(
        'asked for until the rows are alive',
        opened.map(({ rows }) => rows),
      ),
      row('between frames, nothing printed', still.frames, heap(still)),
      row('between frames, 10 MB a second', flooded.frames, heap(flooded)),
    ],
    note: `Medians of ${ROUNDS} loads; frames are due every 16.7 ms.`,
  };
}
