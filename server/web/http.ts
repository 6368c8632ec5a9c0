/** Koa and sockets behind the gate, for one listener. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type Router from '@koa/router';
import type { AnyTRPCRouter } from '@trpc/server';
import { under, within } from '../../shared/base-path.ts';
import type { Credentials } from '../access/credentials.ts';
import type { FailureThrottle } from '../access/failure-throttle.ts';
import { type Caller, type GateContext, gate, type Listener, type Verdict } from '../access/gate.ts';
import { mayStay } from '../access/permissions.ts';
import type { Head } from '../access/request-head.ts';
import type { CallContext, CallFields, Context } from '../api/procedures.ts';
import type { ViewerSocket } from '../api/streams.ts';
import type { Log } from '../system/log.ts';
import type { Assets } from './assets.ts';
import type { Connections } from './connections.ts';
import { carryHeaders } from './headers.ts';
import { OpenStreams } from './open-streams.ts';
import { patienceOf, refuseBroken } from './raw-refusals.ts';
import type { RouteParts } from './reply.ts';
import { placeOf, requestHandler, slowDown } from './request-handler.ts';
import { type SocketParts, sockets } from './sockets.ts';

/** How often it is looked who may no longer stay. */
const LOOK_MS = 1000;

/** What the calls of one server have in common. */
export type SharedContext = Omit<CallContext, keyof CallFields>;

/** The gate and what stands behind it: by default, the procedures and pages of a daemon. */
export interface HttpParts<Shared extends SharedContext = Omit<Context, keyof CallFields>> {
  readonly assets: Assets;
  readonly log: Log;
  /** The procedures' context, without the caller. */
  readonly context: Shared;
  readonly router: AnyTRPCRouter;
  readonly routes: (parts: RouteParts<Shared & CallFields>) => Router;
  readonly credentials: Credentials;
  readonly throttle: FailureThrottle;
  readonly connections: Connections;
  /** Why the process that calls over the Unix socket is not the operator's; null: it is. */
  readonly refuseCaller: GateContext['refuseCaller'];
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
  /** Closes sockets and streams whose token or session is no longer valid. */
  readonly dropEnded: () => void;
  /** Closes every connection, so that the server can close; watching clients reconnect. */
  readonly hangUp: () => void;
  /** The same without a close handshake. */
  readonly cutOff: () => void;
}

/** Makes a server for one listener: the gate before every request and every upgrade, then the same for all. */
export function makeServer<Shared extends SharedContext>(
  parts: HttpParts<Shared>,
  listener: Listener,
  tls?: Tls,
): GatedServer {
  const { limits } = parts.context.access;
  const check = gateOf(parts, listener);
  const contextFor = contextOf(parts);
  const forSockets = socketParts(parts, check, contextFor);
  const { upgrade, dropEnded: dropSockets, hangUp, cutOff } = sockets(forSockets);
  const streams = new OpenStreams();
  const dropEnded = () => {
    dropSockets();
    streams.dropEnded(forSockets.isStanding);
  };
  // A session that expires and an origin that is taken off the list are no events: nothing else would notice.
  setInterval(dropEnded, LOOK_MS).unref();
  const entry = { check: (req: IncomingMessage) => check(req, false), contextFor, streams };
  const handle = requestHandler(parts, listener, entry);
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

type Check = (req: IncomingMessage, upgrade: boolean) => Verdict;

/** The gate of one listener. It counts whom it refuses; unknown tokens are counted where they are slowed down. */
function gateOf<Shared extends SharedContext>(parts: HttpParts<Shared>, listener: Listener): Check {
  const { context, credentials } = parts;
  const { limits, refusals } = context.access;
  const gateContext = (): GateContext => ({
    origins: context.access.origins(),
    open: context.access.open,
    cookie: parts.cookie,
    ofToken: (token) => credentials.ofToken(token),
    ofSession: (secret) => credentials.ofSession(secret),
    refuseCaller: parts.refuseCaller,
    limits,
  });
  return (req, upgrade) => {
    // On the Unix socket any Host passes the gate; one that is no URL would make the tRPC adapter throw.
    if (listener.kind === 'socket') req.headers.host = 'localhost';
    const isOutside = listener.kind === 'tcp' && !leaveBasePath(req);
    const found = gate(listener, headOf(req, upgrade), gateContext());
    const verdict = isOutside && (found.admitted || found.status === 401) ? outside() : found;
    if (!verdict.admitted && verdict.status !== 401)
      refusals.count({ what: verdict.message, ...placeOf(req) });
    return verdict;
  };
}

/** Everything after this knows paths of ours only. Returns false, and changes nothing, outside of the base path. */
function leaveBasePath(req: IncomingMessage): boolean {
  const path = within(req.url ?? '');
  if (path !== null) req.url = path;
  return path !== null;
}

/** Nobody is let in there, and no token is looked at. */
const outside = (): Verdict => ({
  admitted: false,
  status: 404,
  code: 'outside-base-path',
  message: `There is nothing at this address: Signalbox is at ${under('/')}.`,
});

type ContextFor<Shared> = (caller: Caller, socket: ViewerSocket | null) => Shared & CallFields;

const contextOf =
  <Shared extends SharedContext>({ context, credentials }: HttpParts<Shared>): ContextFor<Shared> =>
  ({ actor, role, door, origin, credential }, socket) => ({
    ...context,
    by: { actor, role, door, origin },
    credential,
    isStanding: () => credential === null || credentials.isStanding(credential),
    streams: { count: 0 },
    socket,
  });

const socketParts = <Shared extends SharedContext>(
  parts: HttpParts<Shared>,
  check: Check,
  contextFor: ContextFor<Shared>,
): SocketParts => ({
  router: parts.router,
  check: (req) => check(req, true),
  slowDown: (req) => slowDown(parts, req),
  speaks: (req) => parts.connections.speaks(req.socket),
  ofEmbed: (token, origin) => embedOf(parts, token, origin),
  isStanding: (caller) =>
    mayStay(caller, parts.context.access.origins, (each) => parts.credentials.isStanding(each)),
  contextFor,
  limits: parts.context.access.limits,
});

/** The caller for an embed's token on this origin; null: invalid. With --no-auth a listed origin may read without one. */
function embedOf(
  { credentials, context }: Pick<HttpParts<SharedContext>, 'credentials' | 'context'>,
  token: string,
  origin: string,
): Caller | null {
  const { open, refusals } = context.access;
  if (open && token === '') return { role: 'embed', actor: 'embed', door: 'embed', origin, credential: null };
  const found = credentials.ofToken(token);
  if (found?.role === 'embed' && found.origin === origin && found.invalidReason === null)
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
