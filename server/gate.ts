/**
 * The gate: one pure function of listener and request head, before every request and every upgrade. It
 * decides who may come in at all, and as whom; what they may do is said where procedures are made.
 */
import type { Door, Role } from '../shared/words.ts';

export type Listener =
  | { readonly kind: 'socket' }
  | {
      readonly kind: 'tcp';
      readonly port: number;
      /** Names under which browsers may know us, without port: `127.0.0.1`, `localhost`, `[::1]`. */
      readonly hosts: readonly string[];
      /** Whether this is the operator's bearer token. */
      readonly isToken: (token: string) => boolean;
    };

export interface Head {
  readonly method: string;
  readonly target: string;
  /** As received: names and values in turn, repeats included. */
  readonly rawHeaders: readonly string[];
  readonly upgrade: boolean;
}

export interface Caller {
  readonly role: Role;
  readonly door: Door;
  readonly origin: string | null;
}

export type Verdict =
  | { readonly admitted: true; readonly caller: Caller }
  | { readonly admitted: false; readonly status: number; readonly sentence: string };

export const LIMITS = { form: 256 * 1024, json: 1024 * 1024 } as const;
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

export function gate(listener: Listener, head: Head): Verdict {
  return (
    refuseTarget(head) ??
    (listener.kind === 'socket' ? refuseBrowser(head) : refuseHost(listener, head)) ??
    (listener.kind === 'tcp' ? refuseOrigin(head) : null) ??
    refuseBody(head) ??
    admit(listener, head)
  );
}

const refuse = (status: number, sentence: string): Verdict => ({ admitted: false, status, sentence });

function refuseTarget({ target }: Head): Verdict | null {
  const plain = /^\/(?!\/)[\x21-\x7e]*$/.test(target) && !target.includes('\\');
  return plain ? null : refuse(400, 'The address must begin with one "/" and be plain ASCII.');
}

/** No browser may talk to the Unix socket. Node's own fetch sends `Sec-Fetch-Mode`, so that one is let be. */
function refuseBrowser(head: Head): Verdict | null {
  const mark = ['origin', 'referer', 'cookie', 'sec-fetch-site', 'sec-fetch-dest'].find(
    (name) => valuesOf(head, name).length > 0,
  );
  return mark === undefined ? null : refuse(403, `The socket is not for browsers (${mark} was sent).`);
}

function refuseHost(listener: Tcp, head: Head): Verdict | null {
  const hosts = valuesOf(head, 'host');
  const known = listener.hosts.map((name) => `${name}:${listener.port}`);
  if (hosts.length === 1 && known.includes(hosts[0] ?? '')) return null;
  return refuse(421, `This is Signalbox, known as ${known.join(', ')}. Use one of these addresses.`);
}

type Tcp = Extract<Listener, { kind: 'tcp' }>;

/** An exact Origin is the forgery check. "Origin equals Host" alone would let a rebound name in; Host was checked. */
function refuseOrigin(head: Head): Verdict | null {
  const origins = valuesOf(head, 'origin');
  const sites = valuesOf(head, 'sec-fetch-site');
  if (origins.length > 1 || sites.length > 1) return refuse(400, 'A header was sent twice.');
  const [origin] = origins;
  const [site] = sites;
  const foreign = refuse(403, 'Another web page may not do this. Open Signalbox itself.');
  if (!isUnsafe(head)) return isReadable(head, site) ? null : foreign;
  if (site !== undefined && site !== 'same-origin') return foreign;
  if (origin !== undefined) return origin === `http://${hostOf(head)}` ? null : foreign;
  return bearerOf(head) === null
    ? refuse(403, 'Without an Origin this needs the bearer token that "signalbox token" prints.')
    : null;
}

/** Reading: from our own pages, from the address bar, or by following a link to a whole page. */
function isReadable(head: Head, site: string | undefined): boolean {
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return firstOf(head, 'sec-fetch-mode') === 'navigate' && firstOf(head, 'sec-fetch-dest') === 'document';
}

/** An upgrade can change things, whatever its method says. */
const isUnsafe = ({ method, upgrade }: Head): boolean => upgrade || !SAFE.includes(method);

function refuseBody(head: Head): Verdict | null {
  if (SAFE.includes(head.method)) return null;
  const type = (firstOf(head, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const length = Number(firstOf(head, 'content-length') ?? 0);
  const isForm = type === 'application/x-www-form-urlencoded' && !isTrpc(head.target);
  if (!isForm && type !== 'application/json')
    return refuse(415, 'Send application/json, or, to a page, application/x-www-form-urlencoded.');
  const limit = isForm ? LIMITS.form : LIMITS.json;
  return length <= limit ? null : refuse(413, `At most ${limit / 1024} KiB are read.`);
}

export const isTrpc = (target: string): boolean => /^\/trpc([/?]|$)/.test(target);

function admit(listener: Listener, head: Head): Verdict {
  if (listener.kind === 'socket') return as('operator', 'cli', null);
  const token = bearerOf(head);
  const origin = firstOf(head, 'origin') ?? null;
  if (token !== null)
    return listener.isToken(token) ? as('operator', 'api', origin) : refuse(401, 'This token is not known.');
  if (!isUnsafe(head)) return as('viewer', 'page', origin);
  return as('operator', head.upgrade || isTrpc(head.target) ? 'page' : 'form', origin);
}

const as = (role: Role, door: Door, origin: string | null): Verdict => ({
  admitted: true,
  caller: { role, door, origin },
});

/** The token of the one Authorization header; '' (which is nobody's) when it cannot be read; null when none. */
function bearerOf(head: Head): string | null {
  const values = valuesOf(head, 'authorization');
  if (values.length === 0) return null;
  return values.length === 1 ? (/^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(values[0] ?? '')?.[1] ?? '') : '';
}

const hostOf = (head: Head): string => firstOf(head, 'host') ?? '';

const firstOf = (head: Head, name: string): string | undefined => valuesOf(head, name)[0];

function valuesOf({ rawHeaders }: Head, name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}
