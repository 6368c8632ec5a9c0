/**
 * Decides for every request and every upgrade whether it is admitted, and as which caller: a pure function, by the rules of
 * `SECURITY.md`. What an admitted caller may do: `permissions.ts`. `npm run test:door` holds a second implementation against it.
 */
import type { Door, Role } from '../../shared/access-words.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { bearerOf, cookieOf, firstOf, type Head, isTrpc, pathOf, valuesOf } from './request-head.ts';
import {
  isAtHome,
  isEmbedSocket,
  isFollowedLink,
  isFromUs,
  isListed,
  isUnsafe,
  originFor,
  SAFE,
} from './request-source.ts';

export type Listener = { readonly kind: 'socket' } | Tcp;

export interface Tcp {
  readonly kind: 'tcp';
  /** What a Host header may say, with its port: `127.0.0.1:7845`, `[::1]:7845`, … */
  readonly hosts: readonly string[];
  /** The host under which browsers sign in. All others are plain HTTP. */
  readonly own: { readonly host: string; readonly origin: string };
}

/** A valid or ended token or session, and whom it stands for. */
export interface Credential {
  readonly role: Exclude<Role, 'daemon'>;
  readonly actor: string;
  /** Id of the token or session, to check later that it is still valid. */
  readonly id: string;
  /** The page that an embed token is for. */
  readonly origin: string | null;
  /** An embed that may also answer. */
  readonly mayAnswer: boolean;
  /** The unit and run of an agent's token. */
  readonly unit: number | null;
  readonly run: number | null;
  /** Why it is no longer valid; null: it is valid. */
  readonly invalidReason: string | null;
}

/** What the gate needs to know besides the request. */
export interface GateContext {
  /** Origins that may embed our elements. */
  readonly origins: readonly string[];
  /** --no-auth: requests from our own pages are the operator's. */
  readonly open: boolean;
  /** The name of this instance's cookie. */
  readonly cookie: string;
  readonly ofToken: (token: string) => Credential | null;
  readonly ofSession: (secret: string) => Credential | null;
  /** Why a caller on the Unix socket is not the operator; null: it is. `shown`: the caller's proof (`local-callers.ts`). */
  readonly refuseCaller: (shown: string | null) => string | null;
  readonly limits?: Limits;
}

export interface Caller {
  readonly role: Exclude<Role, 'daemon'>;
  readonly actor: string;
  readonly door: Exclude<Door, 'daemon'>;
  readonly origin: string | null;
  /** The caller's credential; null: Unix socket, or --no-auth. */
  readonly credential: Credential | null;
}

export type Verdict =
  /** Without a caller (`null`): public files, or an embed's socket that must still send its token. */
  | { readonly admitted: true; readonly caller: Caller | null }
  | {
      readonly admitted: false;
      readonly status: number;
      readonly code: GateCode;
      readonly message: string;
    };

/** Why a request is refused. */
export type GateCode =
  | 'bad-target'
  | 'browser-on-socket'
  | 'unknown-host'
  | 'outside-base-path'
  | 'repeated-header'
  | 'foreign-origin'
  | 'media-type'
  | 'too-large'
  | 'refused-caller'
  | 'not-signed-in'
  | 'unknown-token'
  | 'ended-credential'
  | 'foreign-token'
  | 'agents-only-ask';

export function gate(listener: Listener, head: Head, context: GateContext): Verdict {
  return (
    refuseTarget(head) ??
    (listener.kind === 'socket' ? refuseBrowser(head) : refuseHost(listener, head)) ??
    (listener.kind === 'tcp' ? refuseOrigin(listener, head, context) : null) ??
    refuseBody(head, context) ??
    (listener.kind === 'tcp' ? admit(listener, head, context) : admitLocal(head, context))
  );
}

const refuse = (status: number, code: GateCode, message: string): Verdict => ({
  admitted: false,
  status,
  code,
  message,
});

/** A fragment is no part of a target (RFC 9112): no browser sends one. */
function refuseTarget({ target }: Head): Verdict | null {
  const plain = /^\/(?!\/)[\x21-\x7e]*$/.test(target) && !/[\\#]/.test(target);
  return plain
    ? null
    : refuse(400, 'bad-target', 'The address must begin with one "/" and be plain ASCII without "#".');
}

/** Refuses browsers on the Unix socket. `Sec-Fetch-Mode` is not checked, because Node's fetch sends it. */
function refuseBrowser(head: Head): Verdict | null {
  const mark = ['origin', 'referer', 'cookie', 'sec-fetch-site', 'sec-fetch-dest'].find(
    (name) => valuesOf(head, name).length > 0,
  );
  return mark === undefined
    ? null
    : refuse(403, 'browser-on-socket', `The socket is not for browsers (${mark} was sent).`);
}

/** A page under a rebound name can read this message, so it does not contain our host names. */
function refuseHost({ hosts }: Tcp, head: Head): Verdict | null {
  const given = valuesOf(head, 'host');
  if (given.length === 1 && hosts.includes(given[0] ?? '')) return null;
  return refuse(
    421,
    'unknown-host',
    'This is Signalbox, but not under this name. “signalbox url” prints its address; behind a proxy, start it with --public-origin.',
  );
}

/** The exact Origin is the CSRF check. Comparing Origin with Host would admit rebound names if Host were not checked before. */
function refuseOrigin(listener: Tcp, head: Head, context: GateContext): Verdict | null {
  const origins = valuesOf(head, 'origin');
  const sites = valuesOf(head, 'sec-fetch-site');
  if (origins.length > 1 || sites.length > 1)
    return refuse(400, 'repeated-header', 'A header was sent twice.');
  const foreign = refuse(
    403,
    'foreign-origin',
    'Another web page may not do this. Open Signalbox itself; a page that embeds it is listed by "signalbox origin add".',
  );
  if (isUnsafe(head)) return mayWrite(listener, head, context) ? null : foreign;
  return mayRead(head, context) ? null : foreign;
}

/** Whether a request may change something or open a socket: from our own page, an embed on its socket, or a program with a token. */
function mayWrite(listener: Tcp, head: Head, context: GateContext): boolean {
  const origin = firstOf(head, 'origin');
  const site = firstOf(head, 'sec-fetch-site');
  if (isEmbedSocket(head) && isListed(head, context))
    return site === undefined || ['same-origin', 'same-site', 'cross-site'].includes(site);
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined
    ? firstOf(head, 'authorization') !== undefined
    : origin === originFor(listener, head);
}

/** Whether a request may read: from our own pages, the address bar, a followed link to a whole page, or a listed embed. */
function mayRead(head: Head, context: GateContext): boolean {
  const site = firstOf(head, 'sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return isFollowedLink(head) || (pathOf(head) === '/embed.js' && isListed(head, context));
}

function refuseBody(head: Head, { limits = DEFAULT_LIMITS }: GateContext): Verdict | null {
  if (SAFE.includes(head.method)) return null;
  const type = (firstOf(head, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const isForm = type === 'application/x-www-form-urlencoded' && !isTrpc(head.target);
  if (!isForm && type !== 'application/json')
    return refuse(
      415,
      'media-type',
      'Send application/json, or, to a page, application/x-www-form-urlencoded.',
    );
  const limit = isForm ? limits.form_bytes : limits.json_bytes;
  const length = firstOf(head, 'content-length') ?? '0';
  return /^\d{1,15}$/.test(length) && Number(length) <= limit
    ? null
    : refuse(413, 'too-large', `At most ${Math.floor(limit / 1024)} KiB are read.`);
}

/**
 * The mode of the socket file admits only the operator, so its callers are the operator, unless they send a token or the
 * calling process descends from a run.
 */
function admitLocal(head: Head, context: GateContext): Verdict {
  const token = bearerOf(head);
  if (token !== null) return byToken(token, 'cli', null, context);
  const shown = valuesOf(head, 'signalbox-caller');
  const why = context.refuseCaller(shown.length === 1 ? (shown[0] ?? null) : null);
  return why === null ? admitted(null, 'cli', null) : refuse(403, 'refused-caller', why);
}

function admit(listener: Tcp, head: Head, context: GateContext): Verdict {
  const origin = firstOf(head, 'origin') ?? null;
  const token = bearerOf(head);
  if (token !== null) return byToken(token, 'api', origin, context);
  if (isEmbedSocket(head) && isListed(head, context)) return NOBODY;
  const door = isUnsafe(head) && !head.upgrade && !isTrpc(head.target) ? 'form' : 'page';
  const secret = isAtHome(listener, head) ? cookieOf(head, context.cookie) : null;
  const session = secret === null ? null : context.ofSession(secret);
  if (session && session.invalidReason === null) return admitted(session, door, origin);
  if (context.open && isFromUs(listener, head)) return admitted(null, door, origin);
  return isPublic(head)
    ? NOBODY
    : refuse(401, 'not-signed-in', 'You are not signed in. In the project, run: signalbox open');
}

const NOBODY: Verdict = { admitted: true, caller: null };

/** Public: the sign-in page, scripts and styles. */
function isPublic(head: Head): boolean {
  const path = pathOf(head);
  const isShown = path === '/embed.js' || path === '/sign-in' || /^\/(sign-in|assets)\//.test(path);
  return isShown && ['GET', 'HEAD'].includes(head.method) && !head.upgrade;
}

function byToken(token: string, door: 'cli' | 'api', origin: string | null, context: GateContext): Verdict {
  const credential = context.ofToken(token);
  if (!credential) return refuse(401, 'unknown-token', 'This token is not known.');
  if (credential.invalidReason !== null) return refuse(401, 'ended-credential', credential.invalidReason);
  if (credential.role !== 'embed') return admitted(credential, door, origin);
  if (origin !== null && origin !== credential.origin)
    return refuse(401, 'foreign-token', 'This token is for another page.');
  return admitted(credential, door === 'cli' ? door : 'embed', origin);
}

/** Without a credential the caller is the operator. */
const admitted = (credential: Credential | null, door: Caller['door'], origin: string | null): Verdict => ({
  admitted: true,
  caller: {
    role: credential?.role ?? 'operator',
    actor: credential?.actor ?? 'operator',
    door,
    origin,
    credential,
  },
});
