/**
 * What the door does with a request, once more and otherwise: not as checks in a row but as tables of the facts
 * of a request (`*` is any, `|` is or). Written from the design, not from the gate.
 */
import { type Cell, FORM_TYPE, JSON_TYPE, LISTED, OWN_HOST, SECOND, type Shown, TCP } from './scene.ts';

/** At whose door: a TCP listener with or without `--no-auth`, or the Unix socket. */
export type Door = 'shut' | 'open' | 'socket';

const SITE_KINDS: Readonly<Record<string, string>> = {
  absent: 'ours',
  'same-origin': 'ours',
  none: 'none',
  'same-site': 'far',
  'cross-site': 'far',
};
const COLUMNS = {
  act: ['read', 'visit', 'ask', 'write', 'upgrade', 'embed'],
  place: ['page', 'procedure', 'public', 'bundle'],
  origin: ['absent', 'ours', 'listed', 'alien'],
  site: ['ours', 'none', 'far', 'odd'],
  shows: ['token', 'none'],
};

/** Who gets past Origin and Sec-Fetch-Site. */
const PASSES = table(`
  act                  place   origin       site      shows
  read|visit|ask       *       *            ours|none *
  visit                *       *            *         *
  read|visit|ask       bundle  listed       *         *
  write|upgrade|embed  *       ours         ours      *
  write|upgrade|embed  *       absent       ours      token
  embed                *       listed       ours|far  *`);

/** Whose page it certainly is: there the cookie counts, and under --no-auth everybody. */
const OUR_PAGE = table(`
  act         place   origin  site       shows
  *           *       ours    ours|none  none
  read|visit  *       absent  ours|none  none`);
const FOR_EVERYBODY = table(`
  act         place          origin  site  shows
  embed       *              listed  *     none
  read|visit  public|bundle  *       *     none`);

/** Every row spelled out: facts in the order of the columns. */
function table(text: string): ReadonlySet<string> {
  const rows = text.trim().split('\n').slice(1);
  return new Set(rows.flatMap((row) => spelledOut(row.trim().split(/ +/), Object.values(COLUMNS))));
}

function spelledOut([cell, ...cells]: readonly string[], [all, ...columns]: readonly string[][]): string[] {
  if (cell === undefined || all === undefined) return [''];
  const rest = spelledOut(cells, columns);
  return (cell === '*' ? all : cell.split('|')).flatMap((fact) => rest.map((facts) => ` ${fact}${facts}`));
}

const BY_TOKEN: Readonly<Partial<Record<Shown, string>>> = {
  operator: 'operator by api',
  viewer: 'viewer by api',
  monitor: 'monitor by api',
  embed: 'embed by embed',
  agent: 'agent by api',
};
const LIMITS: Readonly<Record<string, number>> = { [FORM_TYPE]: 262_144, [JSON_TYPE]: 1_048_576 };

/** The status of the refusal, `nobody`, or the role and the door. */
export function oracle(door: Door, cell: Cell): string {
  const path = cell.target.split('?', 1)[0] ?? '';
  const writes = !['GET', 'HEAD', 'OPTIONS'].includes(cell.method);
  const act = actOf(cell, path, writes);
  const place = placeOf(path);
  const host = cell.hosts.join();
  const hasCookie = /session/.test(cell.shows);
  const origin = originKind(cell.origins, `http://${host}`);
  const site = SITE_KINDS[cell.sites[0] ?? 'absent'] ?? 'odd';
  const facts = ` ${act} ${place} ${origin} ${site} ${hasCookie || cell.shows === 'nothing' ? 'none' : 'token'}`;

  const media = cell.type?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const browser = cell.origins.length + cell.sites.length > 0 || cell.navigates || hasCookie;
  const overTcp = door !== 'socket';
  /** All that is wrong with it, in the order in which it is said. */
  const faults: readonly (readonly [string, boolean])[] = [
    ['400', !/^\/(?!\/)[!"$-[\]-~]*$/.test(cell.target)],
    ['403', !overTcp && browser],
    ['421', overTcp && (cell.hosts.length !== 1 || !TCP.hosts.includes(host))],
    ['400', cell.origins.length > 1 || cell.sites.length > 1],
    ['403', overTcp && !PASSES.has(facts)],
    ['415', writes && media !== JSON_TYPE && (media !== FORM_TYPE || place === 'procedure')],
    ['413', writes && !(Number(cell.length?.replace(/^$|\D/, 'no number') ?? 0) <= (LIMITS[media] ?? 0))],
  ];
  return faults.find(([, found]) => found)?.[0] ?? callerOf(door, cell, facts);
}

function actOf({ method, upgrade, navigates }: Cell, path: string, writes: boolean): string {
  if (upgrade) return path === '/embed' ? 'embed' : 'upgrade';
  if (writes) return 'write';
  return method === 'OPTIONS' ? 'ask' : navigates && method === 'GET' ? 'visit' : 'read';
}

function placeOf(path: string): string {
  const [, first = '', second] = path.split('/');
  if (path === '/embed.js') return 'bundle';
  if (first === 'trpc') return 'procedure';
  return first === 'sign-in' || (first === 'assets' && second !== undefined) ? 'public' : 'page';
}

function originKind([origin]: readonly string[], ours: string): string {
  if (origin === undefined) return 'absent';
  return origin === ours ? 'ours' : [LISTED, SECOND].includes(origin) ? 'listed' : 'alien';
}

function callerOf(door: Door, cell: Cell, facts: string): string {
  const misplaced = cell.shows === 'embed' && ![LISTED, ''].includes(cell.origins.join());
  const byToken = (!misplaced && BY_TOKEN[cell.shows]) || '401';
  if (facts.endsWith(' token')) return door === 'socket' ? byToken.replace(/[a-z]+$/, 'cli') : byToken;
  if (door === 'socket') return 'operator by cli';
  const known = door === 'open' || (cell.shows === 'session' && cell.hosts[0] === OWN_HOST);
  if (known && OUR_PAGE.has(facts))
    return /^ write (?!procedure)/.test(facts) ? 'operator by form' : 'operator by page';
  return FOR_EVERYBODY.has(facts) ? 'nobody' : '401';
}
