/** The connection of a page to the daemon: one WebSocket, which reconnects by itself, or HTTP requests where none gets through. */
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
import type { PollingLink } from './polling.ts';
import { replaceable } from './replaceable-socket.ts';
import { retryMs, slowlyMs, untilAnswering } from './retry-delay.ts';

/** How current the shown data is. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'signed-out';

/** How to reach a daemon. */
export interface Way {
  readonly socket: string;
  /** An address to probe: any response means that the daemon is back. */
  readonly probe: string;
  /** On another site: fetches the token, for each attempt. */
  readonly token?: () => Promise<string>;
  /** Where proxies block sockets: loads the link that makes the same calls by HTTP requests. */
  readonly polling?: () => Promise<PollingLink>;
}

const PING_MS = 2000;
/** With ping and first retry, a silent socket is replaced in less than 8 s. */
const PONG_MS = 3000;
const CONNECT_MS = 4000;
/** Timeout of a probe. */
const PROBE_MS = 4000;
/** Without a message for this long, the state is not "live". The badge looks twice a second, and five seconds are promised. */
const PROOF_MS = 4400;
/** Close code for an unknown token. */
const SIGNED_OUT = 4401;
const UNAUTHORIZED = 401;

/**
 * One socket to the daemon. It reconnects for ever, with full jitter (first attempt within a second), and
 * detects a dead peer. Where HTTP works and sockets do not, calls
 * go by HTTP requests until a socket opens.
 */
export class Connection {
  readonly client: TRPCClient<AppRouter>;
  /** When the daemon was last heard, in milliseconds of the page's clock. */
  heardAt = 0;
  readonly #leaving = new AbortController();
  #tried = false;
  #open = false;
  #everOpen = false;
  #signedOut = false;
  #failed = false;
  #token = '';
  /** The last socket was dropped for silence: the next attempt needs no probe before it. */
  #wasSilent = false;
  /** Consecutive sockets that delivered nothing; -1: the open one has. */
  #unheard = 0;
  #polling: OperationLink<AppRouter> | null = null;
  readonly #loadPolling: Way['polling'];
  /** Ends the streams, so that they start again over the other link. */
  readonly #streams = new Set<() => void>();
  readonly #listeners = new Set<() => void>();
  readonly #socket: ReturnType<typeof createWSClient>;
  readonly #probe: string;

  constructor({ socket, probe, token, polling }: Way) {
    this.#probe = probe;
    this.#loadPolling = polling;
    this.#socket = createWSClient({
      // The client keeps every failed attempt in memory until one succeeds, so an attempt starts only after a probe is answered.
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

  /** Calls use the socket, or HTTP requests while no socket gets through. */
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

  /** Whether a call made now can be sent. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether it polls, because no socket gets through. */
  get isPolling(): boolean {
    return this.#polling !== null;
  }

  /** Whether the last attempt failed. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  get life(): ConnectionState {
    if (this.#signedOut) return 'signed-out';
    if (!this.#open) return this.#everOpen ? 'reconnecting' : 'connecting';
    return performance.now() - this.heardAt < PROOF_MS ? 'live' : 'stale';
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#leaving.abort();
    void this.#socket.close();
  }

  /** A socket counts as open after the first message; with a token, the server accepts only after the socket has opened. */
  #heardBySocket(message: unknown, showsToken: boolean): void {
    if (!this.#polling) this.heardAt = performance.now();
    if (showsToken && !this.#open && (message === 'PING' || message === 'PONG')) return;
    this.#unheard = -1;
    if (this.#polling) this.#take(null);
    if (!this.#open) this.#turn(true);
  }

  /** Our own pages have a cookie; a refusal shows as an HTTP status. */
  #answered(status: number): void {
    if (status === UNAUTHORIZED && !this.#signedOut) {
      this.#signedOut = true;
      this.#turn(false);
    }
    // HTTP works. If sockets have worked before, a single lost one has another cause.
    if (status < 400 && status > 0 && this.#unheard > (this.#everOpen ? 1 : 0)) void this.#poll();
  }

  async #poll(): Promise<void> {
    if (this.#polling || !this.#loadPolling) return;
    // If loading fails, it is tried again after the next failed socket.
    const make = await this.#loadPolling().catch(() => null);
    if (make && !this.#polling && !this.#open)
      this.#take(make((path, init) => this.#ask(path, init), observable));
  }

  /** Switches calls to HTTP requests, or (null) back to the socket. */
  #take(polling: OperationLink<AppRouter> | null): void {
    this.#polling = polling;
    for (const end of [...this.#streams]) end();
    this.#turn(polling === null);
  }

  /** A request in place of a message; its outcome sets the connection state. */
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
    // Signed out until a probe succeeds: being refused is not a lost connection.
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
