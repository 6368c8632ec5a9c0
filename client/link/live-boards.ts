import type { Board, BoardMessage, Pulses, Snapshot } from '../../shared/board.ts';
import { type Query, queryKey } from '../../shared/query.ts';
import { inputOf } from './board-stream.ts';
import type { Connection } from './connection.ts';
import { GrowingBoard } from './growing-board.ts';
import { keepSubscribed } from './keep-subscribed.ts';

/** Boards, one per query, shared by all its listeners. */
export class LiveBoards {
  /** For what is loaded later: imported by that, too, it would be a file of its own. */
  readonly keepSubscribed = keepSubscribed;
  readonly connection: Connection;
  readonly #boards = new Map<string, Followed>();
  readonly #initial = new Map<string, Snapshot>();
  /** The build that drew this page. */
  build = '';
  newerBuild = false;

  constructor(connection: Connection) {
    this.connection = connection;
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
    const { growing, listeners } = followed;
    listeners.add(listener);
    return {
      get board() {
        return growing.board;
      },
      stop: () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        growing.stop();
        this.#boards.delete(key);
      },
    };
  }

  /** The last output lines of live runs: first all, then changes. Returns how to stop. */
  followPulses(query: Query, listener: (pulses: Pulses) => void): () => void {
    const { pulses } = this.connection.client.board;
    return keepSubscribed((ended) =>
      pulses.subscribe(inputOf(query), { onData: listener, onError: ended, onComplete: ended }),
    );
  }

  #start(query: Query, key: string): Followed {
    const listeners = new Set<() => void>();
    const take = ({ build }: BoardMessage) => {
      this.#compareBuild(build);
      for (const listener of listeners) listener();
    };
    const growing = new GrowingBoard(this.connection, query, this.#initial.get(key), take);
    const followed = { growing, listeners };
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
  readonly growing: GrowingBoard;
  readonly listeners: Set<() => void>;
}

export interface Following {
  readonly board: Board | null;
  readonly stop: () => void;
}
