/**
 * A real page behind a proxy that cuts, stalls or silently loses its socket again and again, while things happen 20 times a
 * second: the page shows what the daemon knows, soon after its socket is back, and never says Live without proof (I7).
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { live, openBrowser } from '../stories/browser-pages.ts';
import { TestProxy } from '../stories/proxy.ts';
import { until } from '../until.ts';
import { killsOf } from './how-many.ts';
import { randomFrom, seedOf } from './random.ts';

/** A long run cuts more than a thousand times. */
const CUTS = killsOf(40);
const UNITS = 30;
const EVERY_MS = 50;
const AGAIN_MS = 250;
const PROOF_MS = 5000;

let browser: Browser;
let house: DaemonFixture;
let proxy: TestProxy;
before(async () => {
  browser = await openBrowser();
  house = await DaemonFixture.open('--max-agents', '0');
  proxy = await TestProxy.open(() => house.address);
});
after(async () => {
  await browser?.close();
  await proxy?.close();
  await house?.close();
});

/** Changes titles, 20 a second, each to the next number. */
class Changes {
  /** The last number that the daemon has acknowledged. */
  last = 0;
  readonly titles = new Map<string, string>();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  start(callers: Callers): void {
    this.#running = this.#run(callers);
  }

  async #run(callers: Callers): Promise<void> {
    for (let nth = 1; !this.#stopped; nth++) {
      const began = performance.now();
      const chunk = `unit-${nth % UNITS}`;
      const title = `change ${nth} of all`;
      await callers.must('units.edit', { chunk, title });
      this.titles.set(chunk, title);
      this.last = nth;
      const rest = EVERY_MS - (performance.now() - began);
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#running;
  }
}

/** In the page, before its own script: notes its sockets, when one was last heard, and how old that was while the badge said Live. */
function watchProof(): void {
  const seen = { heardAt: performance.now(), oldest: 0, opens: 0, openedAt: 0 };
  Object.assign(globalThis, { seen });
  const Original = globalThis.WebSocket;
  globalThis.WebSocket = class extends Original {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      this.addEventListener('open', () => {
        seen.opens++;
        seen.openedAt = performance.now();
        seen.heardAt = seen.openedAt;
      });
      this.addEventListener('message', () => {
        seen.heardAt = performance.now();
      });
    }
  };
  setInterval(() => {
    const text = document.querySelector('#badge')?.textContent ?? '';
    const age = performance.now() - seen.heardAt;
    if (text.startsWith('Live') && age > seen.oldest) seen.oldest = age;
  }, 20);
}

interface Look {
  readonly badge: string;
  /** The highest number among the titles that it shows. */
  readonly last: number;
  /** How many sockets it has had, when the last was opened, and the time now: as the page counts, ms. */
  readonly opens: number;
  readonly openedAt: number;
  readonly now: number;
}

/** In the page. */
function look(): Look {
  const { opens, openedAt } = (globalThis as unknown as { seen: { opens: number; openedAt: number } }).seen;
  const text = document.querySelector('process-grid')?.textContent ?? '';
  const numbers = [...text.matchAll(/change (\d+) of all/g)].map((each) => Number(each[1]));
  const badge = document.querySelector('#badge')?.textContent ?? '';
  return { badge, last: Math.max(0, ...numbers), opens, openedAt, now: performance.now() };
}

const KINDS = ['cut', 'cut', 'cut', 'cut', 'cut', 'cut', 'stall', 'cut', 'half-open', 'frozen'] as const;
type Kind = (typeof KINDS)[number];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when the damage is done: what comes next is the way back. */
const DO: Readonly<Record<Kind, (page: Page, length: number) => Promise<void>>> = {
  cut: async () => proxy.cut(),
  stall: async (_, length) => {
    const resume = proxy.stall();
    await pause(length);
    resume();
  },
  'half-open': async (page) => {
    proxy.blackHole();
    await until('the page to notice', async () => !(await page.evaluate(look)).badge.startsWith('Live'));
  },
  frozen: async (page, length) => {
    const session = await page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    proxy.cut();
    await pause(length);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await session.detach();
  },
};

/**
 * How long the page takes, ms, from the moment in which its socket is back, which is another one than before unless it was
 * only stalled, until it shows all that had happened by then.
 */
async function backAfter(page: Page, changes: Changes, before: Look, isSame: boolean): Promise<number> {
  let at = await page.evaluate(look);
  const { now } = at;
  await until('the socket to be back', async () => {
    at = await page.evaluate(look);
    return isSame || at.opens > before.opens;
  });
  const target = changes.last;
  const began = isSame ? now : at.openedAt;
  await until(`change ${target} to be shown`, async () => {
    at = await page.evaluate(look);
    return at.last >= target;
  });
  await live(page);
  return at.now - began;
}

test(`${CUTS} cuts at 20 events a second: nothing lost, nothing that is not so, soon back, never Live without proof`, async (t) => {
  const seed = seedOf();
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const callers = new Callers(house);
  const units = Array.from({ length: UNITS }, (_, nth) => ({ chunk: `unit-${nth}`, external: true }));
  await callers.must('units.add', { units });
  const page = await (await browser.createBrowserContext()).newPage();
  await page.evaluateOnNewDocument(watchProof);
  await page.goto(proxy.address);
  await live(page);
  const changes = new Changes();
  changes.start(callers);
  const counts = new Map<Kind, number>();
  const times: number[] = [];
  try {
    for (let nth = 0; nth < CUTS; nth++) {
      const kind = KINDS[random(KINDS.length)] ?? 'cut';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const before = await page.evaluate(look);
      await DO[kind](page, 200 + random(2000));
      times.push(await backAfter(page, changes, before, kind === 'stall'));
      await pause(random(300));
    }
  } finally {
    await changes.stop();
  }
  await until(
    'the page to show the last change',
    async () => (await page.evaluate(look)).last === changes.last,
  );
  const shown = await page.$$eval('process-grid a[href*="/work-units/"]', (links) =>
    links.map((link) => link.closest('li, article, div')?.textContent ?? ''),
  );
  assert.equal(new Set(shown).size, UNITS, 'as many units as there are');
  for (const [chunk, title] of changes.titles)
    assert.ok(
      shown.some((text) => text.includes(chunk) && text.includes(title)),
      `${chunk} with "${title}"`,
    );
  times.sort((a, b) => a - b);
  const p95 = times[Math.floor(times.length * 0.95)] ?? 0;
  const oldest = await page.evaluate(
    () => (globalThis as unknown as { seen: { oldest: number } }).seen.oldest,
  );
  t.diagnostic(
    `${changes.last} changes; ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
  );
  t.diagnostic(
    `back within ${(times[times.length >> 1] ?? 0).toFixed(0)} ms (median), ${p95.toFixed(0)} ms (p95); Live at most ${(oldest / 1000).toFixed(2)} s after the last proof`,
  );
  assert.ok(p95 <= AGAIN_MS, `p95 ${p95} ms`);
  assert.ok(oldest <= PROOF_MS, `Live ${oldest} ms after the last proof`);
});
