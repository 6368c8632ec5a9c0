/** Who may come in, with what, and for how long: tokens, roles, origins and limits, on a daemon where people sign in. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { freePort } from '../../server/daemon/listen.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make({}, { guarded: true });
const callers = new Callers(house);
const sockets: WebSocket[] = [];
before(async () => {
  await house.start('--port', '0', '--max-agents', '0');
  await callers.must('units.add', {
    units: [
      { chunk: 'elsewhere', external: true },
      { chunk: 'other', external: true },
    ],
  });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
after(() => house.close());

/** A token, as the terminal makes it. */
async function tokenFor(...flags: string[]): Promise<{ id: string; token: string }> {
  return house.json<{ id: string; token: string }>('token', 'add', ...flags);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });

const asked = (token: string, procedure: string, input: unknown = {}) =>
  callers.anyone({
    path: `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`,
    headers: bearer(token),
  });
const told = (token: string, procedure: string, input: unknown) =>
  callers.anyone({
    method: 'POST',
    path: `/trpc/${procedure}`,
    headers: bearer(token),
    body: JSON.stringify(input),
  });

interface Heard {
  readonly socket: WebSocket;
  readonly messages: string[];
  /** The code with which it was closed; null while it is open. */
  code(): number | null;
}

function open(path: string, headers: Record<string, string>): Heard {
  const socket = new WebSocket(`ws://127.0.0.1:${callers.port}${path}`, { headers });
  sockets.push(socket);
  const messages: string[] = [];
  let closed: number | null = null;
  socket.on('message', (data) => messages.push(String(data)));
  socket.on('close', (code) => {
    closed = code;
  });
  socket.on('error', () => {});
  return { socket, messages, code: () => closed };
}

const isOpen = ({ socket }: Heard) => until('a socket', () => socket.readyState === WebSocket.OPEN);
const isClosed = (heard: Heard) => until('a socket to be closed', () => heard.code() !== null);

test('a token is shown once and kept by its hash alone', async () => {
  const { id, token } = await tokenFor('--name', 'once');
  assert.match(token, /^[A-Za-z0-9_-]{43}$/);
  for (const words of [['token', 'list'], ['audit'], ['history']]) {
    const { stdout } = await house.signalbox(...words);
    assert.ok(stdout.includes(id) || words[0] !== 'token');
    assert.ok(!stdout.includes(token), words.join(' '));
  }
  assert.ok(!readFileSync(house.paths.database).includes(token));
  assert.equal((await asked(token, 'status')).status, 200);
});

test('a token that is revoked counts no more, and what is open by it ends at once', async () => {
  const { id, token } = await tokenFor('--role', 'viewer');
  const heard = open('/trpc', bearer(token));
  await isOpen(heard);
  const revokedAt = performance.now();
  assert.equal((await house.signalbox('token', 'revoke', id)).code, 0);
  await isClosed(heard);
  assert.equal(heard.code(), 4401);
  assert.ok(performance.now() - revokedAt < 5000, 'the terminal and a second');
  assert.equal((await asked(token, 'status')).status, 401);
  assert.equal((await house.signalbox('token', 'revoke', id)).code, 1);
});

test('a viewer reads everything and changes nothing', async () => {
  const { token } = await tokenFor('--role', 'viewer');
  assert.equal((await asked(token, 'board.now')).status, 200);
  const seq = await callers.seq();
  for (const [procedure, input] of [
    ['units.hold', { chunk: 'other' }],
    ['items.ask', { key: 'k', chunk: 'other', run: null, questions: [{ prompt: '?' }] }],
    ['access.add', { role: 'operator' }],
    ['daemon.stop', {}],
  ] as const)
    assert.equal((await told(token, procedure, input)).status, 403, procedure);
  assert.equal((await asked(token, 'access.list')).status, 403);
  assert.equal(await callers.seq(), seq);
});

test('an operator by HTTP does not hand out access: that is for the terminal', async () => {
  const { token } = await tokenFor();
  assert.equal((await told(token, 'units.hold', { chunk: 'other' })).status, 200);
  for (const [procedure, input] of [
    ['access.add', { role: 'operator' }],
    ['access.link', { to: '/' }],
    ['daemon.stop', {}],
  ] as const)
    assert.equal((await told(token, procedure, input)).status, 403, procedure);
});

test('an agent elsewhere speaks for its own unit alone', async () => {
  const { token } = await tokenFor('--role', 'agent', '--chunk', 'elsewhere');
  const ask = (chunk: string) =>
    told(token, 'items.ask', { key: `k-${chunk}`, chunk, run: null, questions: [{ prompt: 'Which?' }] });
  assert.equal((await told(token, 'units.report', { chunk: 'elsewhere', what: 'started' })).status, 200);
  assert.equal((await told(token, 'units.report', { chunk: 'other', what: 'started' })).status, 403);
  assert.equal((await ask('elsewhere')).status, 200);
  assert.equal((await ask('other')).status, 403);
  assert.equal((await asked(token, 'unit', { chunk: 'elsewhere' })).status, 200);
  assert.equal((await asked(token, 'unit', { chunk: 'other' })).status, 403);
  assert.equal((await asked(token, 'board.now')).status, 403, 'the whole board');
  assert.equal((await told(token, 'items.answer', { chunk: 'elsewhere', text: 'this' })).status, 403);
  for (const path of ['/', '/attention', '/work-units', '/history', '/work-units/elsewhere/runs/1/output'])
    assert.equal((await callers.anyone({ path, headers: bearer(token) })).status, 403, path);
});

test('an agent needs an external unit, an embed a listed page, nobody else either', async () => {
  const refused = async (message: RegExp, ...flags: string[]) => {
    const { code, stdout, stderr } = await house.signalbox('token', 'add', ...flags);
    assert.equal(code, 1, flags.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, message);
  };
  await refused(/--chunk NAME/, '--role', 'agent');
  await refused(/no unit nobody/, '--role', 'agent', '--chunk', 'nobody');
  await refused(/--origin URL/, '--role', 'embed');
  await refused(/not listed/, '--role', 'embed', '--origin', 'https://not.listed.example');
  await refused(/role embed/, '--role', 'viewer', '--origin', 'https://not.listed.example');
  await refused(/Only an embed/, '--may-answer');
  await refused(/role/, '--role', 'king');
});

const PAGE = 'https://wiki.example';
const HELLO = (token: string) => JSON.stringify({ method: 'connectionParams', data: { token } });
const QUERY = JSON.stringify({
  id: 1,
  jsonrpc: '2.0',
  method: 'query',
  params: { path: 'access.me', input: {} },
});

test('the socket of embeds: a listed page, and first of all its token', async () => {
  assert.equal((await house.signalbox('origin', 'add', PAGE)).code, 0);
  const { token } = await tokenFor('--role', 'embed', '--origin', PAGE, '--may-answer');
  const other = await tokenFor('--role', 'viewer');
  const good = open('/embed?connectionParams=1', { origin: PAGE });
  await isOpen(good);
  good.socket.send(HELLO(token));
  good.socket.send(QUERY);
  await until('an answer', () => good.messages.some((text) => text.includes('"may_answer":true')));
  for (const first of [
    HELLO(other.token),
    HELLO('A'.repeat(43)),
    HELLO(''),
    QUERY,
    'x'.repeat(5000),
    '[]',
    '\0',
  ]) {
    const bad = open('/embed?connectionParams=1', { origin: PAGE });
    await isOpen(bad);
    bad.socket.send(first);
    bad.socket.send(QUERY);
    await isClosed(bad);
    assert.equal(bad.code(), 4401, first.slice(0, 60));
    assert.deepEqual(bad.messages, []);
  }
  const foreign = open('/embed?connectionParams=1', { origin: 'https://other.example' });
  await isClosed(foreign);
  assert.equal(foreign.code(), 1006, 'never opened');
});

test('a page that is listed no more is cut off, and cannot come again', async () => {
  assert.equal((await house.signalbox('origin', 'add', PAGE)).code, 0);
  const { token } = await tokenFor('--role', 'embed', '--origin', PAGE);
  const here = open('/embed?connectionParams=1', { origin: PAGE });
  await isOpen(here);
  here.socket.send(HELLO(token));
  here.socket.send(QUERY);
  await until('an answer', () => here.messages.some((text) => text.includes('"role":"embed"')));
  assert.equal((await house.signalbox('origin', 'remove', PAGE)).code, 0);
  await isClosed(here);
  assert.equal(here.code(), 4401);
  const gone = open('/embed?connectionParams=1', { origin: PAGE });
  await isClosed(gone);
  assert.equal(gone.code(), 1006);
});

test('an origin is a scheme, a host and a port, or refused with what would be right', async () => {
  for (const url of [
    'wiki.example',
    'https://wiki.example/path',
    'ftp://wiki.example',
    'https://a:b@wiki.example',
    '*',
  ]) {
    const { code, stderr } = await house.signalbox('origin', 'add', url);
    assert.equal(code, 64, url);
    assert.match(stderr, /An origin is a scheme, a host and a port/);
  }
});

test('where nobody signs in, a listed page looks without a token, and goes on looking', async () => {
  const bare = await DaemonFixture.open('--max-agents', '0');
  try {
    await bare.signalbox('origin', 'add', PAGE);
    const socket = new WebSocket(`${bare.address.replace('http', 'ws')}embed?connectionParams=1`, {
      origin: PAGE,
    });
    sockets.push(socket);
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    await until('a socket', () => socket.readyState === WebSocket.OPEN);
    socket.send(HELLO(''));
    await bare.signalbox('add', 'one', '--external');
    socket.send(QUERY);
    await until('an answer', () => messages.some((text) => text.includes('"may_answer":false')));
    await bare.signalbox('hold', 'one');
    socket.send(QUERY);
    await until('another', () => messages.filter((text) => text.includes('"may_answer":false')).length === 2);
  } finally {
    await bare.close();
  }
});

test('one connection follows so many streams, says so much, and no more', async () => {
  const { token } = await tokenFor('--role', 'viewer');
  const heard = open('/trpc', bearer(token));
  await isOpen(heard);
  const follow = (id: number) =>
    JSON.stringify({
      id,
      jsonrpc: '2.0',
      method: 'subscription',
      params: { path: 'board.follow', input: {} },
    });
  for (let id = 1; id <= 33; id++) heard.socket.send(follow(id));
  await until('the last to be refused', () =>
    heard.messages.some((text) => text.includes('at most 32 streams')),
  );
  for (let more = 0; more < 30; more++) heard.socket.send(QUERY);
  await isClosed(heard);
  assert.equal(heard.code(), 1008);
});

test('a token that is guessed is counted and answered slowly; a good one is not', async () => {
  const { token } = await tokenFor('--role', 'viewer');
  const began = performance.now();
  assert.equal((await asked('B'.repeat(43), 'status')).status, 401);
  assert.ok(performance.now() - began >= 950);
  const knocked = performance.now();
  const socket = open('/trpc', bearer('D'.repeat(43)));
  await isClosed(socket);
  assert.ok(performance.now() - knocked >= 950, 'a socket is no way around it');
  const many = Array.from({ length: 30 }, () => asked('C'.repeat(43), 'status'));
  assert.equal((await asked(token, 'status')).status, 200, 'never a lock-out');
  const statuses = (await Promise.all(many)).map(({ status }) => status);
  assert.ok(statuses.includes(401) && statuses.some((status) => status === 503), String(statuses));
  const { refused } = await house.json<{ refused: { what: string; times: number }[] }>('audit');
  const guesses = refused.find(({ what }) => what === 'A token that is not known.');
  assert.ok((guesses?.times ?? 0) >= 32, JSON.stringify(refused));
});

test('under --read-only operators change nothing by any door; asking and ending go on', async () => {
  const still = DaemonFixture.make({}, { guarded: true });
  try {
    await still.start('--port', '0');
    await still.add('runs', 'until [ -e stop ]; do sleep 0.05; done; exit 0');
    await still.untilStatus('runs', 'RUNNING');
    await still.signalbox('add', 'later', '--command', 'true', '--after', 'runs');
    await still.end('SIGTERM');
    await still.start('--read-only');
    const { code, stderr } = await still.signalbox('hold', 'runs');
    assert.equal(code, 1);
    assert.match(stderr, /--read-only/);
    const asking = still.run('ask', 'Still there?', '--chunk', 'later', '--timeout', '1');
    assert.equal((await asking.finished).code, 75);
    execFileSync('touch', [join(still.project, 'stop')]);
    await still.untilStatus('runs', 'DONE');
    assert.equal((await still.json<{ runs: unknown[] }>('show', 'later')).runs.length, 0);
    assert.equal((await still.signalbox('stop')).code, 0);
  } finally {
    await still.close();
  }
});

test('behind a proxy people sign in under its address, and the cookie is for TLS alone', async () => {
  const behind = DaemonFixture.make({}, { guarded: true });
  try {
    await behind.start('--port', '0', '--public-origin', 'https://sb.example');
    const through = new Callers(behind);
    const { stdout } = await behind.signalbox('open');
    const [, path = ''] = /^https:\/\/sb\.example(\/sign-in\/[\w-]+)\n$/.exec(stdout) ?? [];
    const host = 'sb.example';
    const answer = await through.anyone({ path, headers: { host } });
    assert.equal(answer.status, 303);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    assert.match(cookie, /; HttpOnly; SameSite=Strict; .*; Secure$/);
    const signedIn = { host, cookie: cookie.split(';')[0] };
    assert.equal((await through.anyone({ path: '/', headers: signedIn })).status, 200);
    const local = { host: `127.0.0.1:${through.port}`, cookie: signedIn.cookie };
    assert.equal((await through.anyone({ path: '/', headers: local })).status, 401, 'only there');
    const settings = { undo_seconds: '7' };
    const post = (origin: string) => through.form('/config', settings, { ...signedIn, origin });
    assert.equal((await post('https://sb.example')).status, 303);
    assert.equal((await post('http://sb.example')).status, 403);
    assert.equal((await post(`http://127.0.0.1:${through.port}`)).status, 403);
  } finally {
    await behind.close();
  }
});

test('beyond loopback only with TLS and by name, and never without signing in', async () => {
  const bare = DaemonFixture.make({}, { guarded: true });
  try {
    const tls = ['--tls-cert', 'cert.pem', '--tls-key', 'key.pem'];
    for (const [code, ...flags] of [
      [78, '--listen', '0.0.0.0'],
      [78, '--listen', '0.0.0.0', '--name', 'box.example'],
      [78, '--listen', '0.0.0.0', ...tls],
      [78, '--listen', '0.0.0.0', ...tls, '--name', 'box.example', '--no-auth'],
      [78, '--public-origin', 'https://box.example', '--no-auth'],
      [78, '--listen', '0.0.0.0', ...tls, '--name', 'box.example'],
      [64, '--listen', '127.0.0.1', ...tls, '--name', 'box.example'],
      [64, '--name', 'box.example'],
    ] as const) {
      const finished = await bare.signalbox('start', '--foreground', '--port', '0', ...flags);
      assert.equal(finished.code, code, `${flags.join(' ')}: ${finished.stderr}`);
    }
  } finally {
    await bare.close();
  }
});

const openssl = spawnSync('openssl', ['version']).status === 0;
test('with them it listens there, too, and takes a token', {
  skip: !openssl && 'there is no openssl',
}, async () => {
  const far = DaemonFixture.make({}, { guarded: true });
  try {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(far.project, name)) as [string, string];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '1',
        '-subj',
        '/CN=box.example',
      ],
      { stdio: 'ignore' },
    );
    const port = String(await freePort());
    await far.start(
      '--port',
      port,
      '--listen',
      '::ffff:127.0.0.3',
      '--tls-cert',
      cert,
      '--tls-key',
      key,
      '--name',
      'box.example',
    );
    const { token } = await far.json<{ token: string }>('token', 'add', '--role', 'viewer');
    const statusAs = (host: string, headers = {}) =>
      new Promise<number>((resolve, reject) => {
        const call = tlsRequest(
          {
            host: '127.0.0.3',
            port,
            path: '/status',
            rejectUnauthorized: false,
            headers: { host, ...headers },
          },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        );
        call.on('error', reject);
        call.end();
      });
    assert.equal(await statusAs(`box.example:${port}`), 401);
    assert.equal(await statusAs(`box.example:${port}`, bearer(token)), 200);
    assert.equal(await statusAs(`127.0.0.3:${port}`, bearer(token)), 421);
  } finally {
    await far.close();
  }
});
