/** Koa and sockets behind the gate, for one listener. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import type { Credentials } from '../access/credentials.ts';
import type { FailureThrottle } from '../access/failure-throttle.ts';
import {
  type Caller,
  cookieOf,
  gate,
  type Head,
  isTrpc,
  type Known,
  type Listener,
  type Verdict,
} from '../access/gate.ts';
import type { Context } from '../api/procedures.ts';
import { appRouter } from '../api/router.ts';
import type { Log } from '../system/log.ts';
import type { Assets } from './assets.ts';
import { packed } from './compress.ts';
import type { Connections } from './connections.ts';
import { carryHeaders } from './headers.ts';
import { patienceOf, refuseBroken } from './raw-refusals.ts';
import { refuse, tellRefusals } from './refused.ts';
import { routes } from './routes.ts';
import { sockets } from './sockets.ts';

export interface HttpParts {
  readonly assets: Assets;
  readonly log: Log;
  /** Everything that procedures work with, save who calls. */
  readonly context: Omit<Context, 'by' | 'backlog' | 'credential' | 'streams'>;
  readonly credentials: Credentials;
  readonly throttle: FailureThrottle;
  readonly connections: Connections;
  /** Why the process that calls over the Unix socket is not the operator's; null: it is. */
  readonly refuseCaller: Known['refuseCaller'];
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
    open: context.access.open,
    cookie: parts.cookie,
    ofToken: (token) => credentials.ofToken(token),
    ofSession: (secret) => credentials.ofSession(secret),
    refuseCaller: parts.refuseCaller,
    limits,
  });
  const check = (req: IncomingMessage, upgrade: boolean): Verdict => {
    // There it is not checked, and may be what no address can be made of, which the procedures stumble over.
    if (listener.kind === 'socket') req.headers.host = 'localhost';
    const verdict = gate(listener, headOf(req, upgrade), known());
    if (!verdict.admitted && verdict.status !== 401)
      refusals.count({ what: verdict.message, ...placeOf(req) });
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
    slowDown: (req) => slowDown(parts, req),
    speaks: (req) => parts.connections.speaks(req.socket),
    ofEmbed: (token, origin) => embedOf(parts, token, origin),
    isStanding: ({ door, origin, credential }) =>
      (door !== 'embed' || context.access.origins().includes(origin ?? '')) &&
      (credential === null || credentials.isStanding(credential)),
    contextFor,
    limits,
  });
  const handle = requestHandler(parts, listener, (req) => check(req, false), contextFor);
  const answering = new WeakMap<Duplex, ServerResponse>();
  const answer: RequestListener = (req, res) => {
    answering.set(req.socket, res);
    carryHeaders(res);
    handle(req, res);
  };
  const options = { requireHostHeader: false, ...patienceOf(limits) };
  const server = tls
    ? createTlsServer({ ...tls, handshakeTimeout: limits.head_ms, ...options }, answer)
    : createServer(options, answer);
  if (listener.kind === 'tcp') parts.connections.watch(server);
  server.on('upgrade', upgrade);
  server.on('checkExpectation', answer);
  server.on('clientError', (error, socket) => refuseBroken(error, socket, answering.get(socket)));
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
function embedOf({ credentials, context }: HttpParts, token: string, origin: string): Caller | null {
  const { open, refusals } = context.access;
  if (open && token === '') return { role: 'embed', actor: 'embed', door: 'embed', origin, credential: null };
  const found = credentials.ofToken(token);
  if (found?.role === 'embed' && found.origin === origin && found.ended === null)
    return { role: 'embed', actor: found.actor, door: 'embed', origin, credential: found };
  refusals.countFailedSignIn({ what: 'An embed without a valid token.', host: '', origin });
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
  app.use(tellRefusals(parts));
  app.use(async (ctx, next) => {
    const verdict = check(ctx.req);
    if (!verdict.admitted) {
      if (verdict.code === 'unknown-token') await slowDown(parts, ctx.req);
      return refuse(ctx, parts.assets, listener, verdict);
    }
    const { caller } = verdict;
    if (caller) callers.set(ctx.req, caller);
    if (caller) keepWhileAnswered(parts.connections, ctx.res, ctx.req.socket);
    if (caller?.role === 'agent' && !AGENT_PATHS.test(ctx.path))
      return refuse(ctx, parts.assets, listener, {
        admitted: false,
        status: 403,
        code: 'agents-only-ask',
        message: `${caller.actor} asks and reports; it does not look around.`,
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
  app.use(async (_ctx, next) => {
    await parts.context.lookAtClock();
    await next();
  });
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

function keepWhileAnswered(connections: Connections, res: ServerResponse, socket: Socket): void {
  connections.speaks(socket);
  res.once('close', () => connections.isSilentAgain(socket));
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

/** A token that is not known may be a guess: it is counted, and its bearer waits. */
async function slowDown({ context, throttle }: HttpParts, req: IncomingMessage): Promise<void> {
  context.access.refusals.countFailedSignIn({ what: 'A token that is not known.', ...placeOf(req) });
  await throttle.wait();
}

/** The adapter sets a weaker one of its own on streams. */
function keepHeader(res: ServerResponse, kept: string): void {
  const setHeader = res.setHeader.bind(res);
  res.setHeader = (name, value) => (name.toLowerCase() === kept ? res : setHeader(name, value));
}

/** The declared length is checked before anything is read; what unpacks to another has none. */
const refuseCompressed: Koa.Middleware = (ctx, next) => {
  if (!['', 'identity'].includes(ctx.get('Content-Encoding').toLowerCase())) ctx.throw(415);
  return next();
};
