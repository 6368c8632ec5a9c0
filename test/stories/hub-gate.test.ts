/** Who gets in at the hub: the gate of a daemon, over real sockets. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, raw, send } from '../edge/http-client.ts';
import { answerForms, HubFixture } from '../hub-fixture.ts';
import { atTerminal } from './visitor.ts';

const NAME = '<img src=x onerror=alert(1)>&amp;"';

describe('a guarded hub', () => {
  const scene = new HubFixture('plain', NAME);
  const [plain, odd] = scene.houses;
  assert.ok(plain && odd);
  let cookie = '';
  let host = '';
  /** The same request, signed in unless it brings something else. */
  const signedIn = (path: string, headers = {}) =>
    scene.send({ path, headers: { host, cookie, ...headers } });

  before(async () => {
    for (const house of scene.houses) await house.start('--port', '0');
    await scene.open();
    await odd.ok('add', 'docs', '--external');
    const questions = [{ prompt: `${NAME}?`, options: [{ id: 'a', label: NAME }] }];
    await atTerminal(odd, 'items.ask', { key: 'odd', chunk: 'docs', run: null, questions });
  });
  after(() => scene.close());

  test('who has not signed in is told how, and nothing else', async () => {
    for (const path of ['/', '/status', '/?project=x', '/projects/x/work-units/docs']) {
      const { status, body } = await scene.send({ path });
      assert.equal(status, 401, path);
      assert.ok(!body.includes('plain'), path);
    }
    const answer = await scene.send({ path: '/trpc/board.now' });
    assert.equal(answer.status, 401);
  });

  test('a link signs in once, under the host name of the hub alone', async () => {
    const out = await plain.json<{ address: string; url: string }>('hub', 'open');
    const { host: own, pathname } = new URL(out.url);
    host = own;
    assert.match(host, /^[a-z2-7]{10}\.localhost:\d+$/);
    assert.notEqual(
      host.split('.')[0],
      new URL((await atTerminal<{ address: string }>(plain, 'status')).address).host.split('.')[0],
    );
    const first = await scene.send({ path: pathname, headers: { host } });
    assert.equal(first.status, 303);
    cookie = String(first.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    assert.match(String(first.headers['set-cookie']?.[0]), /HttpOnly; SameSite=Strict/);
    assert.equal((await scene.send({ path: pathname, headers: { host } })).status, 401);
    assert.equal((await signedIn('/')).status, 200);
    // The cookie counts under that name alone.
    assert.equal((await scene.send({ path: '/', headers: { cookie } })).status, 401);
  });

  test('another host, another origin and no origin get nothing done', async () => {
    assert.equal((await signedIn('/', { host: 'evil.example' })).status, 421);
    const [form] = answerForms((await signedIn('/')).body);
    assert.ok(form);
    const body = new URLSearchParams({ ...form.fields, text: 'smuggled' }).toString();
    const own = `http://${host}`;
    const paths: readonly string[] = [form.action, '/trpc/items.answer', '/sign-out'];
    for (const origin of [
      'http://evil.example',
      'null',
      `${own}.evil.example`,
      new URL(scene.address).origin,
    ])
      for (const path of paths) {
        const { status }: Answer = await scene.send({
          method: 'POST',
          path,
          body,
          headers: { host, cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
        });
        assert.equal(status, 403, `${origin} ${path}`);
      }
    const { status } = await scene.send({
      method: 'POST',
      path: form.action,
      body,
      headers: { host, cookie },
    });
    assert.equal(status, 403);
    assert.equal((await odd.json<unknown[]>('attention')).length, 1);
  });

  test('a socket from another page is refused, and so is a browser on the Unix socket', async () => {
    const { port, hostname } = new URL(scene.address);
    const upgrade = (origin: string) =>
      raw(
        { host: hostname, port: Number(port) },
        `GET /trpc HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
      );
    assert.equal((await upgrade('http://evil.example')).status, 403);
    const { status } = await send({
      socketPath: scene.paths.socket,
      path: '/status',
      headers: { origin: 'null' },
    });
    assert.equal(status, 403);
  });

  test('names and questions are text, never markup', async () => {
    const { body } = await signedIn('/');
    assert.ok(
      body.includes('&lt;img src=x onerror=alert(1)>') || body.includes('&lt;img src=x onerror=alert(1)&gt;'),
    );
    const [, data = ''] =
      /<script type="application\/json" id="page-data" data-base="">(.*?)<\/script>/s.exec(body) ?? [];
    assert.ok(data.includes('onerror'), 'the data was not found');
    assert.ok(!data.includes('<'));
    assert.ok(!body.replace(data, '').includes('<img'));
  });

  test('who signs out is out', async () => {
    const { status } = await scene.send({
      method: 'POST',
      path: '/sign-out',
      body: '',
      headers: {
        host,
        cookie,
        origin: `http://${host}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    assert.equal(status, 303);
    assert.equal((await signedIn('/')).status, 401);
  });
});
