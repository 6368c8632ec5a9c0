/** From sending a change until the page has painted it, beside a script that changes the same text. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { findChromium } from '../test/chromium.ts';
import { openPage } from '../test/stories/browser-pages.ts';
import { afterwards } from './cleanup.ts';
import { daemonWithUnits } from './daemon-with-units.ts';
import { type Figure, median, ms, ratio } from './figure.ts';

const ROUNDS = 30;
const WARM_UP = 5;
const UNITS = 200;
const ITEMS = 20;
/** Longer than the daemon merges news; and at another moment of a frame each time. */
const betweenMs = () => 150 + Math.random() * 50;

/** In milliseconds of the page's own clock, since the change was sent or made. */
export interface Shown {
  /** When the text was in the document. */
  readonly changed: number;
  /** The second frame begins: with the first, what was in the document has been painted. */
  readonly painted: number;
}

export async function painted(): Promise<Figure> {
  const address = await startDaemon();
  const page = await openDashboard(address);
  const [ofPage, ofScript]: [Shown[], Shown[]] = [[], []];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const nth = round + WARM_UP;
    await pause(betweenMs());
    const one = await hold(page, `unit-${ITEMS + nth}`, `because-${nth}-of-hold`);
    await pause(betweenMs());
    const other = await write(page, `unit-${ITEMS + nth}`, `because-${nth}-of-script`);
    if (round < 0) continue;
    ofPage.push(one);
    ofScript.push(other);
  }
  return figureOf(ofPage, ofScript);
}

async function startDaemon(): Promise<string> {
  const { house, callers } = await daemonWithUnits(UNITS);
  for (let nth = 0; nth < ITEMS; nth++) {
    const questions = [{ prompt: `Which port for unit ${nth}?` }];
    await callers.must('items.ask', { key: `ask-${nth}`, chunk: `unit-${nth}`, run: null, questions });
  }
  return house.address;
}

export async function launchBrowser(): Promise<Browser> {
  const { executablePath, args, env } = await findChromium();
  // Signals are ours: the browser is not all that has to go.
  const ours = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  const browser = await launch({ executablePath, args: [...args], env, headless: 'shell', ...ours });
  afterwards(() => browser.close());
  return browser;
}

async function openDashboard(address: string): Promise<Page> {
  const browser = await launchBrowser();
  const page = await openPage(browser, address, 'script');
  await page.evaluate(watchForText);
  const [cards, cells] = await page.evaluate(() =>
    ['.card', '.cell'].map((what) => document.querySelectorAll(what).length),
  );
  if (cards !== ITEMS || cells !== UNITS) throw new Error(`the page shows ${cards} cards, ${cells} cells`);
  return page;
}

declare global {
  interface Window {
    shown(text: string, from: number): Promise<Shown>;
  }
}

/** In the page. One clock, so that nothing has to be compared with another process. */
export function watchForText(): void {
  window.shown = (text, from) =>
    new Promise((resolve) => {
      const observer = new MutationObserver((records) => {
        if (!records.some(({ target }) => target.textContent?.includes(text))) return;
        const changed = performance.now() - from;
        observer.disconnect();
        requestAnimationFrame(() =>
          requestAnimationFrame(() => resolve({ changed, painted: performance.now() - from })),
        );
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
}

/** A cell leaves READY for BLOCKED and says why. */
const hold = (page: Page, chunk: string, why: string): Promise<Shown> =>
  call(page, 'units.hold', { chunk, why }, why);

/** Until the page shows a text that follows from the call. The way is the whole one: HTTP, commit, news, redraw. */
export const call = (page: Page, procedure: string, input: object, text: string): Promise<Shown> =>
  page.evaluate(
    async (path, body, awaited) => {
      const shown = window.shown(awaited, performance.now());
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(path, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(await answer.text());
      return shown;
    },
    `/trpc/${procedure}`,
    JSON.stringify(input),
    text,
  );

/** The reason that the same cell shows, changed by nothing but a script. The page's own text comes back. */
const write = (page: Page, chunk: string, text: string): Promise<Shown> =>
  page.evaluate(
    async (link, words) => {
      const node = document.querySelector(`a[href="${link}"]`)?.closest('.cell')?.querySelector('.why');
      const own = [...(node?.childNodes ?? [])].find(({ nodeType }) => nodeType === Node.TEXT_NODE);
      if (!own) throw new Error(`no reason is shown for ${link}`);
      const before = own.textContent;
      const shown = await new Promise<Shown>((resolve, reject) =>
        setTimeout(() => {
          window.shown(words, performance.now()).then(resolve, reject);
          own.textContent = words;
        }),
      );
      own.textContent = before;
      return shown;
    },
    `/work-units/${chunk}`,
    text,
  );

function figureOf(page: readonly Shown[], script: readonly Shown[]): Figure {
  const times = (all: readonly Shown[]) => all.map((each) => each.painted);
  const row = (name: string, all: readonly Shown[]) => [
    name,
    ms(median(all.map(({ changed }) => changed))),
    ms(median(times(all))),
    ms(Math.max(...times(all))),
    ratio(median(times(all)), median(times(script))),
  ];
  return {
    title: `From a change to the painted page (${ITEMS} cards, ${UNITS} cells, Chromium)`,
    head: [
      ['', 'in the document', 'painted', 'worst', 'painted'],
      ['', 'ms', 'ms', 'ms', 'ratio'],
    ],
    rows: [row('a script changes the text', script), row('hold by HTTP, news by socket', page)],
    note: `Medians of ${ROUNDS} rounds, from sending until the second frame after the text was in the document begins. Frames are 16.7 ms apart; the first after a pause comes at once.`,
  };
}
