import { Connection, type ConnectionState } from '../link/connection.ts';
import { LiveBoards } from '../link/live-boards.ts';

/** Fetches the token for the socket; '' if there is none. */
export type GetToken = () => Promise<string>;

/** The connection state as the elements of a page see it. */
export interface SharedConnectionState {
  readonly life: ConnectionState | 'newer' | 'unreached';
  /** When the daemon was last heard. */
  readonly lastTrue: Date;
  readonly may: 'answer' | 'read';
}

const LOOK_MS = 500;
/** An element that is moved disconnects and reconnects: the socket stays open this long. */
const IDLE_MS = 1000;

const lines = new Map<string, Map<unknown, SharedConnection>>();

/** The connection to a daemon with a token, shared by all elements of the page that use the same. */
export function connectionTo(server: string, token: string | GetToken): SharedConnection {
  const there = lines.get(server) ?? new Map<unknown, SharedConnection>();
  lines.set(server, there);
  const line = there.get(token) ?? new SharedConnection(server, token, () => there.delete(token));
  there.set(token, line);
  return line;
}

/** One socket, open while there are listeners. */
export class SharedConnection {
  readonly live: LiveBoards;
  state: SharedConnectionState = { life: 'connecting', lastTrue: new Date(), may: 'read' };
  readonly #listeners = new Set<() => void>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #forget: () => void;
  #closing: ReturnType<typeof setTimeout> | undefined;

  constructor(server: string, token: string | GetToken, forget: () => void) {
    const connection = new Connection({
      socket: `${server.replace(/^http/, 'ws')}/embed`,
      probe: `${server}/embed.js`,
      token: typeof token === 'string' ? async () => token : token,
    });
    this.live = new LiveBoards(connection);
    this.#forget = forget;
    connection.onChange(() => this.#turned());
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Calls `listener` when the state changes; returns how to unsubscribe. The last to unsubscribe closes the socket. */
  hold(listener: () => void): () => void {
    clearTimeout(this.#closing);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#closing = setTimeout(() => this.#close(), IDLE_MS);
    };
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#forget();
    this.live.connection.close();
  }

  #turned(): void {
    this.#look();
    if (this.live.connection.isOpen) void this.#askWhatWeMay();
  }

  /** Read-only until the daemon says that this token may answer. */
  async #askWhatWeMay(): Promise<void> {
    const me = await this.live.connection.client.access.me.query().catch(() => null);
    this.#tell({ ...this.state, may: me?.may_answer ? 'answer' : 'read' });
  }

  #look(): void {
    const life = this.#life();
    const lastTrue = life === 'live' || life === 'newer' ? new Date() : this.state.lastTrue;
    if (life === this.state.life) this.state = { ...this.state, lastTrue };
    else this.#tell({ ...this.state, life, lastTrue });
  }

  #life(): SharedConnectionState['life'] {
    const { connection, newerBuild } = this.live;
    const { life, hasFailed } = connection;
    if (life === 'connecting' && hasFailed) return 'unreached';
    return life === 'live' && newerBuild ? 'newer' : life;
  }

  #tell(state: SharedConnectionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
