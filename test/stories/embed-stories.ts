/** Our elements on a site that is not ours, under a strict policy; told once for each browser. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { EmbeddingSite } from './embedding-site.ts';

const FOUR = `<p>Agents: <attention-badge TOKEN></attention-badge></p>
  <attention-queue TOKEN>Signalbox has not answered yet.</attention-queue>
  <process-grid TOKEN query="status=running,needs_attention"></process-grid>
  <work-unit TOKEN chunk="port"></work-unit>`;
const ASKS =
  "signalbox ask 'Which port?' --option low=Low --option high=High > chosen && echo went with $(cat chosen)";

/** What a page of theirs saw happen. */
interface Seen {
  readonly sockets: string[];
  readonly messages: string[];
  readonly violations: string[];
}

/** Presses a button of the queue as soon as it counts. */
const pressHigh = (page: Page) =>
  page.waitForFunction(() => {
    const queue = document.querySelector('attention-queue') as unknown as Element & {
      isArmed(within: Element): boolean;
    };
    const button = queue.shadowRoot?.querySelector<HTMLButtonElement>('button[value=high]');
    if (!button || !queue.isArmed(button)) return false;
    button.click();
    return true;
  });

/** `open` opens the browser; null: it is not installed. */
export function embedStories(name: string, open: (() => Promise<Browser>) | null): void {
  describe(`elements on another site, in ${name}`, {
    skip: open ? false : `${name} is not installed.`,
  }, () => {
    let browser: Browser;
    let house: DaemonFixture;
    let site: EmbeddingSite;
    let page: Page;

    before(async () => {
      if (open) browser = await open();
    });
    after(() => browser?.close());
    afterEach(async () => {
      await page?.close().catch(() => {});
      await site.close();
      await house.close();
    });

    /** A daemon with a question, and a site that it lists unless told otherwise. */
    async function begin({ listed = true } = {}): Promise<void> {
      house = DaemonFixture.make({}, { guarded: true });
      await house.start('--port', '0', '--undo-seconds', '0');
      site = await EmbeddingSite.open(() => house.address.replace(/\/$/, ''));
      if (listed) await signalbox('origin', 'add', site.origin);
      await house.add('port', ASKS);
      await house.add('other', 'sleep 1000', '--after', 'port');
      await house.untilStatus('port', 'NEEDS_ATTENTION');
    }

    async function signalbox(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await house.signalbox(...args);
      assert.equal(code, 0, stderr);
      return stdout;
    }

    async function token(...flags: string[]): Promise<string> {
      const told = await signalbox('token', 'add', '--role', 'embed', '--origin', site.origin, ...flags);
      return told.trim().split(/\s+/).at(-1) ?? '';
    }

    async function show(body: string, path = '/'): Promise<void> {
      site.body = body;
      page = await (await browser.createBrowserContext()).newPage();
      await page.evaluateOnNewDocument(watch);
      await page.goto(`${site.origin}${path}`);
    }

    const text = (element: string): Promise<string> =>
      page.evaluate(
        (where) => document.querySelector(where)?.shadowRoot?.textContent?.replace(/\s+/g, ' ') ?? '',
        element,
      );
    const says = (element: string, words: string) =>
      until(`<${element}> to say "${words}"`, async () => {
        const now = await text(element);
        if (!now.includes(words)) throw new Error(`it says "${now}"`);
        return true;
      });
    const state = (element: string): Promise<string> =>
      page.evaluate(
        (where) => document.querySelector(where)?.shadowRoot?.querySelector('.state')?.textContent ?? '',
        element,
      );
    const all = ['attention-badge', 'attention-queue', 'process-grid', 'work-unit'] as const;
    const allSay = (words: string) =>
      until(`all elements to say "${words}"`, async () => {
        const now = await Promise.all(all.map(state));
        if (!now.every((each) => each.startsWith(words))) throw new Error(now.join(' | '));
        return true;
      });
    const seen = (): Promise<Seen> => page.evaluate(() => (window as unknown as { seen: Seen }).seen);
    const count = (element: string, selector: string): Promise<number> =>
      page.evaluate(
        (where, what) => document.querySelector(where)?.shadowRoot?.querySelectorAll(what).length ?? -1,
        element,
        selector,
      );

    test('show what they are asked for and follow it, over one socket, and leave the page alone', async () => {
      await begin();
      await show(FOUR.replaceAll('TOKEN', `token="${await token()}"`));
      await allSay('Live');
      await says('attention-badge', '1 item needs you');
      await says('attention-queue', 'Which port?');
      await says('process-grid', 'Needs attention 1');
      await says('work-unit', 'Needs attention');
      assert.doesNotMatch(await text('process-grid'), /other/);
      await signalbox('answer', 'port', '--option', 'low');
      await says('attention-badge', 'Nothing needs you');
      await says('attention-queue', 'Nothing needs you');
      await says('process-grid', 'other');
      await says('work-unit', ': Low');
      const { sockets, violations } = await seen();
      assert.equal(sockets.length, 1, sockets.join());
      assert.deepEqual(violations, []);
      const marks = await page.evaluate(() => [
        document.title,
        document.styleSheets.length + document.adoptedStyleSheets.length + document.images.length,
        document.querySelectorAll('link, style, [style]').length,
        history.length,
        location.search,
      ]);
      assert.deepEqual(marks, ['Theirs', 0, 0, marks[3], '']);
    });

    test('only read without a token that may answer; links lead to the daemon, beside the page', async () => {
      await begin();
      await show(FOUR.replaceAll('TOKEN', `token="${await token()}"`));
      await says('attention-queue', 'Low');
      for (const element of all) assert.equal(await count(element, 'form, button, input, textarea'), 0);
      const linksNow = () =>
        page.evaluate(
          (names) =>
            names.flatMap((name) =>
              [...(document.querySelector(name)?.shadowRoot?.querySelectorAll('a') ?? [])].map(
                ({ href, target, rel }) => [href, target, rel],
              ),
            ),
          all,
        );
      await until('all to have their links', async () => (await linksNow()).length >= 5);
      const links = await linksNow();
      for (const [href, target, rel] of links) {
        assert.ok(href?.startsWith(house.address), href);
        assert.deepEqual([target, rel], ['_blank', 'noopener']);
      }
    });

    test('answer with a token that may, without a native post', async () => {
      await begin();
      const may = await token('--may-answer');
      await show(FOUR.replaceAll('TOKEN', `token="${may}"`));
      await until('the choices to be buttons', async () => (await count('attention-queue', 'button')) > 0);
      assert.equal(await count('attention-queue', '.snooze'), 0);
      assert.equal(await count('work-unit', 'form'), 0);
      await page.evaluate(() => {
        const field = document.querySelector('attention-queue')?.shadowRoot?.querySelector('textarea');
        field?.setRangeText('words on their page');
        field?.dispatchEvent(new InputEvent('input', { bubbles: true }));
      });
      const stored = await page.evaluate(async () => [
        ...(await indexedDB.databases()),
        ...Object.keys(localStorage),
        ...Object.keys(sessionStorage),
      ]);
      assert.deepEqual(stored, [], 'nothing is kept in the browser under their name');
      await pressHigh(page);
      await says('attention-queue', 'Nothing needs you');
      await house.untilStatus('port', 'DONE');
      const { history } = await house.json<{ history: { what: string; door: string }[] }>('show', 'port');
      assert.ok(history.some(({ door, what }) => door === 'embed' && what.includes('High')));
      assert.equal(await page.evaluate(() => location.pathname), '/');
    });

    test('tell the page what they are about to send, which may keep it, and how they are connected', async () => {
      await begin();
      const may = await token('--may-answer');
      await show(FOUR.replaceAll('TOKEN', `token="${may}"`));
      await until('the choices to be buttons', async () => (await count('attention-queue', 'button')) > 0);
      interface Told {
        readonly events: { type: string; detail: unknown; from: string }[];
        keep: boolean;
      }
      await page.evaluate(() => {
        const told: Told = { events: [], keep: true };
        (window as unknown as { told: Told }).told = told;
        for (const type of ['before-answer', 'connection-change', 'attention-change'])
          document.addEventListener(type, (event) => {
            const { detail, target } = event as CustomEvent;
            told.events.push({ type, detail, from: (target as Element).localName });
            if (type === 'before-answer' && told.keep) event.preventDefault();
          });
      });
      const told = () => page.evaluate(() => (window as unknown as { told: Told }).told.events);
      const press = () => pressHigh(page);
      await press();
      const [asked] = await told();
      assert.deepEqual([asked?.type, asked?.from], ['before-answer', 'attention-queue']);
      const { item = '', ...detail } = (asked?.detail ?? {}) as { item?: string };
      assert.deepEqual(detail, { chunk: 'port', options: ['high'], text: '' });
      assert.notEqual(item, '');
      assert.equal(await house.statusOf('port'), 'NEEDS_ATTENTION');
      await page.evaluate(() => {
        (window as unknown as { told: Told }).told.keep = false;
      });
      await press();
      await house.untilStatus('port', 'DONE');
      await until('the page to be told', async () =>
        (await told()).some(
          ({ type, detail }) => type === 'attention-change' && JSON.stringify(detail) === '{"items":0}',
        ),
      );
      const isIn = (state: string) =>
        page.evaluate((name) => document.querySelectorAll(`:state(${name})`).length, state);
      assert.deepEqual([await isIn('live'), await isIn('stale')], [4, 0]);
      await house.end('SIGKILL');
      await until('all to be stale', async () => (await isIn('stale')) === 4 && (await isIn('live')) === 0);
      assert.ok(
        (await told()).some(
          ({ type, detail }) =>
            type === 'connection-change' && JSON.stringify(detail) === '{"state":"stale"}',
        ),
      );
    });

    test('say so when the daemon has gone, keep what was true, and come back with it', async () => {
      await begin();
      await show(FOUR.replaceAll('TOKEN', `token="${await token()}"`));
      await allSay('Live');
      await says('attention-queue', 'Which port?');
      await house.end('SIGKILL');
      await allSay('Not connected since');
      await says('attention-queue', 'Which port?');
      await house.start();
      await allSay('Live');
      assert.equal((await seen()).sockets.length, 2);
    });

    test('end their socket when the last has left, and open one when one returns', async () => {
      await begin();
      await show(FOUR.replaceAll('TOKEN', `token="${await token()}"`));
      await allSay('Live');
      await page.evaluate(() => {
        const kept = document.querySelector('attention-badge');
        document.body.replaceChildren();
        (window as unknown as { kept: Element | null }).kept = kept;
      });
      const ended = () =>
        page.evaluate(() =>
          (window as unknown as { open: WebSocket[] }).open.every((each) => each.readyState > 1),
        );
      await until('the socket to end', ended);
      await page.evaluate(() => {
        const { kept } = window as unknown as { kept: Element };
        document.body.append(kept);
      });
      await says('attention-badge', 'Live');
      assert.equal((await seen()).sockets.length, 2);
    });

    test('end their socket when the page has been hidden for five minutes, and open one when it is seen again', async () => {
      await begin();
      site.body = FOUR.replaceAll('TOKEN', `token="${await token()}"`);
      page = await (await browser.createBrowserContext()).newPage();
      await page.evaluateOnNewDocument(watch);
      await page.evaluateOnNewDocument(hideable);
      await page.goto(site.origin);
      await allSay('Live');
      const hide = (is: boolean) =>
        page.evaluate((hidden) => (window as unknown as { hide(is: boolean): void }).hide(hidden), is);
      await hide(true);
      await until('the socket to end', () =>
        page.evaluate(() =>
          (window as unknown as { open: WebSocket[] }).open.every((each) => each.readyState > 1),
        ),
      );
      await signalbox('answer', 'port', '--option', 'low');
      assert.match(await text('attention-queue'), /Which port\?/);
      await hide(false);
      await says('attention-queue', 'Nothing needs you');
      assert.equal((await seen()).sockets.length, 2);
    });

    test('say that a token is not known, and do not knock again at once', async () => {
      await begin();
      await show(
        `<attention-queue token="nobody-knows-this-token-of-theirs"></attention-queue><attention-badge token="${await token()}"></attention-badge>`,
      );
      await says('attention-queue', `Signed out: this token is not known here`);
      await says('attention-queue', `signalbox token add --role embed --origin ${site.origin}`);
      // The other socket is pinged every two seconds.
      await until(
        'some seconds to pass',
        async () => (await seen()).messages.filter((each) => each === 'PONG').length > 1,
      );
      assert.equal((await seen()).sockets.length, 2);
    });

    test('say which of them is over a limit, and take the place of one that leaves', async () => {
      await begin();
      const given = await token();
      const units = Array.from(
        { length: 35 },
        (_, nth) => `<work-unit chunk="u${nth}" token="${given}"></work-unit>`,
      );
      await show(units.join(''));
      const isIn = (name: string) =>
        page.evaluate((which) => document.querySelectorAll(`work-unit:state(${which})`).length, name);
      await until('32 of 35 to be live, and 3 over the limit', async () => {
        const [live, over] = [await isIn('live'), await isIn('over-limit')];
        if (live !== 32 || over !== 3) throw new Error(`${live} live, ${over} over the limit`);
        return true;
      });
      const words = await page.evaluate(
        () =>
          document.querySelector('work-unit:state(over-limit)')?.shadowRoot?.querySelector('.state')
            ?.textContent,
      );
      assert.match(
        words ?? '',
        /^Not shown: One connection follows at most 32 streams\. .*signalbox limits set subscriptions/,
      );
      await page.evaluate(() => {
        for (const each of [...document.querySelectorAll('work-unit:state(live)')].slice(0, 3)) each.remove();
      });
      await until('the others to take their places', async () => (await isIn('live')) === 32);
      assert.equal((await seen()).sockets.length, 1);
    });

    test('take the token from a function that the page sets before or after the script', async () => {
      await begin();
      const given = await token();
      await show('<attention-badge></attention-badge>');
      await says('attention-badge', 'Signed out');
      await page.evaluate((word) => {
        const badge = document.querySelector('attention-badge');
        if (badge) Object.assign(badge, { getToken: async () => word });
      }, given);
      await says('attention-badge', '1 item needs you');
      const { messages } = await seen();
      assert.ok(messages.some((each) => each.includes('"row":"counts"')));
      const more = messages.filter((each) => /"row":"(unit|item)"|Which port/.test(each));
      assert.deepEqual(more, [], 'a badge hears of counts alone');
    });

    test('say what to do where the site is not listed', async () => {
      await begin({ listed: false });
      const server = house.address.replace(/\/$/, '');
      await show(`<attention-queue server="${server}">Not there.</attention-queue>`, '/own');
      await says('attention-queue', `Not connected to Signalbox at ${server}.`);
      await says('attention-queue', `signalbox origin add ${site.origin}`);
    });
  });
}

/** Runs before everything else in the page. */
function watch(): void {
  const seen = { sockets: [] as string[], messages: [] as string[], violations: [] as string[] };
  const open: WebSocket[] = [];
  Object.assign(window, { seen, open });
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    if (!blockedURI.endsWith('/favicon.ico')) seen.violations.push(`${effectiveDirective} ${blockedURI}`);
  });
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      open.push(this);
      seen.sockets.push(String(url));
      this.addEventListener('message', ({ data }) => seen.messages.push(String(data)));
    }
  };
}

/** Runs before everything else in the page: it can be hidden, and then five minutes pass in a moment. */
function hideable(): void {
  const FIVE_MINUTES = 300_000;
  let isHidden = false;
  Object.defineProperty(document, 'hidden', { get: () => isHidden });
  const later = window.setTimeout.bind(window);
  Object.assign(window, {
    hide(is: boolean) {
      isHidden = is;
      document.dispatchEvent(new Event('visibilitychange'));
    },
    setTimeout: (act: () => void, ms?: number) => later(act, ms === FIVE_MINUTES ? 100 : ms),
  });
}
