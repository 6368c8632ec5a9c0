/** Attacks on one's own daemon, as bytes: what a foreign web page, a rebound name or an unknown program would send. */
import { connect, type NetConnectOpts } from 'node:net';

export interface Attack {
  readonly what: string;
  readonly head: readonly string[];
  readonly body?: string;
  /** The HTTP statuses that refuse it. */
  readonly kept: readonly number[];
}

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const JSON_TYPE = 'Content-Type: application/json';
const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: c2lnbmFsYm94LWRvY3Rvcg==',
];
const EVIL = 'http://evil.example';

/** `host` is one of ours, with its port. Each would change or read something if it were let in. */
export const attacksOn = (host: string, basePath: string): Attack[] =>
  [
    ...attacksByPages(host),
    ...attacksByPrograms(host),
    ...attacksByNames(host),
    ...attacksOnSockets(host),
  ].map((attack) => under(basePath, attack));

const under = (basePath: string, { head: [line = '', ...headers], ...attack }: Attack): Attack => ({
  ...attack,
  head: [line.replace(' /', ` ${basePath}/`), ...headers],
});

const BODY = JSON.stringify({ units: [{ chunk: 'signalbox-doctor', external: true }] });

const post = (
  what: string,
  headers: readonly string[],
  kept: readonly number[],
  path = '/work-units',
): Attack => ({ what, head: [`POST ${path} HTTP/1.1`, ...headers], body: BODY, kept });

function attacksByPages(host: string): Attack[] {
  const port = portOf(host);
  const own = `Host: ${host}`;
  return [
    post('a page elsewhere posts a form', [own, FORM, `Origin: ${EVIL}`], [403], '/config'),
    post('a page elsewhere posts JSON', [own, JSON_TYPE, `Origin: ${EVIL}`], [403]),
    post('a page elsewhere calls a procedure', [own, JSON_TYPE, `Origin: ${EVIL}`], [403], '/trpc/units.add'),
    post('a sandboxed frame posts', [own, JSON_TYPE, 'Origin: null'], [403]),
    post(
      'a page on another port posts',
      [own, JSON_TYPE, `Origin: http://127.0.0.1:${Number(port) + 1}`],
      [403],
    ),
    post('another of our names posts', [own, JSON_TYPE, `Origin: http://localhost:${port}`], [403]),
    post('a page posts plain text', [own, 'Content-Type: text/plain', `Origin: http://${host}`], [415]),
    post(
      'a page uploads to a procedure',
      [own, 'Content-Type: multipart/form-data; boundary=x', `Origin: http://${host}`],
      [415],
      '/trpc/units.add',
    ),
    {
      what: 'a page elsewhere fetches',
      head: ['GET /status HTTP/1.1', own, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors'],
      kept: [403],
    },
    {
      what: 'a page elsewhere frames us',
      head: [
        'GET / HTTP/1.1',
        own,
        'Sec-Fetch-Site: cross-site',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: iframe',
      ],
      kept: [403],
    },
  ];
}

const attacksByPrograms = (host: string): Attack[] => [
  post('a program posts without a token', [`Host: ${host}`, JSON_TYPE], [403]),
  post(
    'a program guesses a token',
    [`Host: ${host}`, JSON_TYPE, `Authorization: Bearer ${'A'.repeat(43)}`],
    [401],
  ),
];

/** With a host name that is not ours, or with two. */
function attacksByNames(host: string): Attack[] {
  const port = portOf(host);
  const own = `Host: ${host}`;
  return [
    post(
      'a rebound name posts',
      [`Host: evil.example:${port}`, JSON_TYPE, `Origin: http://evil.example:${port}`],
      [421],
    ),
    {
      what: 'a rebound name reads',
      head: ['GET /work-units HTTP/1.1', `Host: evil.example:${port}`],
      kept: [421],
    },
    { what: '0.0.0.0 reads', head: ['GET / HTTP/1.1', `Host: 0.0.0.0:${port}`], kept: [421] },
    { what: 'two Host headers', head: ['GET / HTTP/1.1', own, 'Host: evil.example'], kept: [400, 421] },
    { what: 'an absolute address', head: [`GET http://${host}/ HTTP/1.1`, own], kept: [400] },
  ];
}

function attacksOnSockets(host: string): Attack[] {
  const own = `Host: ${host}`;
  const open = (what: string, headers: readonly string[], path = '/trpc'): Attack => ({
    what,
    head: [`GET ${path} HTTP/1.1`, ...headers, ...UPGRADE],
    kept: [403],
  });
  return [
    open('a page elsewhere opens a socket', [own, `Origin: ${EVIL}`]),
    open('a sandboxed frame opens a socket', [own, 'Origin: null']),
    open('a program opens a socket without a token', [own]),
    open('a page that is not listed opens the socket of embeds', [own, `Origin: ${EVIL}`], '/embed'),
  ];
}

const portOf = (host: string): string => host.split(':').at(-1) ?? '';

/** Requests with headers that only browsers send; the Unix socket refuses them. */
export const ATTACKS_ON_SOCKET: readonly Attack[] = [
  'Origin: null',
  'Cookie: a=b',
  'Referer: http://127.0.0.1/',
  'Sec-Fetch-Site: none',
].map((header) => ({
  what: `a browser talks to the Unix socket (${header.split(':')[0]})`,
  head: ['GET /status HTTP/1.1', 'Host: localhost', header],
  kept: [403],
}));

const PATIENCE_MS = 5000;

/** The HTTP status of the answer; null: no answer. */
export function statusOf(
  { head, body = '' }: Pick<Attack, 'head' | 'body'>,
  where: NetConnectOpts,
): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = connect(where);
    let heard = '';
    const end = () => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1]) || null);
    };
    socket.setTimeout(PATIENCE_MS, end);
    socket.on('error', end).on('close', end);
    socket.on('data', (part: Buffer) => {
      heard += part.toString('latin1');
      if (heard.includes('\r\n\r\n')) end();
    });
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    const close = head.some((line) => line.startsWith('Connection:')) ? [] : ['Connection: close'];
    socket.write(`${[...head, ...length, ...close].join('\r\n')}\r\n\r\n${body}`);
  });
}
