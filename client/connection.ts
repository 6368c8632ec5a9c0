import { createTRPCClient, createWSClient, type TRPCClient, wsLink } from '@trpc/client';
import type { AppRouter } from '../server/router.ts';
import type { Snapshot } from '../shared/board.ts';
import { addressOf, type Query } from '../shared/query.ts';

/** How sure we are that what is shown is true. */
export type Life = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'signed-out';

/** How to come to a daemon. */
export interface Way {
  readonly socket: string;
  /** Whoever answers here, whatever it says, is there again. */
  readonly probe: string;
  /** From a page that is not ours: what opens the door. Fetched anew for each try. */
  readonly token?: () => Promise<string>;
}

const PING_MS = 2000;
const PONG_MS = 4000;
/** Without a sign of life for this long, nothing is called live. */
const PROOF_MS = 5000;
const LONGEST_RETRY_MS = 8000;
const LONGEST_SNAPSHOT_MS = 60_000;
/** The daemon does not know the token. */
const SIGNED_OUT = 4401;
const UNAUTHORIZED = 401;
const SIGNED_OUT_RETRY_MS = 30_000;

/**
 * One socket to the daemon. It reconnects for ever, with full jitter (the first try within a second), and
 * notices by itself when the other side is gone without a word.
 */
export class Connection {
  readonly client: TRPCClient<AppRouter>;
  /** When we last heard from the daemon, in milliseconds of the page's clock. */
  heardAt = 0;
  readonly #leaving = new AbortController();
  #tried = false;
  #open = false;
  #everOpen = false;
  #signedOut = false;
  #failed = false;
  #token = '';
  readonly #listeners = new Set<() => void>();
  readonly #socket: ReturnType<typeof createWSClient>;
  readonly #probe: string;

  constructor({ socket, probe, token }: Way) {
    this.#probe = probe;
    this.#socket = createWSClient({
      // The client keeps every try that failed until one succeeds: begin another only when somebody answers.
      url: async () => {
        if (this.#tried) this.#answered(await untilAnswering(probe, this.#leaving.signal));
        this.#tried = true;
        if (token) this.#token = await token();
        return socket;
      },
      ...(token && { connectionParams: () => ({ token: this.#token }) }),
      WebSocket: hearing((message) => this.#hear(message)),
      keepAlive: { enabled: true, intervalMs: PING_MS, pongTimeoutMs: PONG_MS },
      retryDelayMs: (attempt) => (this.#signedOut ? slowlyMs() : retryMs(attempt)),
      // Who shows a token is let in or not only after that.
      onOpen: () => token || this.#turn(true),
      onClose: (cause) => this.#closed(cause?.code),
    });
    this.client = createTRPCClient<AppRouter>({ links: [wsLink({ client: this.#socket })] });
  }

  /** Whether something sent now would leave. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether the last try came to nothing. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  get life(): Life {
    if (this.#signedOut) return 'signed-out';
    if (!this.#open) return this.#everOpen ? 'reconnecting' : 'connecting';
    return performance.now() - this.heardAt < PROOF_MS ? 'live' : 'stale';
  }

  /** The board of now, by HTTP: compressed, and not in the way of what the socket has to say. */
  async snapshot(query: Query): Promise<Snapshot> {
    const address = new URL(`/board${addressOf(query).slice(1)}`, this.#probe);
    const signal = AbortSignal.any([this.#leaving.signal, AbortSignal.timeout(LONGEST_SNAPSHOT_MS)]);
    const answer = await fetch(address, { headers: { accept: 'application/json' }, signal });
    if (!answer.ok) throw new Error(`the board: ${answer.status}`);
    return (await answer.json()) as Snapshot;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#leaving.abort();
    void this.#socket.close();
  }

  #hear(message: unknown): void {
    this.heardAt = performance.now();
    if (!this.#open && message !== 'PING' && message !== 'PONG') this.#turn(true);
  }

  /** Our own pages are let in by a cookie, or told by status that they are not. */
  #answered(status: number): void {
    if (status !== UNAUTHORIZED || this.#signedOut) return;
    this.#signedOut = true;
    this.#turn(false);
  }

  #closed(code: number | undefined): void {
    // Until somebody lets us in again: a door that stays shut is not a lost connection.
    this.#signedOut ||= code === SIGNED_OUT;
    this.#failed = true;
    this.#turn(false);
  }

  #turn(open: boolean): void {
    this.#open = open;
    this.#everOpen ||= open;
    if (open) {
      this.heardAt = performance.now();
      this.#signedOut = false;
      this.#failed = false;
    }
    for (const listener of this.#listeners) listener();
  }
}

/** Full jitter, the first within a second. */
const retryMs = (attempt: number): number => Math.random() * Math.min(LONGEST_RETRY_MS, 1000 * 2 ** attempt);

/** A token that was not known a moment ago is hardly known now. */
const slowlyMs = (): number => SIGNED_OUT_RETRY_MS * (0.5 + Math.random() / 2);

/** Asks until there is an answer, whatever it says. Returns its status; 0: somebody is leaving. */
async function untilAnswering(url: string, leaving: AbortSignal): Promise<number> {
  for (let attempt = 0; !leaving.aborted; attempt++) {
    const signal = AbortSignal.any([leaving, AbortSignal.timeout(PONG_MS)]);
    const status = await fetch(url, { method: 'HEAD', cache: 'no-store', signal }).then(
      (answer) => answer.status,
      () => null,
    );
    if (status !== null) return status;
    await new Promise((resolve) => setTimeout(resolve, retryMs(attempt)));
  }
  return 0;
}

/** A socket that tells of every message, the answers to pings among them. */
function hearing(heard: (message: unknown) => void): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => heard(data));
    }
  };
}
