/** The door as strangers meet it, over real sockets; the gate itself is tried in `test/door`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';
import { raw, send } from './http-client.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
before(() => house.start('--port', '0', '--max-agents', '0'));
after(() => house.close());

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

test('where nobody signs in, everyone on the machine reads', async () => {
  assert.equal((await callers.anyone({ path: '/' })).status, 200);
  assert.equal((await callers.anyone({ path: '/trpc/status' })).status, 200);
});

test('without our origin or the token, nothing that changes something gets as far as a procedure', async () => {
  const seq = await callers.seq();
  const units = [{ chunk: 'smuggled', external: true }];
  for (const path of ['/trpc/units.add', '/trpc/units.add?batch=1', '/work-units/smuggled/close'])
    for (const headers of [{}, { origin: 'http://evil.example' }, { origin: 'null' }]) {
      const answer = await callers.anyone({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ units }),
      });
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
    }
  assert.equal(await callers.seq(), seq);
});

test('a viewer who asks by GET for a change is refused, and nothing changes', async () => {
  const seq = await callers.seq();
  const input = encodeURIComponent(JSON.stringify({ units: [{ chunk: 'smuggled', external: true }] }));
  const batch = encodeURIComponent(JSON.stringify({ 0: { units: [{ chunk: 'smuggled', external: true }] } }));
  for (const path of [`/trpc/units.add?input=${input}`, `/trpc/units.add?batch=1&input=${batch}`]) {
    const { status } = await callers.anyone({ path });
    assert.ok(status === 403 || status === 405, `${status}`);
  }
  for (const method of ['GET', 'HEAD', 'OPTIONS'])
    assert.notEqual((await callers.anyone({ method, path: '/work-units/smuggled/close' })).status, 303);
  assert.equal(await callers.seq(), seq);
});

test('a method that hides in another is not found out to be one', async () => {
  const seq = await callers.seq();
  const input = encodeURIComponent(JSON.stringify({ units: [{ chunk: 'smuggled', external: true }] }));
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])
    await callers.anyone({ path: `/trpc/units.add?input=${input}`, headers: { [name]: 'POST' } });
  assert.equal(await callers.seq(), seq);
});

test('no answer invites another origin', async () => {
  const asked = [
    { path: '/' },
    { path: '/trpc/status' },
    { method: 'OPTIONS', path: '/trpc/units.add' },
    { method: 'OPTIONS', path: '/work-units/a/close' },
  ];
  for (const each of asked) {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const answer = await callers.anyone({ ...each, headers });
    const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control'));
    assert.deepEqual(cors, [], each.path);
  }
});

test('an upgrade elsewhere than at /trpc is refused, with what every answer carries', async () => {
  const own = `127.0.0.1:${callers.port}`;
  const head = `GET / HTTP/1.1\r\nHost: ${own}\r\nOrigin: http://${own}\r\n${UPGRADE}\r\n`;
  const { status, text } = await raw({ host: '127.0.0.1', port: callers.port }, head);
  assert.equal(status, 404);
  assert.match(text, /Content-Security-Policy: default-src 'none'/);
  assert.match(text, /X-Content-Type-Options: nosniff/);
});

test('both loopback addresses listen on the same port, and no other address does', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const headers = { host: `localhost:${callers.port}` };
    assert.equal((await send({ host, port: callers.port, path: '/', headers })).status, 200, host);
  }
  assert.equal((await send({ host: '127.0.0.2', port: callers.port, path: '/' })).status, 0);
});

test('what is no HTTP at all is refused with what every answer carries', async () => {
  for (const bytes of [
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nHost : x\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const { status, text } = await raw({ host: '127.0.0.1', port: callers.port }, bytes);
    assert.ok(status === 400 || status === 431, `${status}`);
    assert.match(text, /Content-Security-Policy: default-src 'none'/);
    assert.match(text, /Connection: close/);
  }
});
