/** Handles the requests of one listener: the gate, then procedures or routes. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AnyTRPCRouter } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { under } from '../../shared/base-path.ts';
import type { Caller, Listener, Verdict } from '../access/gate.ts';
import type { Limits } from '../access/limits.ts';
import { ENDED_MEANWHILE, whyNotPath } from '../access/permissions.ts';
import { cookieOf, isTrpc } from '../access/request-head.ts';
import type { CallFields } from '../api/procedures.ts';
import { packed } from './compress.ts';
import type { Connections } from './connections.ts';
import type { HttpParts, SharedContext } from './http.ts';
import type { OpenStreams } from './open-streams.ts';
import { refuse, refuseCall, tellRefusals } from './refused.ts';

const ENDED = {
  admitted: false,
  status: 401,
  code: 'ended-credential',
  message: ENDED_MEANWHILE,
} as const;

type Check = (req: IncomingMessage) => Verdict;

export const placeOf = ({ headers }: IncomingMessage) => ({
  host: headers.host ?? '',
  origin: String(headers.origin ?? ''),
});

/** How requests come in: by the gate, as a caller, and for how long. */
interface Entry<Shared> {
  readonly check: Check;
  readonly contextFor: (caller: Caller, socket: null) => Shared & CallFields;
  readonly streams: OpenStreams;
}

export function requestHandler<Shared extends SharedContext>(
  parts: HttpParts<Shared>,
  listener: Listener,
  entry: Entry<Shared>,
): RequestListener {
  const { access } = parts.context;
  const app = new Koa();
  const callers = new WeakMap<IncomingMessage, Caller>();
  const contextOf = (req: IncomingMessage): Shared & CallFields => {
    const caller = callers.get(req);
    if (!caller) throw new Error('a request passed the gate without a caller');
    return entry.contextFor(caller, null);
  };
  app.on('error', (error) => {
    if (!isBroken(error)) parts.log.error('http', error);
  });
  app.use(redirectUnderBasePath);
  app.use(packed());
  app.use(tellRefusals(parts));
  app.use(admission(parts, listener, entry, callers));
  app.use(procedures(parts.router, access.limits, contextOf));
  app.use(refuseCompressed);
  app.use(async (_ctx, next) => {
    await parts.context.lookAtClock();
    await next();
  });
  app.use(bodyReader(access.limits));
  app.use(async (ctx, next) => {
    // The body may have come long after the head.
    const isStanding = !callers.has(ctx.req) || contextOf(ctx.req).isStanding();
    if (isStanding) await next();
    else refuse(ctx, parts.assets, listener, ENDED);
  });
  const router = parts.routes({
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

/** Routes redirect to paths of ours. */
const redirectUnderBasePath: Koa.Middleware = (ctx, next) => {
  const redirect = ctx.redirect.bind(ctx);
  ctx.redirect = (to) => redirect(to.startsWith('/') ? under(to) : to);
  return next();
};

/** The gate as middleware. Stores the caller of an admitted request in `callers`. */
function admission<Shared extends SharedContext>(
  parts: HttpParts<Shared>,
  listener: Listener,
  { check, streams }: Entry<Shared>,
  callers: WeakMap<IncomingMessage, Caller>,
): Koa.Middleware {
  return async (ctx, next) => {
    const verdict = check(ctx.req);
    if (!verdict.admitted) {
      if (verdict.code === 'unknown-token') await slowDown(parts, ctx.req);
      return refuse(ctx, parts.assets, listener, verdict);
    }
    const { caller } = verdict;
    if (caller) {
      callers.set(ctx.req, caller);
      streams.keep(ctx.res, caller);
      keepWhileAnswered(parts.connections, ctx.res, ctx.req.socket);
    }
    const message = whyNotPath(caller, ctx.path);
    if (message !== null)
      return refuse(ctx, parts.assets, listener, {
        admitted: false,
        status: 403,
        code: 'agents-only-ask',
        message,
      });
    ctx.state.fromSocket = caller?.door === 'cli';
    await next();
  };
}

function keepWhileAnswered(connections: Connections, res: ServerResponse, socket: Socket): void {
  connections.speaks(socket);
  res.once('close', () => connections.isSilentAgain(socket));
}

/** The adapter makes a `Request` of each, and `TRACE` cannot be one. */
const SPOKEN = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Passes the addresses of procedures to the tRPC adapter, and all others to the next middleware. */
function procedures(
  router: AnyTRPCRouter,
  limits: Limits,
  contextOf: (req: IncomingMessage) => object,
): Koa.Middleware {
  const trpc = createHTTPHandler({
    router,
    basePath: '/trpc/',
    maxBodySize: limits.json_bytes,
    maxBatchSize: limits.batch,
    createContext: ({ req }) => contextOf(req),
  });
  return async (ctx, next) => {
    if (!isTrpc(ctx.url)) return next();
    if (!isPlain(ctx.url)) return refuseCall(ctx, 404, 'No procedure has a name like this.');
    if (!SPOKEN.includes(ctx.method)) {
      ctx.status = 405;
      return;
    }
    ctx.respond = false;
    ctx.res.statusCode = 200;
    ctx.res.setHeader('Cache-Control', 'no-store');
    keepHeader(ctx.res, 'cache-control');
    await trpc(ctx.req, ctx.res);
  };
}

/** The adapter reads an address as a URL: it would resolve `/trpc/../settings`, and call what is left of `/settings`. */
const isPlain = (url: string): boolean => new URL(url, 'http://localhost').pathname === url.split('?', 1)[0];

const bodyReader = ({ json_bytes, form_bytes }: Limits): Koa.Middleware =>
  bodyParser({
    enableTypes: ['json', 'text'],
    extendTypes: { text: ['application/x-www-form-urlencoded'] },
    jsonLimit: String(json_bytes),
    textLimit: String(form_bytes),
  });

/** Whether the client disconnected, or sent broken HTTP: its fault, so not logged. */
const isBroken = (error: unknown): boolean =>
  /^(HPE_|ECONN|EPIPE$|ERR_STREAM_PREMATURE_CLOSE$)/.test(
    String((error as { code?: unknown } | null)?.code ?? ''),
  );

/** An unknown token may be a guess: counts it and delays the response. */
export async function slowDown(
  { context, throttle }: Pick<HttpParts<SharedContext>, 'context' | 'throttle'>,
  req: IncomingMessage,
): Promise<void> {
  context.access.refusals.countFailedSignIn({ what: 'A token that is not known.', ...placeOf(req) });
  await throttle.wait();
}

/** Keeps our value of a header: the adapter sets a weaker one on streams. */
function keepHeader(res: ServerResponse, kept: string): void {
  const setHeader = res.setHeader.bind(res);
  res.setHeader = (name, value) => (name.toLowerCase() === kept ? res : setHeader(name, value));
}

/** Refuses compressed bodies: the declared length, which the gate checked, would not be the real one. */
const refuseCompressed: Koa.Middleware = (ctx, next) => {
  if (!['', 'identity'].includes(ctx.get('Content-Encoding').toLowerCase())) ctx.throw(415);
  return next();
};
