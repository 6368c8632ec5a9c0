/** A typed client for programs that have a token: every procedure that page and terminal call. */
import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  splitLink,
  type TRPCClient,
  wsLink,
} from '@trpc/client';
import type { AppRouter } from '../../server/api/router.ts';

export type { AppRouter };
export type SignalboxClient = TRPCClient<AppRouter>;

export interface ClientOptions {
  /** Where the daemon is: `http://127.0.0.1:7845`. */
  readonly url: string;
  /** Of `signalbox token add`, or what fetches it. */
  readonly token: string | (() => string | Promise<string>);
}

/** So many calls of one moment are one request. */
const BATCH = 20;

/** Node's own class takes headers, which that of browsers does not. */
type HeadedWebSocket = new (
  url: string | URL,
  init: { readonly headers: Readonly<Record<string, string>> },
) => WebSocket;

/**
 * Calls go by HTTP; subscriptions by a WebSocket, which is open while there is one and reconnects. Needs Node ≥ 22. A refusal
 * rejects with a `TRPCClientError` whose `data.refusal` has the `code`.
 */
export function createClient({ url, token }: ClientOptions): SignalboxClient {
  const base = url.replace(/\/+$/, '');
  const authorization = async () => `Bearer ${typeof token === 'string' ? token : await token()}`;
  let header = '';
  const Headed = globalThis.WebSocket as unknown as HeadedWebSocket;
  class WebSocketWithToken extends Headed {
    constructor(address: string | URL) {
      super(address, { headers: { authorization: header } });
    }
  }
  const socket = createWSClient({
    url: async () => {
      header = await authorization();
      return `${base.replace(/^http/, 'ws')}/trpc`;
    },
    WebSocket: WebSocketWithToken as unknown as typeof WebSocket,
    lazy: { enabled: true, closeMs: 0 },
  });
  const calls = httpBatchLink({
    url: `${base}/trpc`,
    maxItems: BATCH,
    headers: async () => ({ authorization: await authorization() }),
  });
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: wsLink({ client: socket }),
        false: calls,
      }),
    ],
  });
}
