import { afterMessage, type Board, type BoardMessage, boardOf, type Snapshot } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { Connection } from './connection.ts';
import { keepSubscribed } from './keep-subscribed.ts';

/**
 * The board of one query, folded by `board.ts` from the first message on. The connection resubscribes
 * by itself, from the number reached.
 */
export class BoardStream {
  readonly #connection: Pick<Connection, 'client'>;
  readonly #query: Query;
  readonly #listener: (message: BoardMessage) => void;
  #board: Board | null;
  readonly #calm: true | undefined;
  readonly stop: () => void;
  /** Why the daemon does not send it: the connection has too many streams. Null: it does. */
  refusal: string | null = null;
  /** Called when it is refused. */
  onRefused: () => void = () => {};

  /**
   * `listener` is called after each message has been folded into the board. `calm`: one at most every five seconds, also
   * while the page rests.
   */
  constructor(
    connection: Pick<Connection, 'client'>,
    query: Query,
    initial: Snapshot | undefined,
    listener: (message: BoardMessage) => void,
    pace: 'at once' | 'calm' = 'at once',
  ) {
    this.#connection = connection;
    this.#query = query;
    this.#listener = listener;
    this.#board = initial ? boardOf(initial) : null;
    this.#calm = pace === 'calm' || undefined;
    this.stop = keepSubscribed(
      (ended, tooMany) => this.#subscribe(ended, tooMany),
      this.#calm ? 'always' : 'while it is looked at',
    );
  }

  /** Null until the first snapshot. */
  get board(): Board | null {
    return this.#board;
  }

  #subscribe(ended: () => void, tooMany: () => void) {
    const board = this.#board;
    const input = {
      ...this.#query,
      ...(board && { from: `${board.epoch}:${board.seq}` }),
      ...(this.#calm && { calm: true }),
    };
    return this.#connection.client.board.follow.subscribe(input, {
      onData: ({ data }) => {
        this.refusal = null;
        this.#board = afterMessage(this.#board, data);
        this.#listener(data);
      },
      onError: (error) => {
        if (error.data?.code !== 'TOO_MANY_REQUESTS') return ended();
        this.refusal = error.message;
        this.onRefused();
        tooMany();
      },
      onComplete: ended,
    });
  }
}
