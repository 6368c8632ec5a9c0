import {
  afterMessage,
  type Board,
  type BoardMessage,
  boardOf,
  type Pulses,
  type Snapshot,
} from '../shared/board.ts';
import { type Query, queryKey } from '../shared/query.ts';
import type { Connection } from './connection.ts';

const AGAIN_MS = 1000;

/**
 * Boards, one per query, kept by the fold of `board.ts`. The connection subscribes again by itself, from the
 * number reached.
 */
export class Live {
  readonly connection: Connection;
  readonly #boards = new Map<string, Followed>();
  readonly #initial = new Map<string, Snapshot>();
  /** The build that drew this page, and the daemon's, once heard of. */
  build = '';
  newerBuild = false;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Starts from what the page was drawn from, so that nothing is fetched twice. */
  prime(query: Query, snapshot: Snapshot): void {
    this.#initial.set(queryKey(query), snapshot);
    this.build = snapshot.build;
  }

  /** Follows a query. `listener` is called at each change; `board` is null until something is known. */
  follow(query: Query, listener: () => void): Following {
    const key = queryKey(query);
    let followed = this.#boards.get(key);
    if (!followed) {
      followed = this.#start(query, this.#initial.get(key));
      this.#boards.set(key, followed);
    }
    const { listeners } = followed;
    listeners.add(listener);
    return {
      get board() {
        return followed.board;
      },
      stop: () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        followed.end();
        this.#boards.delete(key);
      },
    };
  }

  /** The last lines of what runs: first all, then what changes. Returns how to stop. */
  followPulses(query: Query, listener: (pulses: Pulses) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let subscription: { unsubscribe(): void } | undefined;
    const again = () => {
      timer = setTimeout(start, AGAIN_MS);
    };
    const start = () => {
      const { pulses } = this.connection.client.board;
      subscription = pulses.subscribe(inputOf(query), {
        onData: listener,
        onError: again,
        onComplete: again,
      });
    };
    start();
    return () => {
      clearTimeout(timer);
      subscription?.unsubscribe();
    };
  }

  #start(query: Query, initial: Snapshot | undefined): Followed {
    const followed: Followed = {
      board: initial ? boardOf(initial) : null,
      listeners: new Set(),
      end: () => {},
    };
    this.#subscribe(query, followed);
    return followed;
  }

  /** A stream that the daemon ends, for whatever reason, is asked for again. */
  #subscribe(query: Query, followed: Followed): void {
    const { board } = followed;
    const input = { ...inputOf(query), ...(board && { from: `${board.epoch}:${board.seq}` }) };
    const again = () => {
      const timer = setTimeout(() => this.#subscribe(query, followed), AGAIN_MS);
      followed.end = () => clearTimeout(timer);
    };
    const subscription = this.connection.client.board.follow.subscribe(input, {
      onData: ({ data }) => this.#take(followed, data),
      onError: again,
      onComplete: again,
    });
    followed.end = () => subscription.unsubscribe();
  }

  #take(followed: Followed, message: BoardMessage): void {
    followed.board = afterMessage(followed.board, message);
    this.#compareBuild(message.build);
    for (const listener of followed.listeners) listener();
  }

  /** A page goes on as it is under a newer daemon; it only says so. */
  #compareBuild(build: string): void {
    if (this.build === '') this.build = build;
    this.newerBuild = build !== this.build;
  }
}

interface Followed {
  board: Board | null;
  readonly listeners: Set<() => void>;
  end: () => void;
}

export interface Following {
  readonly board: Board | null;
  readonly stop: () => void;
}

const inputOf = ({ status, kind, q, page, chunk, item }: Query) => ({
  ...(status && { status: [...status] }),
  ...(kind && { kind: [...kind] }),
  ...(q !== undefined && { q }),
  ...(page !== undefined && { page }),
  ...(chunk !== undefined && { chunk }),
  ...(item !== undefined && { item }),
});
