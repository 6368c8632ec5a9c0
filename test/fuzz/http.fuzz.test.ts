/** HTTP: methods, targets, headers and bodies that are almost right, several on a connection, and plain bytes. */
import { after, before, test } from 'node:test';
import { inParallel, speak } from './connections.ts';
import { newRandom } from './how-many.ts';
import { changed, changedBytes, oddText, oddValue, percentEncoded } from './odd-values.ts';
import { Watched } from './watched-daemon.ts';

const LANES = 48;
const watched = new Watched();
const random = newRandom();
before(async () => {
  await watched.start();
  await watched.house.signalbox('add', 'one', '--command', 'true');
});
after(() => watched.close());

const METHODS = ['GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'OPTIONS'];
const OTHER_METHODS = ['PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT', 'PURGE', 'get', 'X'.repeat(99), ''];
const READ = [
  '',
  'attention',
  'status',
  'history',
  'conflicts',
  'work-units',
  'sign-in',
  'embed.js',
  'assets/x.js',
];
const OF_ONE = [
  'work-units/one',
  'work-units/one/answer',
  'work-units/one/runs/1',
  'work-units/one/runs/1/output',
];
const CALLS = [
  'status',
  'unit',
  'board.now',
  'history',
  'units.add',
  'items.answer',
  'access.me',
  'transcript',
];
const QUERIES = [
  'q',
  'status',
  'page',
  'kind',
  'after',
  'limit',
  'chunk',
  'from',
  'before',
  'find',
  'to',
  'batch',
  'input',
];
const TYPES = ['application/json', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8'];
const OTHER_TYPES = [
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-7',
  'x',
  ';',
  'a/b/c',
];
const ENCODINGS = ['gzip', 'deflate', 'br', 'identity', 'gzip, gzip', 'x'];

function target(strange: number): string {
  const path = random.pick([
    ...READ,
    ...OF_ONE,
    `trpc/${random.pick(CALLS)}`,
    `trpc/${random.some(30, () => random.pick(CALLS)).join(',')}`,
    `sign-in/${percentEncoded(oddText(random, 60))}`,
    `work-units/${percentEncoded(oddText(random))}`,
    random.oneIn(strange) ? oddText(random) : percentEncoded(oddText(random)),
  ]);
  const query = random.some(4, () => `${random.pick(QUERIES)}=${queryValue(strange)}`).join('&');
  return `/${path}${query === '' ? '' : `?${query}`}`;
}

function queryValue(strange: number): string {
  if (random.oneIn(3))
    return percentEncoded(JSON.stringify(changed(random, { chunk: 'one', 0: { chunk: 'one' } })));
  return random.oneIn(strange * 2) ? oddText(random).replace(/\s/g, '+') : percentEncoded(oddText(random));
}

function body(): Buffer {
  const json = JSON.stringify(
    changed(random, { units: [{ chunk: 'one', command: 'true' }], item: 'x', version: 1 }),
  );
  const text = random.pick([
    json,
    json,
    oddText(random),
    '',
    'item=x&version=1&text=%ff',
    JSON.stringify(oddValue(random)),
  ]);
  return random.oneIn(4) ? changedBytes(random, Buffer.from(text)) : Buffer.from(text);
}

/** Pieces with their lengths; sometimes one that lies. */
const inChunks = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      `${(random.oneIn(8) ? random.below(2 ** 20) : bytes.length).toString(16)}${random.oneIn(6) ? ';ext="x"' : ''}\r\n`,
    ),
    bytes,
    Buffer.from(random.oneIn(8) ? '\r\n0\r\nTrailer: x\r\n\r\n' : '\r\n0\r\n\r\n'),
  ]);

/** `strange`: once in so many times, something is otherwise than it should be. */
function request(own: string, strange: number): Buffer {
  // A control character ends the connection.
  const odd = () => oddText(random).replace(random.oneIn(strange) ? /[\r\n]/g : /[\0-\x1f\x7f]/g, '');
  const method = random.oneIn(strange) ? random.pick(OTHER_METHODS) : random.pick(METHODS);
  const local = `127.0.0.1:${watched.port}`;
  const lines = [
    `${method} ${target(strange).replace(/[\r\n ]/g, '+')} HTTP/${random.oneIn(strange * 4) ? random.pick(['1.0', '2.0', '0.9', '']) : '1.1'}`,
  ];
  const host = random.pick([local, local, own]);
  lines.push(`Host: ${random.oneIn(strange) ? odd() : host}`);
  if (!random.oneIn(4))
    lines.push(`Authorization: Bearer ${random.oneIn(strange) ? 'A'.repeat(43) : watched.token}`);
  if (random.oneIn(3)) lines.push(`Origin: http://${random.oneIn(strange) ? 'evil.example' : host}`);
  if (random.oneIn(3))
    lines.push(`Accept: ${random.pick(['text/html', 'application/json', '*/*', ';q=', odd()])}`);
  if (random.oneIn(5)) lines.push(`Referer: http://${host}/${odd()}`);
  if (random.oneIn(5)) lines.push(`Cookie: signalbox-${own.split('.')[0]}=${odd()}`);
  const sent = method === 'POST' || random.oneIn(strange) ? body() : Buffer.alloc(0);
  const isChunked = random.oneIn(3);
  if (sent.length > 0) {
    lines.push(`Content-Type: ${random.oneIn(strange) ? random.pick(OTHER_TYPES) : random.pick(TYPES)}`);
    lines.push(
      isChunked
        ? 'Transfer-Encoding: chunked'
        : `Content-Length: ${random.oneIn(strange) ? random.pick([-1, 0, 1, 1e9, sent.length + 9]) : sent.length}`,
    );
    if (random.oneIn(strange)) lines.push(`Content-Encoding: ${random.pick(ENCODINGS)}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  const bytes = Buffer.concat([head, isChunked && sent.length > 0 ? inChunks(sent) : sent]);
  if (random.oneIn(strange * 10)) return random.bytes(random.below(400));
  return random.oneIn(strange) ? changedBytes(random, bytes) : bytes;
}

test('HTTP', async (t) => {
  const own = await watched.ownHost();
  await inParallel(LANES, () => {
    if (watched.left <= 0) return null;
    const count = Math.min(watched.left, random.between(1, 8));
    // After one that cannot be read, the connection is closed.
    const strange = random.pick(count === 1 ? [3, 6, 20] : [40, 200, 1000]);
    const requests = Array.from({ length: count }, () => request(own, strange));
    const host = random.oneIn(2) ? '127.0.0.1' : '::1';
    return speak({ host, port: watched.port }, Buffer.concat(requests)).then(({ statuses }) => {
      // What follows one that cannot be read is never read.
      watched.tried(Math.min(count, Math.max(1, statuses.length)));
      for (const [nth, status] of statuses.entries())
        watched.answered(status, () => requests[nth]?.toString('latin1') ?? '');
    });
  });
  await watched.verdict(t);
});
