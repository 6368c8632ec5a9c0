/** How somebody signs in, fails to, and is signed out; told once for each browser. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { send } from '../edge/http-client.ts';
import { until } from '../until.ts';
import { live, untilOnPage } from './browser-pages.ts';
import { ForeignSite } from './foreign-site.ts';
import { lookAhead } from './prefetching.ts';
import { atTerminal, homeOf, linkOf, type Script, Visitor } from './visitor.ts';

const UNIT = 'hush-hush';
const PROMPT = 'Which of the two?';
const HELP = 'To sign in, run “signalbox open” in the project';
const USED = 'This sign-in link is no longer valid';
const SCRIPTS: readonly Script[] = ['script', 'no script'];

/** `open` opens the browser; null: it is not installed. */
export function signInStories(name: string, open: (() => Promise<Browser>) | null): void {
  describe(`signing in, in ${name}`, { skip: open ? false : `${name} is not installed.` }, () => {
    let browser: Browser;
    let house: DaemonFixture;
    let home: string;
    let site: ForeignSite;
    const visitors: Visitor[] = [];

    before(async () => {
      house = DaemonFixture.make({}, { guarded: true });
      await house.start('--port', '0', '--max-agents', '0');
      await house.signalbox('add', UNIT, '--external');
      await atTerminal(house, 'items.ask', ask);
      home = await homeOf(house);
      site = await ForeignSite.open();
      if (open) browser = await open();
    });
    after(async () => {
      await browser?.close();
      await site?.close();
      await house?.close();
    });
    afterEach(() => Promise.all(visitors.splice(0).map((visitor) => visitor.leave())));

    async function come(script: Script = 'script'): Promise<Visitor> {
      const visitor = await Visitor.come(browser, script);
      visitors.push(visitor);
      return visitor;
    }

    async function signedIn(script: Script = 'script'): Promise<Visitor> {
      const visitor = await come(script);
      await visitor.signIn(await linkOf(house), home, PROMPT);
      return visitor;
    }

    const port = () => Number(new URL(home).port);
    /** A request under our name, by a program. */
    const asked = (path: string, headers = {}, method = 'GET') =>
      send({
        host: '127.0.0.1',
        port: port(),
        path,
        method,
        headers: { host: new URL(home).host, ...headers },
      });

    for (const script of SCRIPTS) {
      test(`${script}: whoever is not signed in learns how, and nothing else`, async () => {
        const visitor = await come(script);
        for (const path of ['', `work-units/${UNIT}`, 'work-units/no-such-unit', '?q=hush']) {
          assert.equal(await visitor.status(`${home}${path}`), 401, path);
          assert.ok((await visitor.text()).includes(HELP));
          assert.deepEqual(await visitor.links(), [`${home}${path}`]);
          const html = await visitor.page.content();
          assert.doesNotMatch(html.replaceAll(`work-units/${UNIT}`, ''), new RegExp(`${UNIT}|${PROMPT}`));
          assert.doesNotMatch(html, /<form|page-data|<script/);
        }
      });

      test(`${script}: a link signs in once, and the form signs out`, async () => {
        const visitor = await come(script);
        const link = await linkOf(house, `/work-units/${UNIT}`);
        await visitor.signIn(link, `${home}work-units/${UNIT}`, PROMPT);
        const [cookie, ...others] = await visitor.cookies();
        const { host, hostname } = new URL(home);
        assert.deepEqual(
          [others.length, cookie?.name, cookie?.domain, cookie?.httpOnly, cookie?.sameSite, cookie?.path],
          [0, `signalbox-${hostname.split('.')[0]}`, hostname, true, 'Strict', '/'],
        );
        assert.match(host, /^[a-z2-7]{10}\.localhost:\d+$/);
        const second = await come(script);
        assert.equal(await second.status(link), 401);
        assert.ok((await second.text()).includes(USED));
        assert.deepEqual(await second.cookies(), []);
        assert.equal(await visitor.status(home), 200);
        if (script === 'script') await live(visitor.page);
        await visitor.page.click('form.sign-out button');
        await visitor.arrive(`${home}sign-in`, HELP);
        assert.deepEqual(await visitor.cookies(), []);
        assert.equal(await visitor.status(home), 401);
        const kept = { cookie: `${cookie?.name}=${cookie?.value}` };
        assert.equal((await asked('/', kept)).status, 401, 'a cookie that was kept is worth nothing');
      });

      test(`${script}: a link from another site leads to a page whose one link leads there`, async () => {
        const visitor = await signedIn(script);
        const address = `${home}work-units/${UNIT}`;
        site.body = `<a href="${address}">A unit of yours</a>`;
        await visitor.status(site.origin());
        await visitor.page.click('a');
        await visitor.arrive(address, HELP);
        await visitor.goOn();
        await visitor.arrive(address, PROMPT);
      });

      test(`${script}: 127.0.0.1 and localhost say how to sign in, and not where`, async () => {
        const visitor = await signedIn(script);
        for (const each of ['127.0.0.1', 'localhost']) {
          assert.equal(await visitor.status(`http://${each}:${port()}/work-units/${UNIT}`), 401);
          assert.match(await visitor.text(), /signalbox open/);
          assert.deepEqual(await visitor.links(), []);
          const said = await visitor.page.content();
          assert.ok(!said.includes(new URL(home).hostname), 'the name is not told');
        }
      });

      test(`${script}: a link followed from another site signs in`, async () => {
        const visitor = await come(script);
        site.body = `<a href="${await linkOf(house)}">As a mail shows it</a>`;
        await visitor.status(site.origin());
        await visitor.page.click('a');
        await visitor.arrive(home, PROMPT);
      });

      test(`${script}: a session outlives the daemon, and ends everywhere at one word`, async () => {
        const visitor = await signedIn(script);
        if (script === 'script') await live(visitor.page);
        await house.end('SIGTERM');
        await house.start();
        if (script === 'script') await live(visitor.page);
        assert.equal(await visitor.status(home), 200);
        assert.ok((await visitor.text()).includes(PROMPT));
        if (script === 'script') await live(visitor.page);
        assert.equal((await house.signalbox('sign-out', '--all')).code, 0);
        const told = Date.now();
        if (script === 'script') {
          await untilOnPage(
            visitor.page,
            'a page that is not live',
            () => document.querySelector('#badge')?.textContent !== 'Live',
          );
          assert.ok(Date.now() - told < 1000, `${Date.now() - told} ms`);
        }
        assert.equal(await visitor.status(home), 401);
      });
    }

    test('a link that was used, is too old or never was is counted, and answered after a second', async () => {
      const visitor = await come();
      const used = await linkOf(house);
      await visitor.signIn(used, home, PROMPT);
      const old = await linkOf(house, '/', 1);
      const made = Date.now();
      await until('the link to be too old', () => Date.now() > made + 1000);
      const before = await failures();
      const links = [used, old, `${home}sign-in/${'A'.repeat(43)}`];
      const failing = links.map(async (link) => {
        const stranger = await come();
        const began = Date.now();
        assert.equal(await stranger.status(link), 401);
        assert.ok(Date.now() - began >= 990, `after ${Date.now() - began} ms`);
        assert.ok((await stranger.text()).includes(USED));
        assert.deepEqual(await stranger.cookies(), []);
      });
      await Promise.all(failing);
      assert.equal((await failures()) - before, 3);
      assert.equal(await visitor.status(home), 200, 'nobody is locked out');
      assert.match(await visitor.text(), /sign-ins failed, the last at/);
    });

    interface Refused {
      readonly what: string;
      readonly times: number;
    }
    async function failures(): Promise<number> {
      const all = await atTerminal<Refused[]>(house, 'access.refusals');
      const failed = all.filter(({ what }) => what === 'A sign-in link that does not count.');
      return failed.reduce((sum, { times }) => sum + times, 0);
    }

    test('a look ahead does not use a link up', async () => {
      const link = await linkOf(house);
      const path = new URL(link).pathname;
      const ahead = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      assert.equal((await asked(path, {}, 'HEAD')).status, 401);
      assert.equal((await asked(path, { ...ahead, 'sec-purpose': 'prefetch;prerender' })).status, 401);
      assert.equal((await asked(path, { purpose: 'prefetch' })).status, 401);
      const visitor = await come();
      site.body = '';
      await visitor.status(site.origin());
      await visitor.page.evaluate(lookAhead, link);
      await visitor.page.evaluate(lookAhead, link.replace(new URL(home).hostname, '127.0.0.1'));
      assert.deepEqual(await visitor.cookies(), []);
      await visitor.signIn(link, home, PROMPT);
    });

    test('what “signalbox open” opens is signed in', async () => {
      const bin = join(house.folder, 'bin');
      mkdirSync(bin);
      for (const opener of ['xdg-open', 'open']) {
        writeFileSync(join(bin, opener), `#!/bin/sh\nprintf %s "$1" > '${house.folder}/opened'\n`);
        chmodSync(join(bin, opener), 0o755);
      }
      house.env.PATH = `${bin}:${process.env.PATH}`;
      const { code, stderr } = await house.signalbox('open', UNIT);
      assert.deepEqual([code, stderr], [0, `signalbox: opened ${home}work-units/${UNIT}\n`]);
      const opened = readFileSync(join(house.folder, 'opened'), 'utf8');
      assert.match(opened, /^file:/);
      const visitor = await come();
      await visitor.signIn(opened, `${home}work-units/${UNIT}`, PROMPT);
    });

    test('no other port of this machine is sent what signs in', async () => {
      const visitor = await signedIn();
      const [cookie] = await visitor.cookies();
      assert.ok(cookie && cookie.value.length === 43);
      const { length } = site.received;
      site.body = `<img src="/picture"><script>fetch('/data', { credentials: 'include' })</script>`;
      const names = ['127.0.0.1', 'localhost', 'app.localhost'];
      const received = () => site.received.slice(length);
      const asked = (path: string) => received().filter((each) => each.startsWith(`GET\n${path}\n`)).length;
      for (const [at, each] of names.entries()) {
        await visitor.page.goto(site.origin(each));
        await until('all to be asked for', () =>
          ['/', '/picture', '/data'].every((path) => asked(path) > at),
        );
      }
      for (const each of received()) {
        assert.doesNotMatch(each, /^cookie$/im);
        assert.ok(!each.includes(cookie.value) && !each.includes(cookie.name));
      }
    });

    test('--host-name 127.0.0.1: where a browser knows no *.localhost, that is where one signs in', async () => {
      const plain = DaemonFixture.make({}, { guarded: true });
      try {
        await plain.start('--port', '0', '--host-name', '127.0.0.1');
        const visitor = await come();
        assert.equal(await visitor.status(plain.address), 401);
        assert.match(plain.address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
        await visitor.signIn(await linkOf(plain), plain.address, 'Nothing needs you');
        await live(visitor.page);
        await visitor.page.click('form.sign-out button');
        await visitor.arrive(`${plain.address}sign-in`, HELP);
      } finally {
        await plain.close();
      }
    });
  });
}

const ask = { key: 'one', chunk: UNIT, run: null, questions: [{ prompt: PROMPT }] };
