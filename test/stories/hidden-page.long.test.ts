/** A page that was hidden for five minutes follows its open items and nothing else, calmly; looked at again, it is as before. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { live, openBrowser, shows, untilOnPage } from './browser-pages.ts';

const HIDDEN_MS = 300_000;
const CALM_MS = 5000;

interface Frame {
  readonly at: number;
  readonly data: string;
}

describe('a page that nobody looks at', () => {
  let house: DaemonFixture;
  let browser: Browser;
  before(async () => {
    house = await DaemonFixture.open('--max-agents', '8');
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  /** The five minutes are a moment; nothing else about time is. */
  async function visit(sent: Frame[], heard: Frame[]): Promise<Page> {
    const page = await (await browser.createBrowserContext()).newPage();
    await page.evaluateOnNewDocument((ms) => {
      const later = setTimeout;
      window.setTimeout = ((act: () => void, wait?: number) =>
        later(act, wait === ms ? 0 : wait)) as typeof setTimeout;
    }, HIDDEN_MS);
    const session = await page.createCDPSession();
    await session.send('Network.enable');
    const note = (frames: Frame[]) => (event: { response: { payloadData: string } }) =>
      frames.push({ at: performance.now(), data: event.response.payloadData });
    session.on('Network.webSocketFrameSent', note(sent));
    session.on('Network.webSocketFrameReceived', note(heard));
    await page.goto(house.address);
    await live(page);
    return page;
  }

  const look = (page: Page, isHidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);

  test('is told of open items at most every five seconds, by the title of its tab; then it comes to itself', async () => {
    const [sent, heard]: [Frame[], Frame[]] = [[], []];
    const page = await visit(sent, heard);
    const said = (pattern: RegExp) =>
      sent.reduce((sum, { data }) => sum + [...data.matchAll(pattern)].length, 0);
    await until('the streams of the page', async () => said(/"path":"board\./g) >= 2);
    const open = said(/"path":"board\./g);
    await look(page, true);
    await until('the calm stream', () => sent.some(({ data }) => data.includes('"calm":true')));
    await until('all of them to be left', async () => said(/subscription\.stop/g) >= open);
    heard.length = 0;
    for (const chunk of ['one', 'two', 'three'])
      await house.add(chunk, `signalbox ask 'What about ${chunk}?'`);
    await untilOnPage(page, 'its title', () => document.title.includes('(3)'));
    const news = heard.filter(({ data }) => data.includes('"put":[{'));
    for (const [nth, { at }] of news.slice(1).entries())
      assert.ok(at - (news[nth]?.at ?? 0) > CALM_MS - 250, 'at most every five seconds');
    assert.ok(!news.some(({ data }) => data.includes('"row":"unit"')), 'no units');
    assert.equal(await page.$('.card'), null, 'nothing is drawn');
    await look(page, false);
    await shows(page, '.card', 'What about three?');
    await shows(page, '.cell', 'two');
    await page.browserContext().close();
  });
});
