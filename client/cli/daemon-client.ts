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
import { fileProblemOf } from '../../shared/file-problem.ts';
import { type Caller, callerFor } from './caller.ts';
import { tell } from './output.ts';
import { DaemonTrouble, ProgramError } from './program-error.ts';

export type Daemon = TRPCClient<AppRouter>;

/** A daemon that says nothing for so long does not answer: it is stopped, or hangs. */
const SILENCE_MS = 10_000;

/** One call, one connection: for commands that ask and end. `identify`: who calls, anew for each connection. */
export function overHttp(socketPath: string, identify = () => callerFor(socketPath)): Daemon {
  const fetch = (url: URL | RequestInfo, init: RequestInit = {}) =>
    fetchOver(socketPath, String(url), init, identify());
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url: 'http://localhost/trpc', fetch: fetch as never })],
  });
}

/** The few parts of `fetch` that the client needs, over a Unix socket. */
function fetchOver(socketPath: string, url: string, init: RequestInit, caller: Caller): Promise<Response> {
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

export interface Streaming {
  readonly daemon: Daemon;
  close(): Promise<void>;
}

/**
 * A connection that stays and comes back by itself, for ever: for commands that watch or wait. Each try begins
 * only when somebody listens, since the client keeps every try that failed until one succeeds.
 */
export function overSocket(
  socketPath: string,
  onChange: (open: boolean) => void = () => {},
  identify = () => callerFor(socketPath),
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
    /** Whoever does not answer does not say goodbye either. */
    override close(code?: number, reason?: string | Buffer): void {
      super.close(code, reason);
      setTimeout(() => this.terminate(), GOODBYE_MS).unref();
    }
  }
  const silence = noticeSilence(socketPath);
  const leaving = new AbortController();
  const socket = createWSClient({
    url: async () => {
      await untilListening(socketPath, leaving.signal);
      return 'ws://localhost/trpc';
    },
    WebSocket: UnixWebSocket as never,
    keepAlive: { enabled: true, intervalMs: 2000, pongTimeoutMs: 4000 },
    retryDelayMs: (attempt) => Math.random() * Math.min(500, 100 * 2 ** attempt),
    onOpen: () => {
      silence.over();
      onChange(true);
    },
    onClose: () => {
      silence.begin();
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

/** Whoever waits on purpose waits on, but says so, once each time: somebody listens there who does not answer. */
function noticeSilence(socketPath: string) {
  let timer: NodeJS.Timeout | null = null;
  const say = async () => {
    if (await isListening(socketPath)) tellSilence(socketPath);
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

const tellSilence = (socketPath: string): void =>
  tell(`What listens at ${socketPath} does not answer; waiting on. Look closer: signalbox doctor`);

const LONGEST_PAUSE_MS = 500;

async function untilListening(socketPath: string, signal: AbortSignal): Promise<void> {
  for (let most = 100; !(await isListening(socketPath)); most = Math.min(LONGEST_PAUSE_MS, most * 2))
    await pause(Math.random() * most, undefined, { signal });
}

function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once('error', () => resolve(false));
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
  });
}

export type DaemonError = TRPCClientError<AppRouter>;

/** Whether the daemon itself said this, so that saying it again changes nothing. */
export const isSaid = (error: unknown): error is DaemonError =>
  error instanceof TRPCClientError && error.data !== undefined && error.data !== null;

const TRY_MS = 5000;

/**
 * Sends until the daemon has said yes or no; everything else may be a daemon that is just restarting. `over`: the
 * caller no longer wants to know; throws its reason.
 */
export async function untilSaid<T>(
  send: (signal: AbortSignal) => Promise<T>,
  over: AbortSignal | null = null,
): Promise<T> {
  let hasTold = false;
  for (;;) {
    const signal = AbortSignal.timeout(TRY_MS);
    try {
      return await send(signal);
    } catch (error) {
      if (signal.aborted && !hasTold) {
        tell('Signalbox does not answer; trying on. Look closer: signalbox doctor');
        hasTold = true;
      }
      if (isSaid(error) ? error.data?.code !== 'SERVICE_UNAVAILABLE' : isForbidden(error)) throw error;
      // Not before the first try: a question with no time to wait for an answer is asked all the same.
      over?.throwIfAborted();
      await pause(100 + Math.random() * 200);
    }
  }
}

/** The system, or a sandbox around this process, will not let it through, however often it tries. */
const isForbidden = (error: unknown): boolean => ['EPERM', 'EACCES'].includes(codeOf(error));

const codeOf = (error: unknown): string => {
  const cause = error instanceof TRPCClientError ? error.cause : error;
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
};

/** An error as a person should read it. */
export function explain(error: unknown, socketPath: () => string): Error {
  if (error instanceof ProgramError) return error;
  if (isSaid(error)) return saidError(error);
  if (!(error instanceof TRPCClientError)) return localError(error);
  const code = codeOf(error);
  if (code === 'EPERM' || code === 'EACCES')
    return new ProgramError(
      'permission',
      `This process may not reach Signalbox at ${socketPath()} (${code}). If it runs in a sandbox, let it use the network.`,
    );
  if (code === 'ETIMEDOUT') return new DaemonTrouble('silent', socketPath());
  if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTSOCK'].includes(code))
    return new DaemonTrouble('absent', socketPath());
  return new ProgramError(
    'failed',
    `What answers at ${socketPath()} does not speak as Signalbox does: ${error.message}`,
  );
}

/** What the daemon has said: its codes decide which kind of end it is. */
function saidError(error: DaemonError): ProgramError {
  const { refusal } = error.data ?? {};
  if (refusal?.code === 'disk' || refusal?.code === 'moved') return new ProgramError('disk', error.message);
  if (refusal?.code === 'busy') return new ProgramError('timeout', error.message);
  return new ProgramError(refusal ? 'refused' : 'failed', error.message);
}

/** What went wrong in this process, mostly with files. */
function localError(error: unknown): Error {
  const found = fileProblemOf(error, 'Standard output');
  if (found) return new ProgramError(found.kind, found.sentence);
  return error instanceof Error ? error : new Error(String(error));
}
