/** Upgrades: every Host, path and header that somebody might think of, in every combination. */
import { after, before, test } from 'node:test';
import { inParallel, speak } from './connections.ts';
import { newRandom } from './how-many.ts';
import { changedBytes, oddText, percentEncoded } from './odd-values.ts';
import { Watched } from './watched-daemon.ts';

const LANES = 64;
const watched = new Watched();
const random = newRandom();
before(() => watched.start());
after(() => watched.close());

const line = (text: string): string => text.replace(/[\r\n]/g, ' ');

/** Good values first; the others come the more often, the stranger a handshake is. */
type Lines = readonly [name: string, good: readonly string[], others: readonly string[]];

function linesFor(own: string, token: string): readonly Lines[] {
  const { port } = watched;
  const local = `127.0.0.1:${port}`;
  const origins = [
    'null',
    'http://evil.example',
    `https://${own}`,
    `http://${own}.`,
    `http://localhost:${port}`,
  ];
  return [
    ['Connection', ['Upgrade', 'keep-alive, Upgrade'], ['close', '']],
    ['Upgrade', ['websocket', 'WebSocket'], ['h2c', 'websocket, h2c', 'x']],
    ['Sec-WebSocket-Version', ['13'], ['8', '99', '-13']],
    ['Sec-WebSocket-Key', ['AAAAAAAAAAAAAAAAAAAAAA==', 'dGhlIHNhbXBsZSBub25jZQ=='], ['short', '']],
    ['Authorization', [`Bearer ${token}`], [`Bearer ${'A'.repeat(43)}`, 'Basic eDp5', 'Bearer']],
    ['Origin', ['', `http://${own}`, `http://${local}`, 'https://listed.example'], origins],
    ['Sec-Fetch-Site', ['', 'same-origin'], ['cross-site', 'same-site', 'none']],
    ['Cookie', ['', `signalbox-${own.split('.')[0]}=x`], ['a=b; a=c', ';;;=']],
    ['Sec-WebSocket-Protocol', ['', 'trpc'], ['a,b', 'a, a', ',']],
    ['Sec-WebSocket-Extensions', ['', 'permessage-deflate'], ['permessage-deflate; x=', 'a;b=c,a']],
    ['X-Forwarded-Host', [''], [own, 'evil.example']],
    ['Content-Length', [''], ['0', '1', '-1', '99999999999999999999']],
    ['Transfer-Encoding', [''], ['chunked', 'gzip, chunked', 'x']],
    ['Expect', [''], ['100-continue', 'x']],
  ];
}

const PATHS = ['/trpc', '/embed', '/trpc?connectionParams=1', '/embed?connectionParams=1'];
const OTHER_PATHS = [
  '/',
  '//trpc',
  '/trpc/',
  '/trpc%3f',
  '/%74rpc',
  'http://127.0.0.1/trpc',
  '*',
  '/trpc#x',
  '',
];
const METHODS = ['POST', 'CONNECT', 'PRI', 'get', 'DELETE', 'OPTIONS', ''];

function handshake(own: string, token: string): Buffer {
  const strange = random.pick([2, 4, 12, 40, 200]);
  const { port } = watched;
  const local = `127.0.0.1:${port}`;
  const hosts = [own, local, `localhost:${port}`, `[::1]:${port}`];
  const otherHosts = [
    '',
    'evil.example',
    `${own}.`,
    `127.0.0.1:${port}@x`,
    `${own},${local}`,
    `0:${port}`,
    'LOCALHOST',
  ];
  const value = (good: readonly string[], others: readonly string[]) => {
    if (!random.oneIn(strange)) return random.pick(good);
    return random.oneIn(3) ? line(oddText(random)) : random.pick(others);
  };
  const query = random.oneIn(strange) ? `?${percentEncoded(oddText(random))}` : '';
  const start = `${value(['GET'], METHODS)} ${value(PATHS, OTHER_PATHS)}${query} HTTP/1.1`;
  const lines = [start, `Host: ${value(hosts, otherHosts)}`];
  if (random.oneIn(strange * 2)) lines.push(`Host: ${local}`);
  for (const [name, good, others] of linesFor(own, token)) {
    const given = value(good, others);
    if (given !== '' || random.oneIn(strange)) lines.push(`${name}: ${given}`);
    if (random.oneIn(strange * 4)) lines.push(`${name}: ${value(good, others)}`);
  }
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  return random.oneIn(strange) ? changedBytes(random, bytes) : bytes;
}

test('handshakes', async (t) => {
  const [own, { token }] = [await watched.ownHost(), watched];
  await watched.house.signalbox('origin', 'add', 'https://listed.example');
  await inParallel(LANES, () => {
    if (watched.left <= 0) return null;
    watched.tried(1);
    const bytes = handshake(own, token);
    const host = random.oneIn(2) ? '127.0.0.1' : '::1';
    const isEnough = (text: string) => text.includes('\r\n\r\n');
    return speak({ host, port: watched.port }, bytes, isEnough).then(({ statuses }) => {
      for (const status of statuses.slice(0, 1)) watched.answered(status, () => bytes.toString('latin1'));
    });
  });
  await watched.verdict(t);
});
