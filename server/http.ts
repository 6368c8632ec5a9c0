import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { getWSConnectionHandler } from '@trpc/server/adapters/ws';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { WebSocketServer } from 'ws';
import type { Assets } from './assets.ts';
import { type Caller, gate, type Head, isTrpc, LIMITS, type Listener, type Verdict } from './gate.ts';
import type { Log } from './log.ts';
import { refusalOf } from './refusal-of.ts';
import { sendJson, sendMessage, wantsJson } from './reply.ts';
import { appRouter, type Context } from './router.ts';
import { routes } from './routes.ts';

export interface HttpParts {
  readonly assets: Assets;
  readonly log: Log;
  /** Everything that procedures work with, save who calls. */
  readonly context: Omit<Context, 'by' | 'backlog'>;
}

/** What every answer carries. No inline script or style; nothing of ours in anybody's frame. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
};

const MESSAGE_BYTES = 1024 * 1024;
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;

export interface GatedServer {
  readonly server: Server;
  /** Ends every connection, so that the server can close; those who watch come back by themselves. */
  readonly hangUp: () => void;
  /** The same without asking. */
  readonly cutOff: () => void;
}

/** Makes a server for one listener: the gate before every request and every upgrade, then the same for all. */
export function makeServer(parts: HttpParts, listener: Listener): GatedServer {
  const admitted = new WeakMap<IncomingMessage, Caller>();
  const check = (req: IncomingMessage, upgrade: boolean): Verdict => {
    const verdict = gate(listener, headOf(req, upgrade));
    if (verdict.admitted) admitted.set(req, verdict.caller);
    return verdict;
  };
  const contextFor = (req: IncomingMessage, backlog: () => number): Context => {
    const caller = admitted.get(req);
    if (!caller) throw new Error('a request passed the gate without a caller');
    return { ...parts.context, by: { actor: caller.role, ...caller }, backlog };
  };
  const server = createServer({ requireHostHeader: false }, requestHandler(parts, check, contextFor));
  const wss = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES, perMessageDeflate: false });
  serveSockets(wss, contextFor);
  server.on('upgrade', upgradeHandler(wss, check));
  const hangUp = () => {
    for (const socket of wss.clients) socket.close(1012, 'restarting');
    server.closeIdleConnections();
  };
  const cutOff = () => {
    for (const socket of wss.clients) socket.terminate();
    server.closeAllConnections();
  };
  return { server, hangUp, cutOff };
}

type Check = (req: IncomingMessage, upgrade: boolean) => Verdict;
type ContextFor = (req: IncomingMessage, backlog: () => number) => Context;

const headOf = ({ method = '', url = '', rawHeaders }: IncomingMessage, upgrade: boolean): Head => ({
  method,
  target: url,
  rawHeaders,
  upgrade,
});

const noBacklog = () => 0;

function requestHandler(parts: HttpParts, check: Check, contextFor: ContextFor): RequestListener {
  const { assets, log } = parts;
  const app = new Koa();
  const trpc = createHTTPHandler({
    router: appRouter,
    basePath: '/trpc/',
    maxBodySize: LIMITS.json,
    maxBatchSize: 20,
    createContext: ({ req }) => contextFor(req, noBacklog),
  });
  app.on('error', (error) => log.error('http', error));
  app.use(async (ctx, next) => {
    ctx.set(HEADERS);
    const verdict = check(ctx.req, false);
    if (!verdict.admitted) return refuse(ctx, assets, verdict);
    ctx.state.fromSocket = verdict.caller.door === 'cli';
    await next();
  });
  app.use(async (ctx, next) => {
    if (!isTrpc(ctx.url)) return next();
    ctx.respond = false;
    ctx.res.statusCode = 200;
    ctx.res.setHeader('Cache-Control', 'no-store');
    keepHeader(ctx.res, 'cache-control');
    await trpc(ctx.req, ctx.res);
  });
  app.use(tellRefusals(parts));
  app.use(
    bodyParser({
      enableTypes: ['json', 'text'],
      extendTypes: { text: ['application/x-www-form-urlencoded'] },
      jsonLimit: String(LIMITS.json),
      textLimit: String(LIMITS.form),
    }),
  );
  const router = routes({ assets, contextFor: (ctx) => contextFor(ctx.req, noBacklog) });
  app.use(router.routes()).use(router.allowedMethods());
  return app.callback();
}

type Refused = Extract<Verdict, { admitted: false }>;

/** What the gate says, in the form that the caller can read: a page, JSON, or an error of the procedures. */
function refuse(ctx: Koa.Context, assets: Assets, { status, sentence }: Refused): void {
  if (isTrpc(ctx.url)) {
    ctx.status = status;
    ctx.set('Cache-Control', 'no-store');
    ctx.body = {
      error: {
        message: sentence,
        code: -32600,
        data: { code: 'FORBIDDEN', httpStatus: status, refusal: null },
      },
    };
  } else tell(ctx, assets, status, 'Not let in', sentence, { kind: 'refused', field: null, items: [] });
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

const TITLES: Readonly<Record<number, string>> = {
  404: 'Not found',
  409: 'Not any more',
  413: 'Too large',
  422: 'Not understood',
  500: 'Something went wrong',
};
const SENTENCES: Readonly<Record<number, string>> = { 413: 'This is more than is read.' };

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

function serveSockets(wss: WebSocketServer, contextFor: ContextFor): void {
  const connect = getWSConnectionHandler({
    wss,
    router: appRouter,
    maxBatchSize: 20,
    keepAlive: { enabled: true, pingMs: 15_000, pongWaitMs: 10_000 },
    createContext: ({ req, res }) => contextFor(req, () => res.bufferedAmount),
  });
  wss.on('connection', (socket, req) => {
    socket.on('error', () => socket.terminate());
    const watch = setInterval(() => {
      if (socket.bufferedAmount > SEND_BUFFER_BYTES) socket.close(1013, 'too slow');
    }, 1000);
    socket.on('close', () => clearInterval(watch));
    void connect(socket, req);
  });
}

/** The error listener comes first: a peer may reset the connection before anything else happens. */
function upgradeHandler(wss: WebSocketServer, check: Check) {
  return (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const verdict = check(req, true);
    if (!verdict.admitted) return refuseUpgrade(socket, verdict.status, verdict.sentence);
    if (!/^\/trpc(\?|$)/.test(req.url ?? '')) return refuseUpgrade(socket, 404, 'The socket is at /trpc.');
    wss.handleUpgrade(req, socket, head, (ws) => wss.emit('connection', ws, req));
  };
}

function refuseUpgrade(socket: Duplex, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  const headers = Object.entries({
    ...HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(body)),
  });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}
