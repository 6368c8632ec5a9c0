/** The house at whose door the cells knock: its names, its listed origin, its credentials; and what they send. */
import type { Credential, GateContext, Listener, Tcp, Verdict } from '../../server/access/gate.ts';
import type { Head } from '../../server/access/request-head.ts';

/** Where browsers sign in. */
export const OWN_HOST = 'ab2cd3ef4g.localhost:7845';
export const OWN = `http://${OWN_HOST}`;
/** May show the board in a page of its own; another site may not. */
export const LISTED = 'https://board.example';
export const SECOND = 'http://second.example:8080';
export const EVIL = 'http://evil.example';
export const COOKIE = 'sb-ab2cd3ef4g';
const PUBLIC_HOST = 'sb.example.com';
export const PUBLIC = `https://${PUBLIC_HOST}`;

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

export const TCP: Tcp = {
  kind: 'tcp',
  hosts: [OWN_HOST, '127.0.0.1:7845', 'localhost:7845', '[::1]:7845', PUBLIC_HOST],
  own: { host: OWN_HOST, origin: OWN },
};
/** Behind a proxy that speaks TLS: its own name is the public one, reached by https. */
export const PROXIED: Tcp = { ...TCP, own: { host: PUBLIC_HOST, origin: PUBLIC } };

/** What a caller shows: the name of a token or of a session, or nothing. */
export type Shown =
  | 'nothing'
  | 'session'
  | 'old session'
  | 'operator'
  | 'viewer'
  | 'monitor'
  | 'embed'
  | 'agent'
  | 'ended'
  | 'unknown';

export const TOKENS: Readonly<Record<Exclude<Shown, 'nothing'>, string>> = {
  session: 'S'.repeat(43),
  'old session': 'X'.repeat(43),
  operator: 'O'.repeat(43),
  viewer: 'V'.repeat(43),
  monitor: 'P'.repeat(43),
  embed: 'M'.repeat(43),
  agent: 'A'.repeat(43),
  ended: 'E'.repeat(43),
  unknown: 'U'.repeat(43),
};

/** Of a browser that has signed out. */
export const ENDED_SESSION = 'Z'.repeat(43);

const credential = (role: Credential['role'], actor: string, more: Partial<Credential> = {}): Credential => ({
  role,
  actor,
  id: actor,
  origin: null,
  mayAnswer: false,
  unit: null,
  run: null,
  invalidReason: null,
  ...more,
});

const OF_TOKEN: ReadonlyMap<string, Credential> = new Map([
  [TOKENS.operator, credential('operator', 'operator')],
  [TOKENS.viewer, credential('viewer', 'wall')],
  [TOKENS.monitor, credential('monitor', 'prometheus')],
  [TOKENS.embed, credential('embed', 'board', { origin: LISTED })],
  [TOKENS.agent, credential('agent', 'run 4')],
  [TOKENS.ended, credential('agent', 'run 3', { invalidReason: 'Run 3 has ended.' })],
  // Known, so that it shows whether their form is looked at.
  ...['O'.repeat(19), 'O'.repeat(20), 'O'.repeat(200), 'O'.repeat(201), `${'O'.repeat(42)}!`].map(
    (token): [string, Credential] => [token, credential('operator', 'operator')],
  ),
]);
const OF_SESSION: ReadonlyMap<string, Credential> = new Map([
  [TOKENS.session, credential('operator', 'operator')],
  [ENDED_SESSION, credential('operator', 'operator', { invalidReason: 'You have signed out.' })],
]);

export const SHUT: GateContext = {
  origins: [LISTED, SECOND],
  open: false,
  cookie: COOKIE,
  ofToken: (token) => OF_TOKEN.get(token) ?? null,
  refuseCaller: () => null,
  ofSession: (secret) => OF_SESSION.get(secret) ?? null,
};
/** `--no-auth`. */
export const OPEN: GateContext = { ...SHUT, open: true };

/** One request, as facts. A header that stands there twice has two values here. */
export interface Cell {
  readonly method: string;
  readonly target: string;
  readonly upgrade: boolean;
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  readonly sites: readonly string[];
  /** Says that it is a top-level navigation: `Sec-Fetch-Mode` and `Sec-Fetch-Dest` of one. */
  readonly navigates: boolean;
  readonly type: string | null;
  readonly length: string | null;
  readonly shows: Shown;
}

/** What the terminal would send to the dashboard's own name, were it a browser of old. */
export const PLAIN: Cell = {
  method: 'GET',
  target: '/',
  upgrade: false,
  hosts: [OWN_HOST],
  origins: [],
  sites: [],
  navigates: false,
  type: null,
  length: null,
  shows: 'nothing',
};

const NOTHING: readonly string[] = [];
const NAVIGATION: readonly string[] = ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document'];
const named = (name: string, values: readonly string[]) => values.flatMap((value) => [name, value]);

const CREDENTIALS = Object.fromEntries(
  Object.entries(TOKENS).map(([shown, secret]) => [
    shown,
    shown.endsWith('session') ? ['Cookie', `${COOKIE}=${secret}`] : ['Authorization', `Bearer ${secret}`],
  ]),
);

/** Names and values in turn, as Node gives them. */
export function headersOf(cell: Cell): readonly string[] {
  return [
    ...named('Host', cell.hosts),
    ...named('Origin', cell.origins),
    ...named('Sec-Fetch-Site', cell.sites),
    ...(cell.navigates ? NAVIGATION : NOTHING),
    ...(cell.type === null ? NOTHING : ['Content-Type', cell.type]),
    ...(cell.length === null ? NOTHING : ['Content-Length', cell.length]),
    ...(CREDENTIALS[cell.shows] ?? NOTHING),
  ];
}

export function headOf(cell: Cell, more: readonly string[] = NOTHING): Head {
  const { method, target, upgrade } = cell;
  const headers = headersOf(cell);
  return { method, target, upgrade, rawHeaders: more.length === 0 ? headers : [...headers, ...more] };
}

export type Gate = (listener: Listener, head: Head, known: GateContext) => Verdict;

/** A verdict in words: a status, `nobody`, or the role and the door of whoever was let in. */
export function inWords(verdict: Verdict): string {
  if (!verdict.admitted) return String(verdict.status);
  return verdict.caller === null ? 'nobody' : `${verdict.caller.role} by ${verdict.caller.door}`;
}
