/** Under a path of a shared host: every address leads there, and nothing is at any other. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DOOR_FLAGS, doorOptions, parseFlags } from '../../server/daemon/options.ts';
import type { Problem } from '../../server/system/problem.ts';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { type Asking, send as sendTo } from '../edge/http-client.ts';
import { followAll } from './addresses-on-pages.ts';
import { BASE, baseHouse } from './base-path-house.ts';
import { linkOf } from './visitor.ts';

const FORM = 'application/x-www-form-urlencoded';

describe('under a base path', () => {
  let house: DaemonFixture;
  let origin = '';
  let cookie = '';

  before(async () => {
    house = await baseHouse();
    origin = new URL(house.address).origin;
  });
  after(() => house?.close());

  /** As a browser asks, with no header but these. */
  const send = (path: string, { headers = {}, ...asking }: Asking = {}) => {
    const { hostname, port, host } = new URL(origin);
    return sendTo({ host: hostname, port: Number(port), path, headers: { host, ...headers }, ...asking });
  };
  const ask = (path: string) => send(path, { headers: { cookie } });
  const post = (path: string, fields: Readonly<Record<string, string>>, referer = `${BASE}/`) =>
    send(path, {
      method: 'POST',
      headers: { cookie, 'content-type': FORM, origin, referer: origin + referer },
      body: new URLSearchParams(fields).toString(),
    });

  test('status, url and the link that signs in say it, and the cookie is for it alone', async () => {
    const status = await house.json<{ address: string; local_address: string }>('status');
    assert.deepEqual(
      [status.address, new URL(status.local_address).pathname],
      [`${origin}${BASE}/`, `${BASE}/`],
    );
    assert.equal((await house.ok('url', 'port')).trim(), `${origin}${BASE}/work-units/port`);
    const link = await linkOf(house, '/work-units/port');
    assert.match(link, new RegExp(`^${origin}${BASE}/sign-in/`));
    const { status: code, headers } = await send(new URL(link).pathname);
    const set = String(headers['set-cookie'] ?? '');
    assert.equal(code, 303);
    assert.match(set, /; Path=\/signalbox;/);
    cookie = set.split(';')[0] ?? '';
    assert.equal(headers.location, `${BASE}/sign-in?to=${encodeURIComponent('/work-units/port')}`);
    const next = (await ask(headers.location ?? '')).body;
    assert.match(next, /http-equiv="refresh" content="0;url=\/signalbox\/work-units\/port"/);
  });

  test('every address on every page is under it, and leads somewhere', async () => {
    const first = ['/', '/?q=nothing-of-this-kind', '/sign-in', '/no-page'].map((path) => BASE + path);
    const { seen, forms, wrong } = await followAll(ask, BASE, first, (path) => path === `${BASE}/no-page`);
    assert.deepEqual(wrong, []);
    assert.ok(seen.size > 25 && forms.size > 12, `${[...seen].join(' ')}\n${[...forms].join(' ')}`);
    for (const part of ['graph', 'new', 'settings', 'manifest.webmanifest', 'work-units/writer/diff'])
      assert.ok(seen.has(`${BASE}/${part}`), `no page leads to ${part}`);
  });

  test('a form leads back to the page that it stood on, also one that is refused', async () => {
    const held = await post(`${BASE}/work-units/later/hold`, { why: 'x' }, `${BASE}/work-units/later`);
    assert.deepEqual([held.status, held.headers.location], [303, `${BASE}/work-units/later`]);
    const filtered = await post(`${BASE}/work-units/later/release`, {}, `${BASE}/?status=blocked`);
    assert.deepEqual([filtered.status, filtered.headers.location], [303, `${BASE}/?status=blocked`]);
    const refused = await post(`${BASE}/new`, { chunk: 'No such name!' });
    assert.equal(refused.status, 422);
    assert.match(refused.body, /action="\/signalbox\/new"/);
    const plan = await post(`${BASE}/new/plan`, { plan: '{"units":[{"chunk":"planned","external":true}]}' });
    assert.deepEqual([plan.status, plan.headers.location], [303, `${BASE}/work-units/planned`]);
  });

  test('the manifest, the worker and the script for other pages say it', async () => {
    const manifest = JSON.parse((await ask(`${BASE}/manifest.webmanifest`)).body) as Record<string, unknown>;
    const { id, start_url, scope } = manifest;
    assert.deepEqual([id, start_url, scope], [`${BASE}/`, `${BASE}/`, `${BASE}/`]);
    assert.equal((await ask(`${BASE}/notification-worker.js`)).status, 200);
    assert.equal((await ask(`${BASE}/embed.js`)).status, 200);
    const { servers } = JSON.parse((await ask(`${BASE}/openapi.json`)).body) as {
      servers: { url: string }[];
    };
    const [server] = servers;
    assert.equal(new URL(server?.url ?? '', `${origin}${BASE}/openapi.json`).href, `${origin}${BASE}/`);
  });

  test('a procedure is there, by cookie and by token', async () => {
    const token = (await house.ok('token', 'add')).trim();
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await send(`${BASE}/trpc/status`, { headers })).status, 200);
    assert.equal((await ask(`${BASE}/trpc/status`)).status, 200);
  });

  test('elsewhere on the host is nothing of ours, whoever asks, and no token is looked at', async () => {
    const headers = { authorization: `Bearer ${'A'.repeat(43)}` };
    for (const path of [
      '/',
      '/status',
      '/trpc/status',
      '/assets/x.js',
      '/embed.js',
      '/sign-in',
      `${BASE}x/`,
      `${BASE}x`,
    ]) {
      assert.equal((await ask(path)).status, 404, path);
      assert.equal((await send(path, { headers })).status, 404, `${path} with a token`);
      assert.equal((await send(path)).status, 404, `${path} for a stranger`);
    }
    assert.equal((await ask(BASE)).status, 200);
    assert.equal((await ask(`${BASE}//evil.example`)).status, 400);
    assert.equal((await send('/', { headers: { host: 'evil.example' } })).status, 421);
  });

  test('doctor says what it costs, and its attacks reach the daemon', async () => {
    const { stdout } = await house.signalbox('doctor', '--security', '--json');
    const findings = JSON.parse(stdout) as { what: string; status: string; message: string }[];
    const attacks = findings.filter(({ what }) => what === 'attack');
    assert.deepEqual(
      attacks.filter(({ status }) => status !== 'good').map(({ message }) => message),
      [],
    );
    assert.ok(attacks.length > 20);
    const said = findings.find(({ what }) => what === 'base path');
    assert.match(said?.message ?? '', /every other page there can answer in your name/);
  });
});

test('the flag is refused without the origin, and without the word that its whole origin is trusted', () => {
  const takenOf = (...flags: string[]): string | number => {
    try {
      return doorOptions(parseFlags(flags, DOOR_FLAGS)).basePath;
    } catch (error) {
      return (error as Problem).exitCode;
    }
  };
  const origin = ['--public-origin', 'https://example.com'];
  const trusted = ['--trust-whole-origin', '--base-path'];
  assert.equal(takenOf(...origin, ...trusted, '/tools/signalbox'), '/tools/signalbox');
  assert.equal(takenOf(...origin, '--base-path', BASE), 78);
  assert.equal(takenOf(...trusted, BASE), 64);
  assert.equal(takenOf(...origin, '--trust-whole-origin'), 64);
  for (const path of [
    'signalbox',
    '',
    '/',
    '/a/',
    '//evil.example',
    '/a/../b',
    '/a%2fb',
    '/a b',
    'https://x.example/a',
  ])
    assert.equal(takenOf(...origin, ...trusted, path), 64, path);
});
