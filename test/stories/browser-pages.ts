import { after, afterEach, before } from 'node:test';
import { type Browser, type ElementHandle, type EvaluateFunc, launch, type Page } from 'puppeteer-core';
import { findChromium } from '../chromium.ts';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

export async function openBrowser(): Promise<Browser> {
  const { executablePath, args, env } = await findChromium();
  return launch({ executablePath, args: [...args], env, headless: 'shell' });
}

/**
 * One browser for the stories of a group; after each of them its windows are closed, and its house is left.
 * Called within `describe`.
 */
export function browserFor(house: () => DaemonFixture): { readonly current: Browser } {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());
  afterEach(async () => {
    await Promise.all(browser.browserContexts().map((context) => context.close().catch(() => {})));
    await house().close();
  });
  return {
    get current() {
      return browser;
    },
  };
}

/** A page of the daemon that fails the story when its script throws. */
export async function openPage(
  browser: Browser,
  address: string,
  script: 'script' | 'no script',
): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.setJavaScriptEnabled(script === 'script');
  await page.goto(address);
  if (script === 'script') await live(page);
  return page;
}

/**
 * Waits until a condition holds in the page. Not `waitForFunction`: in Firefox it makes its function from a string there,
 * which our policy for scripts refuses.
 */
export const untilOnPage = <Args extends unknown[]>(
  page: Page,
  what: string,
  condition: EvaluateFunc<Args>,
  ...args: Args
): Promise<void> => until(what, async () => Boolean(await page.evaluate(condition, ...args)));

export const live = (page: Page): Promise<void> =>
  untilOnPage(page, 'a live page', () => document.querySelector('#badge')?.textContent === 'Live');

/** Waits until an element shows a text. */
export const shows = (page: Page, selector: string, text: string): Promise<void> =>
  untilOnPage(
    page,
    `${selector} with “${text}”`,
    (where, what) => [...document.querySelectorAll(where)].some((each) => each.textContent?.includes(what)),
    selector,
    text,
  );

export const showsNot = (page: Page, selector: string, text: string): Promise<void> =>
  untilOnPage(
    page,
    `${selector} without “${text}”`,
    (where, what) => ![...document.querySelectorAll(where)].some((each) => each.textContent?.includes(what)),
    selector,
    text,
  );

/** The text area of the card that shows a prompt. */
export async function fieldOf(page: Page, prompt: string): Promise<string> {
  const id = await page.$$eval(
    '.card',
    (cards, text) =>
      cards.find((card) => card.textContent?.includes(text))?.querySelector('textarea')?.id ?? '',
    prompt,
  );
  if (id === '') throw new Error(`no card with a text area asks "${prompt}"`);
  return `#${id}`;
}

export const typedIn = (page: Page, field: string): Promise<string> =>
  page.$eval(field, (each) => (each as HTMLTextAreaElement).value);

/** Presses a button of a card when the card takes it: once it has been in sight and still for a moment. */
export async function pressArmed(page: Page, button: ElementHandle<Element>): Promise<void> {
  await button.scrollIntoView();
  await page.waitForFunction(isArmed, {}, button);
  await button.click();
}

/** Presses the first that a selector finds. */
export async function pressFirst(page: Page, selector: string): Promise<void> {
  const button = await page.$(selector);
  if (!button) throw new Error(`there is no ${selector}`);
  await pressArmed(page, button);
}

/** Runs in the page. Without script a form needs no arming. */
function isArmed(button: Element): boolean {
  const queue = button.closest('attention-queue') as
    | (Element & { isArmed?: (within: Element) => boolean })
    | null;
  return queue?.isArmed?.(button) ?? true;
}

/** Opens the card, as one does by its summary, and presses the button with this label. */
export async function press(page: Page, field: string, label: string): Promise<void> {
  const form = await page.$(`form:has(${field})`);
  const buttons = (await form?.$$('button')) ?? [];
  for (const button of buttons) {
    const text = await button.evaluate((each) => each.textContent ?? '');
    if (text.includes(label)) return pressArmed(page, button);
  }
  throw new Error(`no button "${label}" beside ${field}`);
}
