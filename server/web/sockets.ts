/** The sockets of pages, terminals and embeds: the gate, then the procedures, within limits. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyTRPCRouter } from '@trpc/server';
import { getWSConnectionHandler, jsonEncoder } from '@trpc/server/adapters/ws';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Caller, Verdict } from '../access/gate.ts';
import type { Limits } from '../access/limits.ts';
import type { ViewerSocket } from '../api/streams.ts';
import { HEADERS } from './headers.ts';
import { hangUpOn, Paces } from './paces.ts';
import { refuseRaw } from './raw-refusals.ts';
import type { RefusedRequest } from './refused.ts';

/** No valid token: the embed may come again when it has one. */
const SIGNED_OUT = 4401;

export interface SocketParts {
  readonly check: (req: IncomingMessage) => Verdict;
  /** Counts a token that is not known and lets its bearer wait; rejects when too many wait already. */
  readonly slowDown: (req: IncomingMessage) => Promise<void>;
  /** Somebody known speaks on the connection of this request, for as long as it is open. */
  readonly speaks: (req: IncomingMessage) => void;
  /** Whom the token of an embed names, on this page; null: nobody. */
  readonly ofEmbed: (token: string, origin: string) => Caller | null;
  /** Whether what let them in would still do so. */
  readonly isStanding: (caller: Caller) => boolean;
  readonly router: AnyTRPCRouter;
  readonly contextFor: (caller: Caller, socket: ViewerSocket) => object;
  readonly limits: Limits;
}

export interface Sockets {
  readonly upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends those whose token or session counts no more. */
  readonly dropEnded: () => void;
  readonly hangUp: () => void;
  readonly cutOff: () => void;
}

export function sockets(parts: SocketParts): Sockets {
  const { limits } = parts;
  const wss = webSocketServer(limits);
  const callers = new WeakMap<IncomingMessage, Admitted>();
  const admitted = new Map<WebSocket, Caller>();
  const connect = procedures(wss, parts, callers);
  const paces = new Paces(limits);
  const admit = (socket: WebSocket, raw: Duplex, req: IncomingMessage, caller: Caller) => {
    callers.set(req, { caller, viewer: viewerOf(socket, raw) });
    parts.speaks(req);
    admitted.set(socket, caller);
    socket.once('close', () => admitted.delete(socket));
    paces.keep(socket);
    try {
      void connect(socket, req);
    } catch {
      // A request that the adapter cannot read must not end the daemon.
      socket.terminate();
    }
  };
  let pending = 0;
  /** The error listener comes first: a peer may reset the connection before anything else happens. */
  const upgrade = (req: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => raw.destroy());
    const verdict = parts.check(req);
    if (!verdict.admitted) return refuse(parts, req, raw, verdict);
    if (!/^\/(trpc|embed)(\?|$)/.test(req.url ?? ''))
      return refuseRaw(raw, { status: 404, code: 'not-found', detail: 'The socket is at /trpc.' });
    const { caller } = verdict;
    if (!caller && pending >= limits.pending_embeds) return refuseRaw(raw, TOO_MANY_PENDING);
    wss.handleUpgrade(req, raw, head, (socket) => {
      socket.on('error', () => socket.terminate());
      if (caller) return admit(socket, raw, req, caller);
      pending++;
      awaitToken(socket, req, parts, (shown) => {
        pending--;
        if (shown) admit(socket, raw, req, shown);
      });
    });
  };
  const dropEnded = () => {
    for (const [socket, caller] of admitted)
      if (!parts.isStanding(caller)) hangUpOn(socket, SIGNED_OUT, 'signed out');
  };
  return {
    upgrade,
    dropEnded,
    hangUp() {
      for (const socket of wss.clients) hangUpOn(socket, 1012, 'restarting');
    },
    cutOff() {
      for (const socket of wss.clients) socket.terminate();
    },
  };
}

/** Who speaks on a socket, and how what many are told is written to it. */
interface Admitted {
  readonly caller: Caller;
  readonly viewer: ViewerSocket;
}

/** Nothing of ours is compressed or fragmented, so `ws` keeps no frame back, and one written beside it stays whole and in order. */
const viewerOf = (socket: WebSocket, raw: Duplex): ViewerSocket => ({
  get bufferedAmount() {
    return socket.bufferedAmount;
  },
  write(frame) {
    // Nothing may follow the frame that closes.
    if (socket.readyState === WebSocket.OPEN) raw.write(frame);
  },
});

const TOO_MANY_PENDING = {
  status: 503,
  code: 'too-many',
  detail: 'Too many embeds have not shown their token yet.',
} as const;

/** Completes handshakes, with our headers; it listens on nothing itself. */
function webSocketServer({ frame_bytes }: Limits): WebSocketServer {
  const wss = new WebSocketServer({ noServer: true, maxPayload: frame_bytes, perMessageDeflate: false });
  wss.on('headers', (lines) =>
    lines.push(...Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`)),
  );
  wss.on('wsClientError', (error, raw, req) =>
    refuseRaw(
      raw,
      { status: req.method === 'GET' ? 400 : 405, code: 'handshake', detail: `${error.message}.` },
      { 'Sec-WebSocket-Version': '13' },
    ),
  );
  return wss;
}

/** Lets the caller of a socket, as noted in `callers`, call procedures over it. */
const procedures = (
  wss: WebSocketServer,
  { limits, contextFor, router }: SocketParts,
  callers: WeakMap<IncomingMessage, Admitted>,
) =>
  getWSConnectionHandler({
    wss,
    router,
    maxBatchSize: limits.batch,
    experimental_encoder: { ...jsonEncoder, decode: (data) => withStreams(jsonEncoder.decode(data)) },
    keepAlive: { enabled: true, pingMs: 15_000, pongWaitMs: 10_000 },
    createContext: ({ req }) => {
      const known = callers.get(req);
      if (!known) throw new Error('a socket passed the gate without a caller');
      return contextFor(known.caller, known.viewer);
    },
  });

/** A procedure is not told the id of its call; one whose messages go to the socket directly needs it. */
function withStreams(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(withStreams);
  if (!isFields(message) || !isFields(message.params) || message.params.path !== 'board.follow')
    return message;
  const { id, params } = message;
  return isFields(params.input)
    ? { ...message, params: { ...params, input: { ...params.input, stream: id } } }
    : message;
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuse(
  parts: SocketParts,
  req: IncomingMessage,
  raw: Duplex,
  { status, code, message }: RefusedRequest,
): void {
  const end = () => refuseRaw(raw, { status, code, detail: message });
  if (code === 'unknown-token') void parts.slowDown(req).then(end, end);
  else end();
}

/** Before an embed's first message has shown its token, no procedure runs. `then` is called once, with null on failure. */
function awaitToken(
  socket: WebSocket,
  req: IncomingMessage,
  { ofEmbed, limits }: SocketParts,
  then: (caller: Caller | null) => void,
): void {
  const give = (caller: Caller | null) => {
    clearTimeout(timer);
    socket.off('message', first).off('close', closed);
    then(caller);
    if (!caller) hangUpOn(socket, SIGNED_OUT, 'no valid token');
  };
  const closed = () => give(null);
  const first = (data: RawData, isBinary: boolean) => {
    socket.off('message', first);
    const token = isBinary ? null : tokenIn(data, limits.embed_token_bytes);
    const caller = token === null ? null : ofEmbed(token, req.headers.origin ?? '');
    if (!caller) return refuseSlowly();
    give(caller);
    // The procedures' own reader expects the same first message.
    socket.emit('message', data, isBinary);
  };
  let timer = setTimeout(() => give(null), limits.embed_token_ms);
  // It may have been a guess: until then it is one of those that are pending.
  const refuseSlowly = () => {
    clearTimeout(timer);
    timer = setTimeout(() => give(null), limits.slow_sign_in_ms);
  };
  socket.on('message', first).once('close', closed);
}

/** The token in tRPC's connection parameters; null: this is something else. */
function tokenIn(data: RawData, most: number): string | null {
  const text = data.toString();
  if (Buffer.byteLength(text) > most) return null;
  try {
    const message = JSON.parse(text) as { method?: unknown; data?: { token?: unknown } | null };
    const token = message.data?.token ?? '';
    return message.method === 'connectionParams' && typeof token === 'string' ? token : null;
  } catch {
    return null;
  }
}
