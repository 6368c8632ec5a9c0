/** The gate as strangers meet it: the same table, sent as bytes to a daemon on each of its listeners. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { House } from '../house.ts';
import { Callers } from './callers.ts';
import { CELLS, type Cell, type Expected, TOKEN } from './gate-cells.ts';
import { raw, send } from './http-client.ts';

const house = House.make();
const callers = new Callers(house);
before(() => house.start('--port', '0', '--max-agents', '0'));
after(() => house.close());

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

/** The head of a cell, as bytes, for the port and the token of this daemon. */
function bytesOf({ method = 'GET', target = '/', headers = [], hosts, upgrade = false }: Cell): string {
  const pairs = [...(hosts ?? ['127.0.0.1:7845']).flatMap((name) => ['Host', name]), ...headers];
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let at = 0; at < pairs.length; at += 2) head += `${pairs[at]}: ${pairs[at + 1]}\r\n`;
  head += upgrade ? UPGRADE : 'Connection: close\r\n';
  return `${head}\r\n`.replaceAll('7845', String(callers.port)).replaceAll(TOKEN, callers.token);
}

const REFUSALS = [400, 401, 403, 413, 415, 421];

/** Whether the gate let it in: then it was answered by what stands behind, which refuses with other pages. */
function check(cell: Cell, expected: Expected, { status, text }: { status: number; text: string }): void {
  if (typeof expected === 'number') {
    assert.equal(status, expected, text.slice(0, 300));
    return;
  }
  assert.ok(status > 0, 'no answer at all');
  if (cell.upgrade) assert.equal(status, 101, text.slice(0, 300));
  else assert.ok(!REFUSALS.includes(status) && !text.includes('Not let in'), text.slice(0, 300));
}

const sendable = CELLS.filter(({ onTheWire }) => onTheWire !== 'not sent');

for (const host of ['127.0.0.1', '::1'])
  test(`every cell of the table, over TCP to ${host}`, async (t) => {
    for (const cell of sendable)
      await t.test(cell.what, async () => {
        const answer = await raw({ host, port: callers.port }, bytesOf(cell));
        check(cell, (cell.onTheWire ?? cell.tcp) as Expected, answer);
      });
  });

test('every cell of the table, over the Unix socket', async (t) => {
  const beforeUs = (cell: Cell) => cell.onTheWire === 400;
  for (const cell of sendable)
    await t.test(cell.what, async () => {
      const answer = await raw(callers.socket, bytesOf(cell));
      check(cell, beforeUs(cell) ? 400 : cell.socket, answer);
    });
});

test('nobody signs in yet: everyone on the machine reads, as a viewer', async () => {
  assert.equal((await callers.anyone({ path: '/' })).status, 200);
  assert.equal((await callers.anyone({ path: '/trpc/status' })).status, 200);
});

test('without our origin or the token, nothing that changes something gets as far as a procedure', async () => {
  const seq = await callers.seq();
  const units = [{ chunk: 'smuggled', command: 'true' }];
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
  const input = encodeURIComponent(JSON.stringify({ units: [{ chunk: 'smuggled', command: 'true' }] }));
  const batch = encodeURIComponent(
    JSON.stringify({ 0: { units: [{ chunk: 'smuggled', command: 'true' }] } }),
  );
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
  const input = encodeURIComponent(JSON.stringify({ units: [{ chunk: 'smuggled', command: 'true' }] }));
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
  const head = bytesOf({
    what: '',
    target: '/',
    headers: ['Origin', 'http://127.0.0.1:7845'],
    upgrade: true,
    tcp: 403,
    socket: 403,
  });
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
