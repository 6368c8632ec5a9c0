/** Koa and sockets behind the gate, for one listener. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import type { Credentials } from './access/credentials.ts';
import type { Slowly } from './access/slowly.ts';
import type { Assets } from './assets.ts';
import {
  type Caller,
  cookieOf,
  gate,
  type Head,
  isTrpc,
  type Known,
  type Listener,
  type Verdict,
} from './gate.ts';
import { HEADERS } from './headers.ts';
import type { Log } from './log.ts';
import { packed } from './packed.ts';
import type { Context } from './procedures.ts';
import { refusalOf } from './refusal-of.ts';
import { sendJson, sendMessage, wantsJson } from './reply.ts';
import { appRouter } from './router.ts';
import { routes } from './routes.ts';
import { sendSignIn } from './sign-in-page.ts';
import { sockets } from './sockets.ts';

export interface HttpParts {
  readonly assets: Assets;
  readonly log: Log;
  /** Everything that procedures work with, save who calls. */
  readonly context: Omit<Context, 'by' | 'backlog' | 'credential' | 'streams'>;
  readonly credentials: Credentials;
  readonly slowly: Slowly;
  /** Nobody signs in. */
  readonly open: boolean;
  /** The name of this instance's cookie. */
  readonly cookie: string;
}

/** Key and certificate, in PEM. */
export interface Tls {
  readonly key: Buffer;
  readonly cert: Buffer;
}

export interface GatedServer {
  readonly server: Server;
  /** Ends the sockets of those whose token or session counts no more. */
  readonly dropEnded: () => void;
  /** Ends every connection, so that the server can close; those who watch come back by themselves. */
  readonly hangUp: () => void;
  /** The same without asking. */
  readonly cutOff: () => void;
}

/** Makes a server for one listener: the gate before every request and every upgrade, then the same for all. */
export function makeServer(parts: HttpParts, listener: Listener, tls?: Tls): GatedServer {
  const { context, credentials } = parts;
  const { limits, refusals } = context.access;
  const known = (): Known => ({
    origins: context.access.origins(),
    open: parts.open,
    cookie: parts.cookie,
    ofToken: (token) => credentials.ofToken(token),
    ofSession: (secret) => credentials.ofSession(secret),
    limits,
  });
  const check = (req: IncomingMessage, upgrade: boolean): Verdict => {
    // There it is not checked, and may be what no address can be made of, which the procedures stumble over.
    if (listener.kind === 'socket') req.headers.host = 'localhost';
    const verdict = gate(listener, headOf(req, upgrade), known());
    if (!verdict.admitted && verdict.status !== 401)
      refusals.count({ what: verdict.sentence, ...placeOf(req) });
    return verdict;
  };
  const contextFor = (caller: Caller, backlog: () => number): Context => {
    const { actor, role, door, origin, credential } = caller;
    return {
      ...context,
      by: { actor, role, door, origin },
      credential,
      streams: { count: 0 },
      backlog,
    };
  };
  const { upgrade, dropEnded, hangUp, cutOff } = sockets({
    check: (req) => check(req, true),
    ofEmbed: (token, origin) => embedOf(parts, token, origin),
    isStanding: ({ door, origin, credential }) =>
      (door !== 'embed' || context.access.origins().includes(origin ?? '')) &&
      (credential === null || credentials.isStanding(credential)),
    contextFor,
    limits,
  });
  const answer = requestHandler(parts, listener, (req) => check(req, false), contextFor);
  const options = { requireHostHeader: false };
  const server = tls ? createTlsServer({ ...tls, ...options }, answer) : createServer(options, answer);
  server.on('upgrade', upgrade);
  return {
    server,
    dropEnded,
    hangUp() {
      hangUp();
      server.closeIdleConnections();
    },
    cutOff() {
      cutOff();
      server.closeAllConnections();
    },
  };
}

type Check = (req: IncomingMessage) => Verdict;
type ContextFor = (caller: Caller, backlog: () => number) => Context;

/** Whom a token names on this page; null: nobody. Where nobody signs in, a listed page looks without one. */
function embedOf({ open, credentials, context }: HttpParts, token: string, origin: string): Caller | null {
  if (open && token === '') return { role: 'embed', actor: 'embed', door: 'embed', origin, credential: null };
  const found = credentials.ofToken(token);
  if (found?.role === 'embed' && found.origin === origin && found.ended === null)
    return { role: 'embed', actor: found.actor, door: 'embed', origin, credential: found };
  context.access.refusals.countFailedSignIn({ what: 'An embed without a valid token.', host: '', origin });
  return null;
}

const headOf = ({ method = '', url = '', rawHeaders }: IncomingMessage, upgrade: boolean): Head => ({
  method,
  target: url,
  rawHeaders,
  upgrade,
});

const placeOf = ({ headers }: IncomingMessage) => ({
  host: headers.host ?? '',
  origin: String(headers.origin ?? ''),
});

const noBacklog = () => 0;

function requestHandler(
  parts: HttpParts,
  listener: Listener,
  check: Check,
  contextFor: ContextFor,
): RequestListener {
  const { log } = parts;
  const { access } = parts.context;
  const { limits } = access;
  const app = new Koa();
  const callers = new WeakMap<IncomingMessage, Caller>();
  const contextOf = (req: IncomingMessage): Context => {
    const caller = callers.get(req);
    if (!caller) throw new Error('a request passed the gate without a caller');
    return contextFor(caller, noBacklog);
  };
  const trpc = createHTTPHandler({
    router: appRouter,
    basePath: '/trpc/',
    maxBodySize: limits.json_bytes,
    maxBatchSize: limits.batch,
    createContext: ({ req }) => contextOf(req),
  });
  app.on('error', (error) => {
    if (!isBroken(error)) log.error('http', error);
  });
  app.use(packed());
  app.use(async (ctx, next) => {
    ctx.set(HEADERS);
    await next();
  });
  app.use(tellRefusals(parts));
  app.use(async (ctx, next) => {
    const verdict = check(ctx.req);
    if (!verdict.admitted) {
      if (verdict.status === 401 && ctx.get('Authorization') !== '') await slowDown(parts, ctx);
      return refuse(ctx, parts, listener, verdict);
    }
    const { caller } = verdict;
    if (caller) callers.set(ctx.req, caller);
    if (caller?.role === 'agent' && !AGENT_PATHS.test(ctx.path))
      return refuse(ctx, parts, listener, {
        admitted: false,
        status: 403,
        sentence: `${caller.actor} asks and reports; it does not look around.`,
      });
    ctx.state.fromSocket = caller?.door === 'cli';
    await next();
  });
  app.use(async (ctx, next) => {
    if (!isTrpc(ctx.url)) return next();
    if (!SPOKEN.includes(ctx.method)) {
      ctx.status = 405;
      return;
    }
    ctx.respond = false;
    ctx.res.statusCode = 200;
    ctx.res.setHeader('Cache-Control', 'no-store');
    keepHeader(ctx.res, 'cache-control');
    await trpc(ctx.req, ctx.res);
  });
  app.use(refuseCompressed);
  app.use(
    bodyParser({
      enableTypes: ['json', 'text'],
      extendTypes: { text: ['application/x-www-form-urlencoded'] },
      jsonLimit: String(limits.json_bytes),
      textLimit: String(limits.form_bytes),
    }),
  );
  const router = routes({
    ...parts,
    listener,
    access,
    store: parts.context.store,
    contextFor: (ctx) => contextOf(ctx.req),
    callerOf: (ctx) => callers.get(ctx.req) ?? null,
    cookieOf: (ctx) => cookieOf(ctx.req, parts.cookie),
  });
  app.use(router.routes()).use(router.allowedMethods());
  return app.callback();
}

/** The adapter makes a `Request` of each, and there is none that traces. */
const SPOKEN = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** What an agent's token opens: the procedures, and its own unit's addresses, which lead to them. */
const AGENT_PATHS = /^\/(trpc(\/|$)|work-units\/[^/]+(\/[a-z]+)?$)/;

/** Somebody went away, or what they sent stopped being HTTP halfway: that is theirs, and no news. */
const isBroken = (error: unknown): boolean =>
  /^(HPE_|ECONN|EPIPE$|ERR_STREAM_PREMATURE_CLOSE$)/.test(
    String((error as { code?: unknown } | null)?.code ?? ''),
  );

type Refused = Extract<Verdict, { admitted: false }>;

/** A token that is not known may be a guess: it is counted, and its bearer waits. */
async function slowDown({ context, slowly }: HttpParts, ctx: Koa.Context): Promise<void> {
  context.access.refusals.countFailedSignIn({ what: 'A token that is not known.', ...placeOf(ctx.req) });
  await slowly.wait();
}

/** What the gate says, in the form that the caller can read: a page, JSON, or an error of the procedures. */
function refuse(ctx: Koa.Context, parts: HttpParts, listener: Listener, { status, sentence }: Refused): void {
  if (status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="Signalbox"');
  if (isTrpc(ctx.url)) {
    ctx.status = status;
    ctx.set('Cache-Control', 'no-store');
    ctx.body = {
      error: {
        message: sentence,
        code: -32600,
        data: { code: status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN', httpStatus: status, refusal: null },
      },
    };
  } else if (status === 401 && !wantsJson(ctx)) sendSignIn(ctx, parts.assets, listener, 401);
  else tell(ctx, parts.assets, status, 'Not let in', sentence, { kind: 'refused', field: null, items: [] });
}

/** The adapter sets a weaker one of its own on streams. */
function keepHeader(res: ServerResponse, kept: string): void {
  const setHeader = res.setHeader.bind(res);
  res.setHeader = (name, value) => (name.toLowerCase() === kept ? res : setHeader(name, value));
}

/** A refusal is a page for a person and JSON for a script; anything unexpected is a line in the log. */
function tellRefusals({ assets, log }: HttpParts): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body)
        tell(ctx, assets, 404, 'Not found', 'There is nothing at this address.');
      if (ctx.status === 405 || ctx.status === 501)
        tell(ctx, assets, ctx.status, 'Not that way', 'This address does not take this method.');
    } catch (error) {
      const refusal = refusalOf(error);
      const status = refusal?.status ?? clientStatus(error) ?? 500;
      if (status === 500) log.error(`${ctx.method} ${ctx.path}`, error);
      const sentence =
        refusal?.sentence ??
        (status === 500 ? 'Something went wrong.' : (SENTENCES[status] ?? 'This cannot be read.'));
      tell(
        ctx,
        assets,
        status,
        TITLES[status] ?? 'Refused',
        sentence,
        refusal ?? { kind: 'invalid', field: null, items: [] },
      );
    }
  };
}

/** The declared length is checked before anything is read; what unpacks to another has none. */
const refuseCompressed: Koa.Middleware = (ctx, next) => {
  if (!['', 'identity'].includes(ctx.get('Content-Encoding').toLowerCase())) ctx.throw(415);
  return next();
};

const TITLES: Readonly<Record<number, string>> = {
  404: 'Not found',
  409: 'Not any more',
  413: 'Too large',
  422: 'Not understood',
  500: 'Something went wrong',
};
const SENTENCES: Readonly<Record<number, string>> = {
  413: 'This is more than is read.',
  415: 'Send it as UTF-8, not compressed.',
};

function tell(
  ctx: Koa.Context,
  assets: Assets,
  status: number,
  title: string,
  sentence: string,
  more = {},
): void {
  if (wantsJson(ctx)) sendJson(ctx, { error: { ...more, status, sentence } }, status);
  else sendMessage(ctx, assets, status, title, sentence);
}

/** Errors of the body reader say themselves that the caller is at fault. */
function clientStatus(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}
