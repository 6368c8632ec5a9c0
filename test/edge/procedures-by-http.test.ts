/** Procedures over HTTP, without the client that usually calls them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';
import { send } from './http-client.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
before(async () => {
  await house.start('--port', '0', '--max-agents', '0');
  await callers.must('units.add', { units: [{ chunk: 'one', command: 'true' }] });
});
after(() => house.close());

const unit = (chunk: string) => ({ units: [{ chunk, external: true }] });
const exists = async (chunk: string) =>
  (await callers.read<{ rows: { chunk?: string }[] }>('board.now')).rows.some((row) => row.chunk === chunk);

interface Failure {
  readonly error: { readonly message: string; readonly data: Record<string, unknown> };
}
const failureIn = (body: string) => (JSON.parse(body) as Failure).error;

test('over the Unix socket the terminal is the operator', async () => {
  assert.equal((await callers.terminal('units.add', unit('by-socket'))).status, 200);
  assert.ok(await exists('by-socket'));
});

test('over TCP the token is the operator, and our own page is', async () => {
  assert.equal((await callers.script('/trpc/units.add', unit('by-token'))).status, 200);
  const headers = { 'content-type': 'application/json', origin: callers.origin };
  const body = JSON.stringify(unit('by-page'));
  const answer = await callers.anyone({ method: 'POST', path: '/trpc/units.add', headers, body });
  assert.equal(answer.status, 200);
  assert.ok((await exists('by-token')) && (await exists('by-page')));
});

test('an address that leads out of the procedures calls none', async () => {
  for (const path of [
    '/trpc/../settings',
    '/trpc/./status',
    '/trpc/%2e%2e/status',
    '/trpc/..%2Fstatus',
    '/trpc/a/../status',
  ]) {
    const answer = await callers.anyone({ path });
    assert.equal(answer.status, 404, path);
    const { message, data } = failureIn(answer.body);
    assert.match(message, /^No(?: procedure has a name like this|thing| procedure found)/, path);
    assert.doesNotMatch(message, /"ngs"|"ings"/, path);
    assert.equal(data.code, 'NOT_FOUND', path);
  }
});

test('a form, multipart or not, is no call, by any door', async () => {
  const json = JSON.stringify(unit('smuggled'));
  const multipart = `--x\r\nContent-Disposition: form-data; name="units"\r\n\r\n[]\r\n--x--\r\n`;
  const sent = [
    ['multipart/form-data; boundary=x', multipart],
    ['application/x-www-form-urlencoded', 'units=1'],
    ['application/x-www-form-urlencoded', json],
    ['text/plain', json],
    ['application/octet-stream', json],
  ] as const;
  for (const [type, body] of sent)
    for (const path of ['/trpc/units.add', '/trpc/units.add?batch=1']) {
      const call = { method: 'POST', path, body };
      const own = { 'content-type': type, origin: callers.origin };
      assert.equal((await callers.anyone({ ...call, headers: own })).status, 415, `TCP, ${type}`);
      const headers = { 'content-type': type };
      assert.equal((await send({ ...callers.socket, ...call, headers })).status, 415, `socket, ${type}`);
    }
  assert.ok(!(await exists('smuggled')));
});

const batchOf = (count: number) =>
  `/trpc/${Array(count).fill('status').join(',')}?batch=1&input=${encodeURIComponent('{}')}`;

test('20 calls in one request are made, 21 are not', async () => {
  const most = await callers.anyone({ path: batchOf(20) });
  assert.equal(most.status, 200);
  assert.equal((JSON.parse(most.body) as unknown[]).length, 20);
  for (const count of [21, 500]) {
    const many = await callers.anyone({ path: batchOf(count) });
    assert.equal(many.status, 400, `${count}`);
    assert.doesNotMatch(many.body, /"result"/);
  }
});

test('21 changes in one request: none is made', async () => {
  const names = Array.from({ length: 21 }, (_, nth) => `batch-${nth}`);
  const input = Object.fromEntries(names.map((name, nth) => [nth, unit(name)]));
  const path = `/trpc/${names.map(() => 'units.add').join(',')}?batch=1`;
  const { status } = await callers.script(path, input);
  assert.equal(status, 400);
  assert.ok(!(await exists('batch-0')));
});

test('a refusal travels whole, and without the place in the code where it was made', async () => {
  const refused = await callers.script('/trpc/units.close', { chunk: 'unknown' });
  assert.equal(refused.status, 404);
  const { message, data } = failureIn(refused.body);
  assert.equal(message, 'There is no unit called unknown.');
  assert.deepEqual(data, {
    code: 'NOT_FOUND',
    httpStatus: 404,
    path: 'units.close',
    refusal: { kind: 'not-found', status: 404, message, field: null, items: [], code: 'not-found' },
  });
});

test('a mistake in an input is a sentence that names the field', async () => {
  const refused = await callers.script('/trpc/units.close', { chunk: 'UPPER' });
  assert.equal(refused.status, 422);
  const { message, data } = failureIn(refused.body);
  assert.match(message, /^chunk: A chunk is a lower-case letter/);
  assert.equal((data.refusal as { field: string }).field, 'chunk');
});

test('no error says where in our code it happened', async () => {
  const calls = [
    callers.script('/trpc/units.close', { chunk: 'one', extra: 1 }),
    callers.script('/trpc/units.close', null),
    callers.script('/trpc/units.close', [1]),
    callers.script('/trpc/no.such.thing', {}),
    callers.script('/trpc/', {}),
    callers.script('/trpc', {}),
    callers.script('/trpc/__proto__', {}),
    callers.script('/trpc/constructor.name', {}),
    callers.anyone({ path: '/trpc/unit?input=%7B' }),
    callers.anyone({ path: '/trpc/unit?input=%ff' }),
    callers.anyone({ path: '/trpc/units.close' }),
    callers.anyone({ path: '/trpc/unit?batch=1&input=7' }),
    callers.anyone({ path: '/trpc/board.now?input=%7B%22status%22%3A%5B%22x%22%5D%7D' }),
  ];
  for (const { status, body, headers } of await Promise.all(calls)) {
    assert.ok(status >= 400 && status < 500, `${status} ${body}`);
    assert.doesNotMatch(body, /stack|node_modules|\.js:\d|\.ts:\d|\bat [A-Za-z.]+ \(/);
    assert.equal(headers['cache-control'], 'no-store');
  }
});

test('a stream by HTTP is not kept by anybody on the way, either', async () => {
  const answer = await callers.anyone({ path: '/trpc/transcript?input=%7B%22chunk%22%3A%22none%22%7D' });
  assert.match(answer.body, /There is no unit called none/);
  assert.doesNotMatch(answer.body, /stack|\.js:\d/);
  assert.equal(answer.headers['cache-control'], 'no-store');
});

test('broken JSON is the fault of the caller', async () => {
  const headers = { authorization: `Bearer ${callers.token}`, 'content-type': 'application/json' };
  for (const body of ['{', 'nonsense', '{"a":1}}']) {
    const answer = await callers.anyone({ method: 'POST', path: '/trpc/units.close', headers, body });
    assert.equal(answer.status, 400, answer.body);
    assert.doesNotMatch(answer.body, /stack|\.js:\d/);
  }
});

test('only the terminal stops the daemon', async () => {
  assert.equal((await callers.script('/trpc/daemon.stop', {})).status, 403);
  const headers = { 'content-type': 'application/json', origin: callers.origin };
  const page = await callers.anyone({ method: 'POST', path: '/trpc/daemon.stop', headers, body: '{}' });
  assert.equal(page.status, 403);
  assert.equal((await callers.anyone({ path: '/trpc/status' })).status, 200);
});

// The same door as a WebSocket

function openSocket(headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${callers.port}/trpc`, { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.on('close', resolve));
}

test('a WebSocket of our own page may change things', async () => {
  const socket = await openSocket({ origin: callers.origin });
  const answered = new Promise<string>((resolve) => socket.on('message', (data) => resolve(String(data))));
  const params = { path: 'units.add', input: unit('by-websocket') };
  socket.send(JSON.stringify({ id: 1, method: 'mutation', params }));
  assert.match(await answered, /"result"/);
  assert.ok(await exists('by-websocket'));
  socket.close();
});

test('a message of more than 1 MiB ends the connection, and nothing else', async () => {
  const socket = await openSocket({ origin: callers.origin });
  socket.on('error', () => {});
  const end = closed(socket);
  socket.send('x'.repeat(1024 * 1024 + 1));
  assert.equal(await end, 1009);
  assert.equal((await callers.anyone({ path: '/' })).status, 200);
});

test('nonsense on a WebSocket harms nobody', async () => {
  const socket = await openSocket({ origin: callers.origin });
  const end = closed(socket);
  for (const message of ['', '{', 'null', '[]', '{"id":1}', '{"id":1,"method":"__proto__"}', '[[[[]]]]'])
    socket.send(message);
  const answered = new Promise<string>((resolve) =>
    socket.on('message', (data) => {
      if (String(data).includes('"id":77')) resolve(String(data));
    }),
  );
  socket.send(JSON.stringify({ id: 77, method: 'query', params: { path: 'status' } }));
  assert.doesNotMatch(await Promise.race([answered, end.then(() => '')]), /stack|\.js:\d/);
  socket.close();
  await end;
  assert.equal((await callers.anyone({ path: '/' })).status, 200);
});

test('a batch of more than 20 messages on a WebSocket is refused, too', async () => {
  const socket = await openSocket({ origin: callers.origin });
  const answers: string[] = [];
  socket.on('message', (data) => answers.push(String(data)));
  const call = (name: string, id: number) => ({
    id,
    method: 'mutation',
    params: { path: 'units.add', input: unit(name) },
  });
  const end = closed(socket);
  const refused = new Promise<void>((resolve) => socket.on('message', () => resolve()));
  socket.send(JSON.stringify(Array.from({ length: 21 }, (_, nth) => call(`ws-batch-${nth}`, nth))));
  await Promise.race([refused, end]);
  socket.close();
  await end;
  assert.ok(!(await exists('ws-batch-0')));
  assert.doesNotMatch(answers.join(), /"result"/);
});

test('after all this the daemon has logged nothing that went wrong by itself', () => {
  assert.deepEqual(
    house.daemonOutput.split('\n').filter((line) => /^\d{4}-.*:/.test(line)),
    [],
  );
});
