import { type Board, type BoardMessage, pageOf, type Snapshot } from '../../shared/board.ts';
import { firstPage, isOfAll, type Query } from '../../shared/query.ts';
import { BoardStream } from './board-stream.ts';
import type { Connection } from './connection.ts';
import { whenIdle } from './when-idle.ts';

const AGAIN_MS = 1000;

/**
 * The board of a query. A query for all units starts with the first page, as the page
 * was drawn; the rest is fetched by HTTP when the browser is idle, since many units would block the socket.
 */
export class GrowingBoard {
  readonly #connection: Connection;
  readonly #query: Query;
  readonly #listener: (message: BoardMessage) => void;
  #shown: BoardStream;
  /** The full board, which replaces the first page once it is not older. */
  #next: BoardStream | null = null;
  #growing = false;
  #stopGrowing = () => {};

  /** `initial`: the snapshot of the first page. */
  constructor(
    connection: Connection,
    query: Query,
    initial: Snapshot | undefined,
    listener: (message: BoardMessage) => void,
  ) {
    this.#connection = connection;
    this.#query = query;
    this.#listener = listener;
    const first = isOfAll(query) ? firstPage(query) : query;
    this.#shown = new BoardStream(connection, first, initial, (message) => {
      this.#grow();
      listener(message);
    });
    this.#grow();
  }

  /** Null until something is known. */
  get board(): Board | null {
    return this.#shown.board;
  }

  stop(): void {
    this.#stopGrowing();
    this.#next?.stop();
    this.#shown.stop();
  }

  /** Once there are more units than fit on one page. */
  #grow(): void {
    const page = this.board && pageOf(this.board);
    if (this.#growing || !isOfAll(this.#query) || !page || page.pages === 1) return;
    this.#growing = true;
    this.#stopGrowing = whenIdle(() => this.#fetch());
  }

  #fetch(): void {
    let isWanted = true;
    this.#stopGrowing = () => {
      isWanted = false;
    };
    this.#connection.snapshot(this.#query).then(
      (snapshot) => isWanted && this.#follow(snapshot),
      () => isWanted && this.#fetchLater(),
    );
  }

  #fetchLater(): void {
    const timer = setTimeout(() => this.#fetch(), AGAIN_MS);
    this.#stopGrowing = () => clearTimeout(timer);
  }

  #follow(snapshot: Snapshot): void {
    const next = new BoardStream(this.#connection, this.#query, snapshot, (message) => {
      if (next !== this.#shown && !this.#isOld(next)) this.#show(next);
      if (next === this.#shown) this.#listener(message);
    });
    this.#next = next;
  }

  /** An item answered meanwhile must not reappear. */
  #isOld({ board }: BoardStream): boolean {
    const shown = this.board;
    return board !== null && shown !== null && board.epoch === shown.epoch && board.seq < shown.seq;
  }

  #show(next: BoardStream): void {
    this.#shown.stop();
    this.#shown = next;
    this.#next = null;
  }
}
