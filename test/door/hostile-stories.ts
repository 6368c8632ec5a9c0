/** Hostile pages around a browser whose operator is signed in, and around one where nobody has to be. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { realBrowsers } from './browsers.ts';
import type { Attempt } from './hostile-attack.ts';
import { CHUNK, PAYLOADS, QUESTIONS } from './hostile-payloads.ts';
import { HostileScene, STAGES } from './hostile-scene.ts';

/** What a rebound page is told, by a page that says nothing of ours. */
const NOT_THIS_NAME = 'This is Signalbox, but not under this name.';

export function hostileStories(name: 'Chromium' | 'Firefox'): void {
  const open = realBrowsers()[name];
  for (const guarded of [true, false]) {
    const where = guarded ? 'signed in' : 'with --no-auth';
    describe(`hostile pages in ${name}, ${where}`, {
      skip: open ? false : `${name} is not installed: hostile pages were not tried in it.`,
    }, () => {
      const ends: (() => Promise<void>)[] = [];
      let scene: HostileScene;
      let seq: number;
      let secret: string | undefined;
      const counts = { attempts: 0, changes: 0, bytes: 0, refusals: 0 };

      before(async () => {
        const browser: Browser | undefined = await open?.();
        if (!browser) return;
        ends.push(() => browser.close());
        scene = await HostileScene.open(browser, guarded, (end) => ends.push(end));
        secret = (await scene.visitor.cookies())[0]?.value;
        seq = await scene.seq();
      });
      after(async () => {
        for (const end of ends.reverse()) await end();
      });

      /** What a page read that is more than being told to go away. */
      function telling(attempts: readonly Attempt[]): Attempt[] {
        const hostname = new URL(scene.home).hostname;
        return attempts.filter(({ read }) => {
          const isRefusal = read.includes(NOT_THIS_NAME);
          if (isRefusal) counts.refusals++;
          const isOurs = [CHUNK, ...Object.values(QUESTIONS), scene.house.project, guarded && hostname].some(
            (each) => each && read.includes(each),
          );
          return isOurs || (read !== '' && !isRefusal);
        });
      }

      for (const stage of STAGES)
        test(`${stage.name}: changes nothing, reads nothing`, async () => {
          const before = await scene.refused();
          const attempts = await scene.attempts(stage);
          const refused = (await scene.refused()) - before;
          const read = telling(attempts);
          const now = await scene.seq();
          counts.attempts += attempts.length;
          counts.bytes += read.reduce((sum, each) => sum + each.read.length, 0);
          counts.changes += now - seq;
          const change = now - seq;
          seq = now;
          assert.deepEqual(read, []);
          assert.equal(change, 0);
          assert.ok(attempts.length > 250, `${attempts.length} attempts`);
          // Some are stopped by the browser itself.
          assert.ok(refused > attempts.length * 0.8, `${refused} of ${attempts.length} arrived`);
        });

      test('no other port was sent what signs in, save under our very name', () => {
        assert.equal(secret !== undefined, guarded);
        const { site, far, house } = scene;
        const own = `\n${new URL(scene.neighbour).host}\n`;
        const received = [...site.received, ...far.received];
        assert.ok(received.length >= STAGES.length - 1, `${received.length} requests`);
        const credentials = received.filter((each) => secret !== undefined && each.includes(secret));
        const elsewhere = credentials.filter((each) => !each.includes(own));
        assert.deepEqual(elsewhere, []);
        // The limit of cookies: whoever learns the name and has a port of this machine is sent them.
        assert.equal(credentials.length > 0, guarded);
        const { attempts, changes, bytes, refusals } = counts;
        console.log(
          `hostile pages: ${name}, ${where}: ${attempts} attempts, ${changes} changes, ${bytes} bytes read (${refusals} times only that this is no name of ours), ${elsewhere.length} credentials seen in ${received.length} requests at other ports (${credentials.length} under our own name, where no other program is asked for)`,
        );
        assert.equal(house.daemonOutput.includes('Something went wrong'), false);
      });

      test('the same from our own page changes something each time: it was not for nothing', async () => {
        const { page } = scene.visitor;
        assert.equal(await scene.visitor.status(scene.home), 200, 'still signed in');
        for (const { name: what, path, form, json } of PAYLOADS) {
          if (!guarded && what === 'sign out') continue;
          const type = json === null || !path.startsWith('/trpc') ? FORM : 'application/json';
          const body = type === FORM ? new URLSearchParams(form).toString() : String(json);
          const before = await scene.seq();
          const status = await page.evaluate(send, path, type, body);
          assert.ok((await scene.seq()) > before, `${what}: ${status}`);
        }
      });
    });
  }
}

const FORM = 'application/x-www-form-urlencoded';

/** In the page. */
const send = async (path: string, type: string, body: string): Promise<string> => {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': type }, body });
  return `${answer.status} ${(await answer.text()).slice(0, 500)}`;
};
