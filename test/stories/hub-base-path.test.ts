/** The hub under a path of a shared host: every address leads there, answers arrive, and nothing is at any other. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../server/daemon/listen.ts';
import { answerForms, HubFixture } from '../hub-fixture.ts';
import { until } from '../until.ts';
import { followAll } from './addresses-on-pages.ts';
import { BASE } from './base-path-house.ts';
import { atTerminal } from './visitor.ts';

describe('a hub under a base path', () => {
  const scene = new HubFixture('api', 'web');
  const [api] = scene.houses;
  assert.ok(api);
  let origin = '';
  let cookie = '';
  const ask = (path: string) => scene.send({ path, headers: { cookie } });

  before(async () => {
    for (const house of scene.houses) await house.start('--port', '0', '--undo-seconds', '0');
    const port = String(await freePort());
    origin = `http://127.0.0.1:${port}`;
    const path = ['--base-path', BASE, '--trust-whole-origin'];
    await scene.open('--port', port, '--public-origin', origin, ...path);
    await api.ok('add', 'docs', '--external');
    const questions = [{ prompt: 'Which port?' }];
    await atTerminal(api, 'items.ask', { key: 'port', chunk: 'docs', run: null, questions });
  });
  after(() => scene.close());

  test('the link that signs in says it, and the cookie is for it alone', async () => {
    const { url } = await api.json<{ url: string }>('hub', 'open');
    assert.ok(url.startsWith(`${origin}${BASE}/sign-in/`), url);
    const { status, headers } = await scene.send({ path: new URL(url).pathname });
    const set = String(headers['set-cookie']);
    assert.equal(status, 303);
    assert.match(set, /; Path=\/signalbox;/);
    cookie = set.split(';')[0] ?? '';
    assert.equal((await ask(`${BASE}/`)).status, 200);
  });

  test('every address on every page is under it, and leads somewhere', async () => {
    await until('the card', async () => answerForms((await ask(`${BASE}/`)).body).length === 1);
    const nowhere = `${BASE}/no-page`;
    const first = [`${BASE}/`, `${BASE}/sign-in`, nowhere];
    const { seen, forms, wrong } = await followAll(ask, BASE, first, (path) => path === nowhere);
    assert.deepEqual(wrong, []);
    assert.ok(seen.size > 8 && forms.size > 2, `${[...seen].join(' ')}\n${[...forms].join(' ')}`);
  });

  test('an answer by a form arrives, and leads back there; elsewhere is nothing', async () => {
    const [form] = answerForms((await ask(`${BASE}/`)).body);
    assert.ok(form);
    const body = new URLSearchParams({ ...form.fields, text: 'port 8080' }).toString();
    const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = (path: string) =>
      scene.send({ method: 'POST', path, headers: { ...headers, referer: `${origin}${BASE}/` }, body });
    assert.equal((await answer(form.action.slice(BASE.length))).status, 404);
    const { status, headers: said } = await answer(form.action);
    assert.deepEqual([status, said.location], [303, `${BASE}/`]);
    assert.deepEqual(await api.json<unknown[]>('attention'), []);
    for (const path of ['/', '/status', '/trpc/board.now', '/sign-in'])
      assert.equal((await ask(path)).status, 404, path);
  });
});
