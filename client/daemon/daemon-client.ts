/** Calls the daemon over its Unix socket, by HTTP. What a WebSocket needs is much more to load: `streaming-client.ts`. */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../../server/api/router.ts';
import { callerFor, type ProvenCaller } from './proven-caller.ts';

export type Daemon = TRPCClient<AppRouter>;

/** A daemon that is silent for this long is stopped or hangs. */
export const SILENCE_MS = 10_000;

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
