/**
 * What the gate decides, written down by hand from the rules of the door, for both listeners. A number is a
 * refusal; words are the role and the door of whoever is let in. `gate.test.ts` asks the function,
 * `door.test.ts` a daemon, where 7845 is replaced by its port and the token by its own.
 */
export interface Cell {
  readonly what: string;
  readonly method?: string;
  readonly target?: string;
  /** Names and values in turn. `host` stands first unless `hosts` says otherwise. */
  readonly headers?: readonly string[];
  readonly hosts?: readonly string[];
  readonly upgrade?: boolean;
  readonly tcp: Expected;
  readonly socket: Expected;
  /** What a client sees where Node itself refuses before the gate is asked, or cannot send such a thing. */
  readonly onTheWire?: number | 'not sent';
}
export type Expected =
  | 400
  | 401
  | 403
  | 413
  | 415
  | 421
  | 'viewer by page'
  | 'operator by page'
  | 'operator by form'
  | 'operator by api'
  | 'operator by cli';

export const TOKEN = 'TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT';
export const OWN = 'http://127.0.0.1:7845';
const BEARER = ['Authorization', `Bearer ${TOKEN}`] as const;
const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const FROM_OWN = ['Origin', OWN] as const;

const targets: readonly Cell[] = [
  { what: 'the dashboard', target: '/', tcp: 'viewer by page', socket: 'operator by cli' },
  { what: 'a filter', target: '/?status=running', tcp: 'viewer by page', socket: 'operator by cli' },
  {
    what: 'an escaped slash',
    target: '/%2f%2fevil.example',
    tcp: 'viewer by page',
    socket: 'operator by cli',
  },
  { what: 'two slashes', target: '//evil.example/', tcp: 400, socket: 400 },
  {
    what: 'a slash and a backslash, which browsers read as two',
    target: '/\\evil.example',
    tcp: 400,
    socket: 400,
  },
  { what: 'absolute form', target: 'http://127.0.0.1:7845/', tcp: 400, socket: 400 },
  { what: 'absolute form of another', target: 'http://evil.example/', tcp: 400, socket: 400 },
  { what: 'the star', method: 'OPTIONS', target: '*', tcp: 400, socket: 400 },
  { what: 'no target', target: '', tcp: 400, socket: 400, onTheWire: 400 },
  { what: 'no slash', target: 'trpc/status', tcp: 400, socket: 400 },
  { what: 'a letter beyond ASCII', target: '/\u00fc', tcp: 400, socket: 400 },
  { what: 'DEL', target: '/\x7f', tcp: 400, socket: 400 },
  { what: 'NUL', target: '/\x00', tcp: 400, socket: 400 },
  { what: 'a space', target: '/a b', tcp: 400, socket: 400 },
];

const host = (what: string, hosts: readonly string[], tcp: Expected, more: Partial<Cell> = {}): Cell => ({
  what: `Host: ${what}`,
  hosts,
  tcp,
  socket: 'operator by cli',
  ...more,
});
const hosts: readonly Cell[] = [
  host('127.0.0.1', ['127.0.0.1:7845'], 'viewer by page'),
  host('localhost', ['localhost:7845'], 'viewer by page'),
  host('::1', ['[::1]:7845'], 'viewer by page'),
  host('our own name', ['k3v9q2m7xa.localhost:7845'], 'viewer by page', { onTheWire: 421 }),
  host('missing', [], 421),
  host('twice the same', ['127.0.0.1:7845', '127.0.0.1:7845'], 421),
  host('ours, then another', ['127.0.0.1:7845', 'evil.example'], 421),
  host('another, then ours', ['evil.example', '127.0.0.1:7845'], 421),
  host('empty', [''], 421),
  host('without port', ['127.0.0.1'], 421),
  host('another port', ['127.0.0.1:7846'], 421),
  host('the port twice', ['127.0.0.1:7845:7845'], 421),
  host('upper case', ['LOCALHOST:7845'], 421),
  host('a trailing dot', ['localhost.:7845'], 421),
  host('a rebound name', ['rebound.evil.example:7845'], 421),
  host('our address as the beginning of a name', ['127.0.0.1.evil.example:7845'], 421),
  host('our name as the end of another', ['evil-localhost:7845'], 421),
  host('another name under localhost', ['other.localhost:7845'], 421),
  host('the address of all interfaces', ['0.0.0.0:7845'], 421),
  host('a short form', ['127.1:7845'], 421),
  host('a mapped address', ['[::ffff:127.0.0.1]:7845'], 421),
  host('with a user', ['x@127.0.0.1:7845'], 421),
];

/** A form sent with these headers, to a page. */
const form = (what: string, headers: readonly string[], tcp: Expected, socket: Expected = 403): Cell => ({
  what: `form: ${what}`,
  method: 'POST',
  target: '/work-units/none/close',
  headers: [...FORM, ...headers],
  tcp,
  socket,
});
const origins: readonly Cell[] = [
  form('own origin', FROM_OWN, 'operator by form'),
  form('no origin', [], 403, 'operator by cli'),
  form('null', ['Origin', 'null'], 403),
  form('empty', ['Origin', ''], 403),
  form('another port', ['Origin', 'http://127.0.0.1:7846'], 403),
  form('no port', ['Origin', 'http://127.0.0.1'], 403),
  form('localhost against 127.0.0.1', ['Origin', 'http://localhost:7845'], 403),
  form('https', ['Origin', 'https://127.0.0.1:7845'], 403),
  form('upper case', ['Origin', 'HTTP://127.0.0.1:7845'], 403),
  form('a path after it', ['Origin', `${OWN}/`], 403),
  form('ours as the beginning of another', ['Origin', `${OWN}.evil.example`], 403),
  form('ours as the end of another', ['Origin', `http://evil.example#${OWN}`], 403),
  form('a stranger', ['Origin', 'http://evil.example'], 403),
  form('own origin twice', [...FROM_OWN, ...FROM_OWN], 400),
  form('own origin, then a stranger', [...FROM_OWN, 'Origin', 'http://evil.example'], 400),
  form('the name of the header in capitals', ['ORIGIN', 'http://evil.example'], 403),
  form('a stranger in Origin, ours in Referer', ['Origin', 'http://evil.example', 'Referer', `${OWN}/`], 403),
  form('no Origin, ours in Referer', ['Referer', `${OWN}/`], 403),
  {
    ...form('own origin under localhost', ['Origin', 'http://localhost:7845'], 'operator by form'),
    hosts: ['localhost:7845'],
  },
  {
    ...form('a rebound name that agrees with itself', ['Origin', 'http://evil.example:7845'], 421),
    hosts: ['evil.example:7845'],
  },
];

const bearers: readonly Cell[] = [
  form('the token, no origin', BEARER, 'operator by api', 'operator by cli'),
  form('the token and our origin', [...BEARER, ...FROM_OWN], 'operator by api'),
  form('the token and a stranger', [...BEARER, 'Origin', 'http://evil.example'], 403),
  form('the token and null', [...BEARER, 'Origin', 'null'], 403),
  form('the token from a page of the same site', [...BEARER, 'Sec-Fetch-Site', 'same-site'], 403),
  form('another token', ['Authorization', `Bearer ${'U'.repeat(43)}`], 401, 'operator by cli'),
  form('another token and our origin', ['Authorization', `Bearer ${'U'.repeat(43)}`, ...FROM_OWN], 401),
  form('a token cut short', ['Authorization', `Bearer ${TOKEN.slice(1)}`], 401, 'operator by cli'),
  form('no token after the word', ['Authorization', 'Bearer'], 401, 'operator by cli'),
  form('an empty header', ['Authorization', ''], 401, 'operator by cli'),
  form('another scheme', ['Authorization', `Basic ${TOKEN}`], 401, 'operator by cli'),
  form('two words', ['Authorization', `Bearer ${TOKEN} ${TOKEN}`], 401, 'operator by cli'),
  form('the token twice', [...BEARER, ...BEARER], 401, 'operator by cli'),
  form('a wrong one, then the token', ['Authorization', 'Bearer x', ...BEARER], 401, 'operator by cli'),
  { what: 'reading with the token', headers: BEARER, tcp: 'operator by api', socket: 'operator by cli' },
  {
    what: 'reading with another token',
    headers: ['Authorization', `Bearer ${'U'.repeat(43)}`],
    tcp: 401,
    socket: 'operator by cli',
  },
];

const LINK = ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document'] as const;
const FRAME = ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'iframe'] as const;
const IMAGE = ['Sec-Fetch-Mode', 'no-cors', 'Sec-Fetch-Dest', 'image'] as const;
const site = (value: string) => ['Sec-Fetch-Site', value] as const;
const reading = (what: string, headers: readonly string[], tcp: Expected, method = 'GET'): Cell => ({
  what: `reading: ${what}`,
  method,
  headers,
  tcp,
  socket: 403,
});
const sites: readonly Cell[] = [
  reading('from the address bar', [...site('none'), ...LINK], 'viewer by page'),
  reading('from our page', site('same-origin'), 'viewer by page'),
  reading('by a link elsewhere', [...site('cross-site'), ...LINK], 'viewer by page'),
  reading('by a link on another port', [...site('same-site'), ...LINK], 'viewer by page'),
  reading('in a frame elsewhere', [...site('cross-site'), ...FRAME], 403),
  reading('as an image elsewhere', [...site('cross-site'), ...IMAGE], 403),
  reading('as an image on another port', [...site('same-site'), ...IMAGE], 403),
  reading('by a script elsewhere', [...site('cross-site'), 'Sec-Fetch-Mode', 'cors'], 403),
  reading('by HEAD elsewhere', [...site('cross-site'), 'Sec-Fetch-Mode', 'cors'], 403, 'HEAD'),
  reading('by a preflight elsewhere', [...site('cross-site'), 'Sec-Fetch-Mode', 'cors'], 403, 'OPTIONS'),
  reading('a word that is none', site('SAME-ORIGIN'), 403),
  reading('empty', site(''), 403),
  reading('twice', [...site('same-origin'), ...site('same-origin')], 400),
  form('from our page', [...FROM_OWN, ...site('same-origin')], 'operator by form'),
  form('none', [...FROM_OWN, ...site('none')], 403),
  form('same-site', [...FROM_OWN, ...site('same-site')], 403),
  form('cross-site', [...FROM_OWN, ...site('cross-site')], 403),
  form('capitals', [...FROM_OWN, ...site('SAME-ORIGIN')], 403),
  form('Sec-Fetch-Site twice', [...FROM_OWN, ...site('same-origin'), ...site('same-origin')], 400),
  form(
    'a form elsewhere that leads here',
    ['Origin', 'http://evil.example', ...site('cross-site'), ...LINK],
    403,
  ),
  form('the same, without its origin', [...site('cross-site'), ...LINK], 403),
];

const method = (name: string, headers: readonly string[], tcp: Expected, socket: Expected): Cell => ({
  what: `${name} ${headers.length === 0 ? 'with nothing' : headers.join(' ')}`,
  method: name,
  headers,
  tcp,
  socket,
});
const methods: readonly Cell[] = [
  method('GET', [], 'viewer by page', 'operator by cli'),
  method('HEAD', [], 'viewer by page', 'operator by cli'),
  method('OPTIONS', [], 'viewer by page', 'operator by cli'),
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((name) => method(name, JSON_TYPE, 403, 'operator by cli')),
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((name) =>
    method(name, [...JSON_TYPE, ...FROM_OWN], 'operator by form', 403),
  ),
  { ...method('get', JSON_TYPE, 403, 'operator by cli'), onTheWire: 'not sent' },
  { ...method('BREW', JSON_TYPE, 403, 'operator by cli'), onTheWire: 'not sent' },
];

/** A WebSocket that somebody wants to open at /trpc. */
const upgrade = (what: string, headers: readonly string[], tcp: Expected, socket: Expected = 403): Cell => ({
  what: `upgrade: ${what}`,
  target: '/trpc',
  upgrade: true,
  headers,
  tcp,
  socket,
});
const upgrades: readonly Cell[] = [
  upgrade('our origin (Chromium)', FROM_OWN, 'operator by page'),
  upgrade('our origin (Firefox)', [...FROM_OWN, ...site('same-origin')], 'operator by page'),
  upgrade('no origin', [], 403, 'operator by cli'),
  upgrade('the token', BEARER, 'operator by api', 'operator by cli'),
  upgrade('another token', ['Authorization', `Bearer ${'U'.repeat(43)}`], 401, 'operator by cli'),
  upgrade('null', ['Origin', 'null'], 403),
  upgrade('another port', ['Origin', 'http://127.0.0.1:7846'], 403),
  upgrade('localhost against 127.0.0.1', ['Origin', 'http://localhost:7845'], 403),
  upgrade('a stranger', ['Origin', 'https://evil.example'], 403),
  upgrade('the token and a stranger', [...BEARER, 'Origin', 'https://evil.example'], 403),
  upgrade('twice', [...FROM_OWN, ...FROM_OWN], 400),
  upgrade('cross-site', [...FROM_OWN, ...site('cross-site')], 403),
  upgrade('same-site', [...FROM_OWN, ...site('same-site')], 403),
  { ...upgrade('a rebound name', ['Origin', 'http://evil.example:7845'], 421), hosts: ['evil.example:7845'] },
  { ...upgrade('no Host', FROM_OWN, 421), hosts: [] },
  { ...upgrade('two slashes', FROM_OWN, 400, 400), target: '//trpc' },
];

/** A body of this type and declared length, from our own page, or over the socket. */
function body(
  what: string,
  target: string,
  type: string | null,
  tcp: Expected,
  length = '0',
): readonly Cell[] {
  const headers = [...(type === null ? [] : ['Content-Type', type]), 'Content-Length', length];
  const common = { what: `body: ${what}`, method: 'POST', target, onTheWire: undefined };
  const socket = typeof tcp === 'number' ? tcp : ('operator by cli' as const);
  return [
    { ...common, headers: [...headers, ...FROM_OWN], tcp, socket: 403 } as Cell,
    { ...common, headers: [...headers, ...BEARER], tcp: byToken(tcp), socket } as Cell,
  ];
}
const byToken = (expected: Expected): Expected =>
  typeof expected === 'number' ? expected : 'operator by api';

const PAGE = '/work-units/none/close';
const CALL = '/trpc/units.close';
const bodies: readonly Cell[] = [
  ...body('a form to a page', PAGE, 'application/x-www-form-urlencoded', 'operator by form'),
  ...body('with a charset', PAGE, 'application/x-www-form-urlencoded; charset=UTF-8', 'operator by form'),
  ...body('JSON to a page', PAGE, 'application/json', 'operator by form'),
  ...body('JSON in capitals', PAGE, 'APPLICATION/JSON; charset=utf-8', 'operator by form'),
  ...body('JSON to a procedure', CALL, 'application/json', 'operator by page'),
  ...body('JSON to a batch', '/trpc/status,status?batch=1', 'application/json', 'operator by page'),
  ...body('a form to a procedure', CALL, 'application/x-www-form-urlencoded', 415),
  ...body('a form to all procedures', '/trpc', 'application/x-www-form-urlencoded', 415),
  ...body('a form to a batch', '/trpc?batch=1', 'application/x-www-form-urlencoded', 415),
  ...body(
    'a form to a page with a similar name',
    '/trpcx',
    'application/x-www-form-urlencoded',
    'operator by form',
  ),
  ...body('multipart to a procedure', CALL, 'multipart/form-data; boundary=x', 415),
  ...body('multipart to a page', PAGE, 'multipart/form-data; boundary=x', 415),
  ...body('bytes to a procedure', CALL, 'application/octet-stream', 415),
  ...body('plain text to a procedure', CALL, 'text/plain', 415),
  ...body('plain text to a page', PAGE, 'text/plain', 415),
  ...body('plain text that says it is JSON', CALL, 'text/plain; application/json', 415),
  ...body('two types in one', CALL, 'application/json, text/plain', 415),
  ...body('a longer name', CALL, 'application/jsonp', 415),
  ...body('a type of its own', CALL, 'application/vnd.api+json', 415),
  ...body('no type', PAGE, null, 415),
  ...body('an empty type', PAGE, '', 415),
];

/** As much as is read, and one more. Only the head is sent. */
const lengths: readonly Cell[] = [
  ...body('a form too long', PAGE, 'application/x-www-form-urlencoded', 413, '262145'),
  ...body('JSON too long for a page', PAGE, 'application/json', 413, '1048577'),
  ...body('JSON too long for a procedure', CALL, 'application/json', 413, '1048577'),
  ...body('a length that is no number', CALL, 'application/json', 413, 'many').map(never),
  ...body('the longest form', PAGE, 'application/x-www-form-urlencoded', 'operator by form', '262144').map(
    never,
  ),
  ...body('the longest JSON', CALL, 'application/json', 'operator by page', '1048576').map(never),
];
function never(cell: Cell): Cell {
  return { ...cell, onTheWire: 'not sent' };
}

const browsers: readonly Cell[] = [
  ['Origin', OWN],
  ['Referer', `${OWN}/`],
  ['Cookie', 'a=b'],
  ['Sec-Fetch-Site', 'none'],
  ['Sec-Fetch-Dest', 'empty'],
  ['COOKIE', ''],
].map((headers) => ({
  what: `a browser at the socket: ${headers.join(': ')}`,
  headers,
  tcp: 'viewer by page' as const,
  socket: 403 as const,
}));
const scripts: readonly Cell[] = [
  {
    what: "Node's own fetch",
    headers: ['Sec-Fetch-Mode', 'cors', 'User-Agent', 'node', 'Accept-Language', '*'],
    tcp: 'viewer by page',
    socket: 'operator by cli',
  },
];

export const CELLS: readonly Cell[] = [
  ...targets,
  ...hosts,
  ...origins,
  ...bearers,
  ...sites,
  ...methods,
  ...upgrades,
  ...bodies,
  ...lengths,
  ...browsers,
  ...scripts,
];
