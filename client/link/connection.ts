import {
  createTRPCClient,
  createWSClient,
  type OperationLink,
  type TRPCClient,
  TRPCClientError,
  type TRPCLink,
  wsLink,
} from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '../../server/api/router.ts';
import type { Snapshot } from '../../shared/board.ts';
import { addressOf, type Query } from '../../shared/query.ts';
import type { PollingLink } from './polling.ts';
import { replaceable } from './replaceable-socket.ts';
import { retryMs, slowlyMs, untilAnswering } from './retry-delay.ts';

/** How sure we are that what is shown is true. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'signed-out';

/** How to come to a daemon. */
export interface Way {
  readonly socket: string;
  /** Whoever answers here, whatever it says, is there again. */
  readonly probe: string;
  /** From a page that is not ours: what opens the door. Fetched anew for each try. */
  readonly token?: () => Promise<string>;
  /** Where no socket gets through: how to make the same calls by requests. */
  readonly polling?: () => Promise<PollingLink>;
}

const PING_MS = 2000;
/** With the ping and the first retry less than 8 s, until a silent socket has a successor. */
const PONG_MS = 3000;
const CONNECT_MS = 4000;
/** How long somebody may think about an answer to the probe. */
const PROBE_MS = 4000;
/** Without a sign of life for this long, nothing is called live. */
const PROOF_MS = 5000;
const LONGEST_SNAPSHOT_MS = 60_000;
/** The daemon does not know the token. */
const SIGNED_OUT = 4401;
const UNAUTHORIZED = 401;

/**
 * One socket to the daemon. It reconnects for ever, with full jitter (the first try within a second), and
 * notices by itself when the other side is gone without a word. Where HTTP gets through and no socket does, calls
 * go by requests until one does.
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
  /** The last socket was given up because nothing came by it: nobody has to be asked before the next try. */
  #wasSilent = false;
  /** Sockets in a row by which nothing was heard; -1: something was, by the one that is open. */
  #unheard = 0;
  #polling: OperationLink<AppRouter> | null = null;
  readonly #loadPolling: Way['polling'];
  /** Ends the streams that are followed, so that they begin again by the other way. */
  readonly #streams = new Set<() => void>();
  readonly #listeners = new Set<() => void>();
  readonly #socket: ReturnType<typeof createWSClient>;
  readonly #probe: string;

  constructor({ socket, probe, token, polling }: Way) {
    this.#probe = probe;
    this.#loadPolling = polling;
    this.#socket = createWSClient({
      // The client keeps every try that failed until one succeeds: begin another only when somebody answers.
      url: async () => {
        if (this.#tried && !this.#wasSilent)
          this.#answered(await untilAnswering(probe, PROBE_MS, this.#leaving.signal));
        this.#tried = true;
        this.#wasSilent = false;
        if (token) this.#token = await token();
        return socket;
      },
      ...(token && { connectionParams: () => ({ token: this.#token }) }),
      WebSocket: replaceable(CONNECT_MS, {
        heard: (message) => this.#heardBySocket(message, token !== undefined),
        silent: () => {
          this.#wasSilent = true;
        },
      }),
      keepAlive: { enabled: true, intervalMs: PING_MS, pongTimeoutMs: PONG_MS },
      retryDelayMs: (attempt) => (this.#signedOut || this.#polling ? slowlyMs() : retryMs(attempt)),
      onClose: (cause) => this.#closed(cause?.code),
    });
    this.client = createTRPCClient<AppRouter>({ links: [this.#link] });
  }

  /** Calls go by the socket, or, while no socket gets through, by requests. */
  readonly #link: TRPCLink<AppRouter> = (runtime) => {
    const bySocket = wsLink<AppRouter>({ client: this.#socket })(runtime);
    return (call) =>
      observable((observer) => {
        const calling = (this.#polling ?? bySocket)(call).subscribe(observer);
        const end = () => observer.error(new TRPCClientError('The way to the daemon has changed.'));
        if (call.op.type === 'subscription') this.#streams.add(end);
        return () => {
          this.#streams.delete(end);
          calling.unsubscribe();
        };
      });
  };

  /** Whether something sent now would leave. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether news come because they are asked for: no socket gets through. */
  get isPolling(): boolean {
    return this.#polling !== null;
  }

  /** Whether the last try came to nothing. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  get life(): ConnectionState {
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

  /** A socket is open when something has come by it; who shows a token is let in or not only after that. */
  #heardBySocket(message: unknown, showsToken: boolean): void {
    if (!this.#polling) this.heardAt = performance.now();
    if (showsToken && !this.#open && (message === 'PING' || message === 'PONG')) return;
    this.#unheard = -1;
    if (this.#polling) this.#take(null);
    if (!this.#open) this.#turn(true);
  }

  /** Our own pages are let in by a cookie, or told by status that they are not. */
  #answered(status: number): void {
    if (status === UNAUTHORIZED && !this.#signedOut) {
      this.#signedOut = true;
      this.#turn(false);
    }
    // HTTP gets through. One socket may be lost for other reasons, where they have been seen to work.
    if (status < 400 && status > 0 && this.#unheard > (this.#everOpen ? 1 : 0)) void this.#poll();
  }

  async #poll(): Promise<void> {
    if (this.#polling || !this.#loadPolling) return;
    // What could not be loaded is tried again when the next socket has failed.
    const make = await this.#loadPolling().catch(() => null);
    if (make && !this.#polling && !this.#open)
      this.#take(make((path, init) => this.#ask(path, init), observable));
  }

  /** From now on by requests, or (null) by the socket. */
  #take(polling: OperationLink<AppRouter> | null): void {
    this.#polling = polling;
    for (const end of [...this.#streams]) end();
    this.#turn(polling === null);
  }

  /** One request in place of a message; whether it is answered says whether we are connected. */
  async #ask(path: string, init: RequestInit): Promise<Response> {
    const signals = [
      this.#leaving.signal,
      AbortSignal.timeout(PROBE_MS),
      ...(init.signal ? [init.signal] : []),
    ];
    const answer = await fetch(new URL(path, this.#probe), {
      ...init,
      cache: 'no-store',
      signal: AbortSignal.any(signals),
    }).catch((error: unknown) => {
      if (!init.signal?.aborted && this.#polling) this.#turn(false);
      throw error;
    });
    this.#answered(answer.status);
    const isThere = answer.status < 500 && answer.status !== UNAUTHORIZED;
    if (isThere) this.heardAt = performance.now();
    if (this.#polling && isThere !== this.#open) this.#turn(isThere);
    return answer;
  }

  #closed(code: number | undefined): void {
    this.#unheard++;
    // Until somebody lets us in again: a door that stays shut is not a lost connection.
    this.#signedOut ||= code === SIGNED_OUT;
    this.#failed = true;
    if (!this.#polling) this.#turn(false);
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
