/** Somebody with a browser of their own, with script or without, on the pages of a guarded house. */
import type { Browser, BrowserContext, HTTPResponse, Page } from 'puppeteer-core';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { type Answer, send } from '../edge/http-client.ts';
import { until } from '../until.ts';

export type Script = 'script' | 'no script';

export class Visitor {
  readonly page: Page;
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
  }

  static async come(browser: Browser, script: Script = 'script'): Promise<Visitor> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    if (script === 'no script') await leaveOutScript(browser, page);
    return new Visitor(context, page);
  }

  /** The status of the page at an address. */
  async status(address: string): Promise<number> {
    return (await this.answer(address))?.status() ?? 0;
  }

  answer(address: string): Promise<HTTPResponse | null> {
    return this.page.goto(address);
  }

  /** Follows a link that signs in, until the page that it leads to is there. */
  async signIn(link: string, address: string, words: string): Promise<void> {
    await this.page.goto(link);
    await this.arrive(address, words);
  }

  /** Waits until the page at an address shows some words. */
  async arrive(address: string, words: string): Promise<void> {
    await until(`"${words}" at ${address}`, async () => {
      if (this.page.url() !== address) throw new Error(`still at ${this.page.url()}`);
      const text = await this.text();
      if (text.includes(words)) return true;
      throw new Error(text.slice(0, 300));
    });
  }

  /** Follows the one link in the middle of a page of ours. */
  async goOn(): Promise<void> {
    const links = await this.links();
    if (links.length !== 1) throw new Error(`not one link, but ${links.join(' ') || 'none'}`);
    await this.page.click('main a');
  }

  links(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLAnchorElement>('main a')].map(({ href }) => href),
    );
  }

  /** Without a handle on any element, which would be lost where the page goes on by itself. */
  text(): Promise<string> {
    return this.page.evaluate(() => document.body?.innerText ?? '');
  }

  /** Another window of the same browser, at this address. */
  async another(address: string): Promise<Page> {
    const page = await this.#context.newPage();
    await page.goto(address);
    return page;
  }

  cookies(): ReturnType<BrowserContext['cookies']> {
    return this.#context.cookies();
  }

  async leave(): Promise<void> {
    await this.#context.close().catch(() => {});
  }
}

/** Where a browser cannot be told to run no script, ours does not arrive. */
async function leaveOutScript(browser: Browser, page: Page): Promise<void> {
  if ((await browser.version()).startsWith('Chrom') || (await browser.version()).startsWith('Headless'))
    return page.setJavaScriptEnabled(false);
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const isScript = new URL(request.url()).pathname.endsWith('.js');
    void (isScript ? request.abort() : request.continue()).catch(() => {});
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** A procedure, as the terminal calls it. */
export async function atTerminal<T>(house: DaemonFixture, procedure: string, input?: object): Promise<T> {
  const { socket: socketPath } = house.paths;
  const { status, body }: Answer = await send({
    socketPath,
    path: `/trpc/${procedure}`,
    ...(input && { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(input) }),
  });
  if (status !== 200) throw new Error(`${procedure}: ${status} ${body}`);
  return (JSON.parse(body) as { result: { data: T } }).result.data;
}

/** The address where browsers sign in. */
export const homeOf = async (house: DaemonFixture): Promise<string> =>
  (await atTerminal<{ address: string }>(house, 'status')).address;

/** A link that signs in, once, within so many seconds. */
export const linkOf = async (house: DaemonFixture, to = '/', seconds = 60): Promise<string> =>
  (await atTerminal<{ url: string }>(house, 'access.link', { to, seconds })).url;
