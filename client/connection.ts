import { createTRPCClient, createWSClient, type TRPCClient, wsLink } from '@trpc/client';
import type { AppRouter } from '../server/router.ts';
import type { Snapshot } from '../shared/board.ts';
import { addressOf, type Query } from '../shared/query.ts';

/** How sure we are that what is shown is true. */
export type Life = 'connecting' | 'live' | 'reconnecting' | 'stale';

const PING_MS = 2000;
const PONG_MS = 4000;
/** Without a sign of life for this long, nothing is called live. */
const PROOF_MS = 5000;
const LONGEST_RETRY_MS = 8000;
const LONGEST_SNAPSHOT_MS = 60_000;

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
  readonly #listeners = new Set<() => void>();
  readonly #socket: ReturnType<typeof createWSClient>;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
    this.#socket = createWSClient({
      // The client keeps every try that failed until one succeeds: begin another only when somebody answers.
      url: async () => {
        if (this.#tried) await untilAnswering(`${url.replace(/^ws/, 'http')}/status`, this.#leaving.signal);
        this.#tried = true;
        return url;
      },
      WebSocket: hearing(() => this.#hear()),
      keepAlive: { enabled: true, intervalMs: PING_MS, pongTimeoutMs: PONG_MS },
      retryDelayMs: retryMs,
      onOpen: () => this.#turn(true),
      onClose: () => this.#turn(false),
    });
    this.client = createTRPCClient<AppRouter>({ links: [wsLink({ client: this.#socket })] });
  }

  /** Whether something sent now would leave. */
  get isOpen(): boolean {
    return this.#open;
  }

  get life(): Life {
    if (!this.#open) return this.#everOpen ? 'reconnecting' : 'connecting';
    return performance.now() - this.heardAt < PROOF_MS ? 'live' : 'stale';
  }

  /** The board of now, by HTTP: compressed, and not in the way of what the socket has to say. */
  async snapshot(query: Query): Promise<Snapshot> {
    const address = new URL(`/board${addressOf(query).slice(1)}`, this.#url.replace(/^ws/, 'http'));
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

  #hear(): void {
    this.heardAt = performance.now();
  }

  #turn(open: boolean): void {
    this.#open = open;
    this.#everOpen ||= open;
    if (open) this.#hear();
    for (const listener of this.#listeners) listener();
  }
}

/** Full jitter, the first within a second. */
const retryMs = (attempt: number): number => Math.random() * Math.min(LONGEST_RETRY_MS, 1000 * 2 ** attempt);

/** Asks until there is an answer, whatever it says. */
async function untilAnswering(url: string, leaving: AbortSignal): Promise<void> {
  for (let attempt = 0; !leaving.aborted; attempt++) {
    const signal = AbortSignal.any([leaving, AbortSignal.timeout(PONG_MS)]);
    const isAnswered = await fetch(url, { cache: 'no-store', signal }).then(
      () => true,
      () => false,
    );
    if (isAnswered) return;
    await new Promise((resolve) => setTimeout(resolve, retryMs(attempt)));
  }
}

/** A socket that tells of every message, the answers to pings among them. */
function hearing(heard: () => void): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', heard);
    }
  };
}
