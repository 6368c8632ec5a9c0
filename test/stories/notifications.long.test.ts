/** What the operator is told while no page is in sight: through kills of the daemon, in a browser, and by form. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { launch } from 'puppeteer-core';
import type { Event } from '../../shared/events.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Receiver } from '../notify/receiver.ts';
import { until } from '../until.ts';
import { browserFor, openPage, untilOnPage } from './browser-pages.ts';

/** The small one that comes with the tests shows no notifications. */
const WHOLE = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

const KILLS = 6;
const ASKS = 3;

/** A house whose operator is told at once. */
function houseTelling(notify: object, policy: object = {}): DaemonFixture {
  const house = DaemonFixture.make();
  const folder = join(house.folder, 'config', 'signalbox');
  mkdirSync(folder, { recursive: true });
  const file = { notify: { ...notify, policy: { gather_seconds: 0, away_seconds: 0, ...policy } } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(file), { mode: 0o600 });
  return house;
}

const history = async (house: DaemonFixture): Promise<Event[]> =>
  (await house.json<{ events: Event[] }>('history', '--limit', '1000')).events;

test('a daemon that is killed again and again loses no message, and repeats none but under its own name', async () => {
  const receiver = await Receiver.open();
  const house = houseTelling({ webhook: { url: receiver.url, format: 'json' } });
  // Slow enough to be killed in between.
  receiver.answer = (res) => void setTimeout(() => res.writeHead(200).end(), 150);
  try {
    await house.start('--port', '0', '--max-agents', '100');
    for (let kill = 0; kill < KILLS; kill++) {
      for (let nth = 0; nth < ASKS; nth++) await house.add(`u-${kill}-${nth}`, 'signalbox ask "Which?"');
      const before = receiver.received.length;
      // At another moment each time: before, while and after a message is under way.
      await until('a message', () => receiver.received.length > before);
      if (kill % 2 === 1)
        await until('its record', async () =>
          (await history(house)).some(({ type }) => type === 'notice.sent'),
        );
      await house.end('SIGKILL');
      await house.start();
    }
    const wanted = KILLS * ASKS;
    const told = () =>
      receiver.received.flatMap(({ body }) =>
        (JSON.parse(body) as { items: { chunk: string }[] }).items.map(({ chunk }) => chunk),
      );
    await until('every item to be told', () => new Set(told()).size === wanted, 60_000);
    const ids = receiver.received.map(({ id }) => id);
    const once = [...new Set(ids)].map((id) => receiver.received.find((each) => each.id === id));
    const items = once.flatMap((each) =>
      (JSON.parse(each?.body ?? '') as { items: { item: string }[] }).items.map(({ item }) => item),
    );
    assert.equal(items.length, wanted, 'an item stands in one message alone');
    assert.ok(ids.length - once.length <= KILLS, `${ids.length - once.length} repetitions`);
    const sent = async () => (await history(house)).filter(({ type }) => type === 'notice.sent').length;
    // The last receiver may not have answered yet.
    await until('each to be recorded', async () => (await sent()) >= once.length);
    assert.equal(await sent(), once.length);
  } finally {
    await house.close();
    await receiver.close();
  }
});

describe('in a browser', () => {
  let house: DaemonFixture;
  const browser = browserFor(() => house);

  const skip = WHOLE === undefined ? 'no whole Chromium is installed' : false;
  test('a notification is switched on, tested, and shown while the page is out of sight', {
    skip,
  }, async (t) => {
    house = houseTelling({});
    await house.start('--port', '0');
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run'];
    const whole = await launch({ executablePath: WHOLE ?? '', args, headless: true });
    t.after(() => whole.close());
    const page = await openPage(whole, `${house.address}settings`, 'script');
    const { origin } = new URL(house.address);
    await page.browserContext().overridePermissions(origin, ['notifications']);
    await page.reload();
    await page.waitForSelector('#this-browser button');
    await page.click('#this-browser button');
    await until(
      'the daemon to know it',
      async () => (await house.json<{ browsers: number }>('notify', 'show')).browsers === 1,
    );
    await Promise.all([page.waitForNavigation(), page.click('form[action="/notify/desktop/test"] button')]);
    assert.match(await page.$eval('#notify-desktop .last', (line) => line.textContent ?? ''), /has shown it/);
    await house.add('api', 'signalbox ask "Which port?"');
    const shown = () =>
      page.evaluate(async () => {
        const worker = await navigator.serviceWorker.ready;
        return (await worker.getNotifications()).map(({ title, body, data, silent }) => [
          title,
          body,
          data,
          silent,
        ]);
      });
    await until('it to be shown', async () =>
      (await shown()).some(
        ([title, body, data, silent]) =>
          title === 'project: api has a question' &&
          body === 'Which port?' &&
          data === '/work-units/api' &&
          silent === true,
      ),
    );
    await until('its receipt', async () =>
      (await history(house)).some(
        ({ type, data }) => type === 'notice.sent' && 'notice' in data && data.notice !== null,
      ),
    );
  });

  test('a visible page says that somebody looks, and ends it when it is closed', async () => {
    house = houseTelling({ command: ['true'] }, { away_seconds: 3600 });
    await house.start('--port', '0');
    const looking = async () => (await house.json<{ looking: boolean }>('notify', 'show')).looking;
    assert.equal(await looking(), false);
    const page = await openPage(browser.current, house.address, 'script');
    await until('it to be seen', looking);
    await house.add('api', 'signalbox ask "Which port?"');
    await until('it to be noted', async () =>
      (await history(house)).some(({ type }) => type === 'notice.skipped'),
    );
    await page.close();
    await until('nobody to look', async () => !(await looking()));
  });

  test('without script the policy is a form, and a test says whether it arrived', async () => {
    house = houseTelling({ command: ['false'] });
    await house.start('--port', '0');
    const page = await openPage(browser.current, `${house.address}settings`, 'no script');
    const press = (selector: string) =>
      Promise.all([page.waitForNavigation(), page.$eval(selector, clickOn)]);
    await press('form[action="/notify/command/test"] button');
    await untilOnPage(page, 'the receipt', () =>
      /exit code 1/.test(document.querySelector('#notify-command .last')?.textContent ?? ''),
    );
    await page.$eval('#command-min_impact', (field) => ((field as HTMLInputElement).value = '7'));
    await page.$eval('#command-kind-conflict', (field) => ((field as HTMLInputElement).checked = false));
    await press('form[action="/notify/command"] button');
    const { channels } = await house.json<{ channels: { policy: object; sources: object }[] }>(
      'notify',
      'show',
    );
    assert.deepEqual(channels[2]?.policy, {
      on: true,
      kinds: ['question', 'decision', 'review', 'stuck'],
      min_impact: 7,
      quiet: null,
      away_seconds: 0,
      gather_seconds: 0,
      sound: false,
    });
    await page.$eval('#command-quiet', (field) => ((field as HTMLInputElement).value = 'at night'));
    await press('form[action="/notify/command"] button');
    await untilOnPage(page, 'what is wrong', () =>
      /quiet: Two local times/.test(document.querySelector('[role=status].trouble')?.textContent ?? ''),
    );
    assert.equal(
      await page.$eval('#command-quiet', (field) => (field as HTMLInputElement).value),
      'at night',
    );
  });
});

const clickOn = (button: Element): void => (button as HTMLElement).click();
