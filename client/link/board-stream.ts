import { afterMessage, type Board, type BoardMessage, boardOf, type Snapshot } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { Connection } from './connection.ts';
import { keepSubscribed } from './keep-subscribed.ts';

/**
 * The board of one query, folded by `board.ts` from the first message on. The connection resubscribes
 * by itself, from the number reached.
 */
export class BoardStream {
  readonly #connection: Connection;
  readonly #query: Query;
  readonly #listener: (message: BoardMessage) => void;
  #board: Board | null;
  readonly stop: () => void;

  /** `listener` is called after each message has been folded into the board. */
  constructor(
    connection: Connection,
    query: Query,
    initial: Snapshot | undefined,
    listener: (message: BoardMessage) => void,
  ) {
    this.#connection = connection;
    this.#query = query;
    this.#listener = listener;
    this.#board = initial ? boardOf(initial) : null;
    this.stop = keepSubscribed((ended) => this.#subscribe(ended));
  }

  /** Null until the first snapshot. */
  get board(): Board | null {
    return this.#board;
  }

  #subscribe(ended: () => void) {
    const board = this.#board;
    const input = { ...this.#query, from: board ? `${board.epoch}:${board.seq}` : undefined };
    return this.#connection.client.board.follow.subscribe(input, {
      onData: ({ data }) => {
        this.#board = afterMessage(this.#board, data);
        this.#listener(data);
      },
      onError: ended,
      onComplete: ended,
    });
  }
}
