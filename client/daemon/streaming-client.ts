/** Follows the daemon over its Unix socket, by a WebSocket that comes back. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { WebSocket } from 'ws';
import type { AppRouter } from '../../server/api/router.ts';
import { type Daemon, SILENCE_MS } from './daemon-client.ts';
import { isListening } from './is-listening.ts';
import { callerFor, type ProvenCaller } from './proven-caller.ts';

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
