import type { Board, BoardMessage, Pulses, Snapshot } from '../../shared/board.ts';
import { boardOf } from '../../shared/board.ts';
import { firstPage, type Query, queryKey } from '../../shared/query.ts';
import { BoardStream } from './board-stream.ts';
import type { Connection } from './connection.ts';
import { keepSubscribed, rest } from './keep-subscribed.ts';

/**
 * Boards, one per query, shared by all its listeners. Of many units a board has the page that the server drew; until the
 * connection is loaded, it is what that page was drawn from.
 */
export class LiveBoards {
  /** For what is loaded later: imported by that, too, it would be a file of its own. */
  readonly keepSubscribed = keepSubscribed;
  #connection: Connection | null;
  readonly #waiting = new Set<(connection: Connection) => void>();
  readonly #boards = new Map<string, Followed>();
  readonly #initial = new Map<string, Snapshot>();
  /** The build that drew this page. */
  build = '';
  newerBuild = false;

  /** Null: `connect` comes later. */
  constructor(connection: Connection | null) {
    this.#connection = connection;
  }

  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /** Throws while there is none. */
  get connection(): Connection {
    if (!this.#connection) throw new Error('not connected yet');
    return this.#connection;
  }

  connect(connection: Connection): void {
    this.#connection = connection;
    for (const begin of this.#waiting) begin(connection);
    this.#waiting.clear();
  }

  /** Calls `begin` once there is a connection. Returns how to prevent it. */
  whenConnected(begin: (connection: Connection) => void): () => void {
    if (this.#connection) begin(this.#connection);
    else this.#waiting.add(begin);
    return () => this.#waiting.delete(begin);
  }

  /** Starts from the page's own snapshot, so that nothing is fetched twice. */
  prime(query: Query, snapshot: Snapshot): void {
    this.#initial.set(queryKey(query), snapshot);
    this.build = snapshot.build;
  }

  /** Follows a query. `listener` is called at each change; `board` is null until the first snapshot. */
  follow(query: Query, listener: () => void): Following {
    const key = queryKey(query);
    const followed = this.#boards.get(key) ?? this.#start(query, key);
    const { listeners } = followed;
    listeners.add(listener);
    return {
      get board() {
        return followed.board();
      },
      get refusal() {
        return followed.refusal();
      },
      stop: () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        followed.stop();
        this.#boards.delete(key);
      },
    };
  }

  /** Everything followed rests; what is left says of a query at most every five seconds what there is. */
  rest(query: Query, listener: (board: Board | null) => void): () => void {
    rest(true);
    const calm = new BoardStream(this.connection, query, undefined, () => listener(calm.board), 'calm');
    return () => {
      calm.stop();
      rest(false);
    };
  }

  /** The last output lines of live runs: first all, then changes. Returns how to stop. */
  followPulses(query: Query, listener: (pulses: Pulses) => void): () => void {
    let stop = () => {};
    const forget = this.whenConnected(({ client: { board } }) => {
      stop = keepSubscribed((ended) =>
        board.pulses.subscribe(query, { onData: listener, onError: ended, onComplete: ended }),
      );
    });
    return () => {
      forget();
      stop();
    };
  }

  #start(query: Query, key: string): Followed {
    const listeners = new Set<() => void>();
    const take = ({ build }: BoardMessage) => {
      this.#compareBuild(build);
      for (const listener of listeners) listener();
    };
    const initial = this.#initial.get(key);
    const drawn = initial ? boardOf(initial) : null;
    let stream: BoardStream | null = null;
    const forget = this.whenConnected((connection) => {
      stream = new BoardStream(connection, firstPage(query), initial, take);
      stream.onRefused = () => {
        for (const listener of listeners) listener();
      };
    });
    const stop = () => {
      forget();
      stream?.stop();
    };
    const followed = {
      listeners,
      stop,
      board: () => (stream ? stream.board : drawn),
      refusal: () => stream?.refusal ?? null,
    };
    this.#boards.set(key, followed);
    return followed;
  }

  /** A page keeps working with a newer daemon; it only says so. */
  #compareBuild(build: string): void {
    if (this.build === '') this.build = build;
    this.newerBuild = build !== this.build;
  }
}

interface Followed {
  readonly listeners: Set<() => void>;
  readonly board: () => Board | null;
  readonly refusal: () => string | null;
  readonly stop: () => void;
}

export interface Following {
  readonly board: Board | null;
  /** Why nothing comes; null: it does, or it is not known yet. */
  readonly refusal: string | null;
  readonly stop: () => void;
}
