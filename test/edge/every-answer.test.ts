/** Whatever the server says, and whoever in it says it, carries what keeps a browser from making much of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { carryHeaders, HEADERS } from '../../server/web/headers.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { PROBLEM } from '../schemas/openapi.ts';
import { Callers } from './callers.ts';
import { raw, send } from './http-client.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
before(() => house.start('--port', '0', '--max-agents', '0'));
after(() => house.close());

const own = () => `127.0.0.1:${callers.port}`;
const ours = () => `Host: ${own()}\r\nOrigin: http://${own()}\r\n`;
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const KEY = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const V13 = 'Sec-WebSocket-Version: 13\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';

/** What is sent, and the statuses that fit. */
const SAID: Readonly<Record<string, readonly [said: () => string, ...statuses: number[]]>> = {
  'a handshake without a key': [() => `GET /trpc HTTP/1.1\r\n${ours()}${UPGRADE}${V13}\r\n`, 400],
  'a handshake with a broken key': [
    () => `GET /trpc HTTP/1.1\r\n${ours()}${UPGRADE}${V13}Sec-WebSocket-Key: x\r\n\r\n`,
    400,
  ],
  'a handshake of no version': [() => `GET /trpc HTTP/1.1\r\n${ours()}${UPGRADE}${KEY}\r\n`, 400],
  'a handshake of another version': [
    () => `GET /trpc HTTP/1.1\r\n${ours()}${UPGRADE}${KEY}Sec-WebSocket-Version: 7\r\n\r\n`,
    400,
  ],
  'a handshake with a broken protocol': [
    () => `GET /trpc HTTP/1.1\r\n${ours()}${UPGRADE}${KEY}${V13}Sec-WebSocket-Protocol: ,,\r\n\r\n`,
    400,
  ],
  'a handshake by POST': [
    () => `POST /trpc HTTP/1.1\r\n${ours()}${UPGRADE}${KEY}${V13}${JSON_TYPE}\r\n`,
    405,
  ],
  'an upgrade to something else': [
    () => `GET /trpc HTTP/1.1\r\n${ours()}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    400,
  ],
  'an upgrade at another address': [() => `GET / HTTP/1.1\r\n${ours()}${UPGRADE}${KEY}${V13}\r\n`, 404],
  'an upgrade from elsewhere': [
    () => `GET /trpc HTTP/1.1\r\nHost: ${own()}\r\nOrigin: http://evil.example\r\n${UPGRADE}${KEY}${V13}\r\n`,
    403,
  ],
  'an upgrade under another name': [
    () => `GET /trpc HTTP/1.1\r\nHost: evil.example\r\n${UPGRADE}${KEY}${V13}\r\n`,
    421,
  ],
  'an upgrade by a guess': [
    () =>
      `GET /trpc HTTP/1.1\r\nHost: ${own()}\r\nAuthorization: Bearer ${'A'.repeat(43)}\r\n${UPGRADE}${KEY}${V13}\r\n`,
    401,
  ],
  'a socket that opens': [() => `GET /trpc HTTP/1.1\r\n${ours()}${UPGRADE}${KEY}${V13}\r\n`, 101],
  'an expectation that nobody can meet': [
    () => `GET / HTTP/1.1\r\n${ours()}Expect: a-miracle\r\nConnection: close\r\n\r\n`,
    200,
    417,
  ],
  nonsense: [() => 'nonsense\r\n\r\n', 400],
  'a head that is too long': [() => `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  'a head of HTTP/2': [() => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  'a version of HTTP to come': [() => `GET / HTTP/3.0\r\n${ours()}\r\n`, 400],
  'two lengths': [
    () => `POST /config HTTP/1.1\r\n${ours()}${JSON_TYPE}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
    400,
  ],
  'a length and chunks': [
    () =>
      `POST /config HTTP/1.1\r\n${ours()}${JSON_TYPE}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    400,
  ],
  'a broken chunk': [
    () =>
      `POST /config HTTP/1.1\r\n${ours()}${JSON_TYPE}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n`,
    400,
  ],
  'a broken body': [
    () => `POST /config HTTP/1.1\r\n${ours()}${JSON_TYPE}Content-Length: 1\r\nConnection: close\r\n\r\n{`,
    400,
    403,
  ],
  'a target that is none': [() => `GET //x HTTP/1.1\r\n${ours()}Connection: close\r\n\r\n`, 400],
  'an asterisk': [() => `OPTIONS * HTTP/1.1\r\n${ours()}Connection: close\r\n\r\n`, 400],
  'no host': [() => 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 421],
  'a broken procedure': [() => `GET /trpc/%ff HTTP/1.1\r\n${ours()}Connection: close\r\n\r\n`, 400, 404],
};

describe('what every answer carries, said by hand', () => {
  for (const [what, [said, ...statuses]] of Object.entries(SAID))
    test(what, async () => {
      const { status, text } = await raw({ host: '127.0.0.1', port: callers.port }, said());
      assert.ok(statuses.includes(status), `${status}: ${text.slice(0, 200)}`);
      check(text.split('\r\n\r\n')[0] ?? '');
      if (status === 400) assert.match(text, /Cache-Control: (no-store|private, no-cache)/i);
      if (/problem\+json/.test(text)) assert.equal(problemIn(text).status, status);
      else assert.ok(status < 400 || /<!doctype html>|"error":/.test(text), text);
    });
});

const problemIn = (text: string) => PROBLEM.parse(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)));

function check(head: string): void {
  for (const [name, value] of Object.entries(HEADERS)) {
    const sent = head
      .split('\r\n')
      .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `));
    assert.deepEqual(
      sent.map((line) => line.slice(name.length + 2)),
      [value],
      name,
    );
  }
}

test('what was taken off an answer that failed is on it again when it goes out', async () => {
  const server = createServer((_, res) => {
    carryHeaders(res);
    res.setHeader('Referrer-Policy', 'no-referrer');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    // As Koa does where a body cannot be read.
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    res.end('gone wrong');
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { headers } = await send({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    const meant = { ...HEADERS, 'Cross-Origin-Resource-Policy': 'cross-origin' };
    for (const [name, value] of Object.entries(meant)) assert.equal(headers[name.toLowerCase()], value);
  } finally {
    server.close();
  }
});

test('what stops being HTTP behind a good request is not answered within the answer to that', async () => {
  const good = `GET /embed.js HTTP/1.1\r\n${ours()}\r\n`;
  const { text } = await raw({ host: '127.0.0.1', port: callers.port }, `${good}nonsense\r\n\r\n`);
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const length = Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
  const body = rest.join('\r\n\r\n');
  if (head.startsWith('HTTP/1.1 200') && body.length >= length)
    assert.match(body.slice(length), /^(HTTP\/1\.1 400 |$)/);
  assert.doesNotMatch(body.slice(0, length || undefined), /HTTP\/1\.1 400/);
});
