/** Links to daemons on other machines: by a socket that OpenSSH forwards, or by HTTPS. Each brings a token. */
import { createTRPCClient, createWSClient, httpLink, wsLink } from '@trpc/client';
import { WebSocket } from 'ws';
import { overHttp } from '../client/daemon/daemon-client.ts';
import { overSocket } from '../client/daemon/streaming-client.ts';
import type { AppRouter } from '../server/api/router.ts';
import type { Link } from './project.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** By the end of a forwarded socket on this machine. */
export function byForwardedSocket(socket: string, token: string, onChange: (isOpen: boolean) => void): Link {
  // The daemon cannot see our process: the token says who calls.
  const identify = () => ({ headers: bearer(token), done: () => {} });
  const { daemon, close } = overSocket(socket, { onChange, identify });
  return { streams: daemon, calls: overHttp(socket, identify), close: () => void close() };
}

const LONGEST_PAUSE_MS = 5000;
const CALL_MS = 10_000;

/** By where its pages are, without a slash at the end, with a certificate that this machine trusts. */
export function byAddress(home: string, token: string, onChange: (isOpen: boolean) => void): Link {
  class WithToken extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, { headers: bearer(token), handshakeTimeout: CALL_MS, perMessageDeflate: false });
    }
  }
  const socket = createWSClient({
    url: `${home.replace(/^http/, 'ws')}/trpc`,
    // `ws` has all that the link uses of the browser's class; only the event types differ.
    WebSocket: WithToken as unknown as typeof globalThis.WebSocket,
    keepAlive: { enabled: true, intervalMs: 2000, pongTimeoutMs: 4000 },
    retryDelayMs: (attempt) => Math.random() * Math.min(LONGEST_PAUSE_MS, 200 * 2 ** attempt),
    onOpen: () => onChange(true),
    onClose: () => onChange(false),
  });
  return {
    streams: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    calls: callsTo(home, token),
    close: () => void socket.close(),
  };
}

export const callsTo = (home: string, token: string) =>
  createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${home}/trpc`,
        headers: bearer(token),
        fetch: (url, init) =>
          fetch(url as string, { ...init, signal: AbortSignal.timeout(CALL_MS) } as RequestInit),
      }),
    ],
  });
