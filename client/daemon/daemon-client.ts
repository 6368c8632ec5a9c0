/** Clients of the daemon over its Unix socket: by HTTP for single calls, by WebSocket for streams. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createTRPCClient,
  createWSClient,
  httpLink,
  type TRPCClient,
  TRPCClientError,
  wsLink,
} from '@trpc/client';
import { WebSocket } from 'ws';
import type { AppRouter } from '../../server/api/router.ts';
import { isListening } from './is-listening.ts';
import { callerFor, type ProvenCaller } from './proven-caller.ts';

export type Daemon = TRPCClient<AppRouter>;

/** A daemon that is silent for this long is stopped or hangs. */
const SILENCE_MS = 10_000;

/** A client with one connection per call, for short commands. `identify` is called for each connection. */
export function overHttp(socketPath: string, identify = () => callerFor(socketPath)): Daemon {
  const fetch = (url: URL | RequestInfo, init: RequestInit = {}) =>
    fetchOver(socketPath, String(url), init, identify());
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url: 'http://localhost/trpc', fetch })],
  });
}

/** The parts of `fetch` that the tRPC client needs, over a Unix socket. */
function fetchOver(
  socketPath: string,
  url: string,
  init: RequestInit,
  caller: ProvenCaller,
): Promise<Response> {
  const { pathname, search } = new URL(url);
  return new Promise<Response>((resolve, reject) => {
    const options = {
      socketPath,
      path: pathname + search,
      method: init.method ?? 'GET',
      headers: { ...(init.headers as Record<string, string>), ...caller.headers },
      signal: init.signal ?? undefined,
    };
    const call = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve(new Response(Buffer.concat(parts), { status: answer.statusCode ?? 500 })),
      );
    });
    const silent = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
    call.setTimeout(SILENCE_MS, () => {
      reject(silent);
      call.destroy(silent);
    });
    call.on('error', reject);
    call.end(init.body as string | undefined);
  }).finally(caller.done);
}

export interface SocketOptions {
  readonly onChange?: (open: boolean) => void;
  /** Called once per silence of a daemon that accepts connections but does not answer; the client keeps waiting. */
  readonly onSilence?: (() => void) | undefined;
  /** The identity of the caller, computed for each connection. */
  readonly identify?: () => ProvenCaller;
}

export interface Streaming {
  readonly daemon: Daemon;
  close(): Promise<void>;
}

/**
 * A connection that reconnects for ever, for commands that watch or wait. Each attempt starts
 * only when the socket accepts connections, because the client keeps every failed attempt in memory until one succeeds.
 */
export function overSocket(
  socketPath: string,
  { onChange = () => {}, onSilence = () => {}, identify = () => callerFor(socketPath) }: SocketOptions = {},
): Streaming {
  class UnixWebSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      const caller = identify();
      super(url, protocols, {
        createConnection: () => connect(socketPath),
        perMessageDeflate: false,
        headers: caller.headers,
        handshakeTimeout: SILENCE_MS / 2,
      });
      this.once('open', caller.done).once('close', caller.done);
    }
    /** A daemon that does not answer does not complete a close handshake either. */
    override close(code?: number, reason?: string | Buffer): void {
      super.close(code, reason);
      setTimeout(() => this.terminate(), GOODBYE_MS).unref();
    }
  }
  const silence = noticeSilence(socketPath, onSilence);
  const leaving = new AbortController();
  const socket = createWSClient({
    url: async () => {
      await untilListening(socketPath, leaving.signal);
      return 'ws://localhost/trpc';
    },
    // `ws` has all that the link uses of the browser's class; only the event types differ.
    WebSocket: UnixWebSocket as unknown as typeof globalThis.WebSocket,
    keepAlive: { enabled: true, intervalMs: 2000, pongTimeoutMs: 4000 },
    retryDelayMs: (attempt) => Math.random() * Math.min(500, 100 * 2 ** attempt),
    onOpen: () => {
      silence.over();
      onChange(true);
    },
    onClose: () => {
      // After our own close nothing waits, so no silence is reported.
      if (!leaving.signal.aborted) silence.begin();
      onChange(false);
    },
  });
  return {
    daemon: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    close: () => {
      silence.over();
      leaving.abort();
      return socket.close();
    },
  };
}

const GOODBYE_MS = 1000;

/** Keeps waiting while the daemon is silent, and reports it once per silence. */
function noticeSilence(socketPath: string, onSilence: () => void) {
  let timer: NodeJS.Timeout | null = null;
  const say = async () => {
    if (await isListening(socketPath)) onSilence();
  };
  const begin = () => {
    timer ??= setTimeout(say, SILENCE_MS / 2).unref();
  };
  const over = () => {
    if (timer) clearTimeout(timer);
    timer = null;
  };
  begin();
  return { begin, over };
}

const LONGEST_PAUSE_MS = 500;

async function untilListening(socketPath: string, signal: AbortSignal): Promise<void> {
  for (let most = 100; !(await isListening(socketPath)); most = Math.min(LONGEST_PAUSE_MS, most * 2))
    await pause(Math.random() * most, undefined, { signal });
}

export type DaemonError = TRPCClientError<AppRouter>;

/** Whether the daemon itself returned this error, so that a retry is useless. */
export const isSaid = (error: unknown): error is DaemonError =>
  error instanceof TRPCClientError && error.data !== undefined && error.data !== null;

const TRY_MS = 5000;

export interface Waiting {
  /** Aborts the call; its reason is thrown. */
  readonly over?: AbortSignal | null;
  /** Called once when the daemon takes too long to answer; the call keeps waiting. */
  readonly onSilence?: (() => void) | undefined;
}

/** Sends until the daemon has accepted or refused; any other failure may be a restart. */
export async function untilSaid<T>(
  send: (signal: AbortSignal) => Promise<T>,
  { over = null, onSilence = () => {} }: Waiting = {},
): Promise<T> {
  let hasTold = false;
  for (;;) {
    const signal = AbortSignal.timeout(TRY_MS);
    try {
      return await send(signal);
    } catch (error) {
      if (signal.aborted && !hasTold) {
        onSilence();
        hasTold = true;
      }
      if (isSaid(error) ? error.data?.code !== 'SERVICE_UNAVAILABLE' : isForbidden(error)) throw error;
      // Checked after the first attempt: with a timeout of 0 the question is still asked.
      over?.throwIfAborted();
      await pause(100 + Math.random() * 200);
    }
  }
}

/** The system or a sandbox denies the connection: retrying does not help. */
export const isForbidden = (error: unknown): boolean => ['EPERM', 'EACCES'].includes(codeOf(error));

export const codeOf = (error: unknown): string => {
  const cause = error instanceof TRPCClientError ? error.cause : error;
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
};
