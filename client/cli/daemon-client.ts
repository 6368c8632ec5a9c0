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
import type { AppRouter } from '../../server/router.ts';
import { ProgramError } from './program-error.ts';

export type Daemon = TRPCClient<AppRouter>;

/** One call, one connection: for commands that ask and end. */
export function overHttp(socketPath: string): Daemon {
  const fetch = (url: URL | RequestInfo, init: RequestInit = {}) => fetchOver(socketPath, String(url), init);
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url: 'http://localhost/trpc', fetch: fetch as never })],
  });
}

/** The few parts of `fetch` that the client needs, over a Unix socket. */
function fetchOver(socketPath: string, url: string, init: RequestInit): Promise<Response> {
  const { pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = {
      socketPath,
      path: pathname + search,
      method: init.method ?? 'GET',
      headers: init.headers as Record<string, string>,
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
    call.on('error', reject);
    call.end(init.body as string | undefined);
  });
}

export interface Streaming {
  readonly daemon: Daemon;
  close(): Promise<void>;
}

/** A connection that stays and comes back by itself, for ever: for commands that watch or wait. */
export function overSocket(socketPath: string, onChange: (open: boolean) => void = () => {}): Streaming {
  class UnixWebSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, { createConnection: () => connect(socketPath), perMessageDeflate: false });
    }
  }
  const socket = createWSClient({
    url: 'ws://localhost/trpc',
    WebSocket: UnixWebSocket as never,
    keepAlive: { enabled: true, intervalMs: 2000, pongTimeoutMs: 4000 },
    retryDelayMs: (attempt) => Math.random() * Math.min(500, 100 * 2 ** attempt),
    onOpen: () => onChange(true),
    onClose: () => onChange(false),
  });
  return {
    daemon: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    close: () => socket.close(),
  };
}

export type DaemonError = TRPCClientError<AppRouter>;

/** Whether the daemon itself said this, so that saying it again changes nothing. */
export const isSaid = (error: unknown): error is DaemonError =>
  error instanceof TRPCClientError && error.data !== undefined && error.data !== null;

const TRY_MS = 5000;

/** Sends until the daemon has said yes or no; everything else may be a daemon that is just restarting. */
export async function untilSaid<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send(AbortSignal.timeout(TRY_MS));
    } catch (error) {
      if (isSaid(error) && error.data?.code !== 'SERVICE_UNAVAILABLE') throw error;
      await pause(100 + Math.random() * 200);
    }
  }
}

/** An error as a person should read it. */
export function explain(error: unknown, socketPath: () => string): Error {
  if (error instanceof ProgramError) return error;
  if (isSaid(error)) {
    const { refusal } = error.data ?? {};
    return new ProgramError(refusal ? 'refused' : 'failed', error.message);
  }
  const cause = error instanceof TRPCClientError ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code === 'EPERM' || code === 'EACCES')
    return new ProgramError(
      'permission',
      `This process may not reach Signalbox at ${socketPath()} (${code}). If it runs in a sandbox, let it use the network.`,
    );
  if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTSOCK'].includes(code))
    return new ProgramError('absent', `No Signalbox answers at ${socketPath()}. Start it: signalbox start`);
  return error instanceof Error ? error : new Error(String(error));
}
