import type { Cell, News, Snapshot } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { WaitedToday } from '../../shared/waited.ts';
import type { Status } from '../../shared/words.ts';
import type { Store } from '../store/store.ts';
import { Signal } from '../system/signal.ts';
import { BoardIndex } from './board-index.ts';
import { CommitTimes } from './commit-times.ts';
import { DayWaits } from './day-waits.ts';

/** Changes within this time after the first are merged into one message. */
const MERGE_MS = 40;

/**
 * Wakes watchers. Nothing is broadcast: each watcher holds a number and reads on from it; waking it
 * only means "look". The first change is announced at once, changes soon after together.
 */
export class BoardFeed {
  readonly #store: Store;
  readonly #index: BoardIndex;
  readonly build: string;
  readonly #waits: DayWaits;
  readonly #commits = new CommitTimes();
  readonly #signal = new Signal();
  readonly #listeners: (() => void)[] = [];
  readonly #unsubscribe: () => void;
  #pause: NodeJS.Timeout | null = null;
  /** The number announced last. The index may be newer, because drawing a page updates it at once. */
  #told: number;

  constructor(store: Store, build: string) {
    this.#store = store;
    this.build = build;
    this.#index = new BoardIndex(store.state);
    this.#waits = new DayWaits(store);
    this.#told = store.state.seq;
    this.#unsubscribe = store.onChange(() => {
      this.#commits.add(store.state.seq);
      this.#changed();
    });
  }

  #changed(): void {
    if (this.#pause) return;
    this.#wake();
    this.#pause = setTimeout(() => {
      this.#pause = null;
      if (this.#told !== this.#store.state.seq) this.#changed();
    }, MERGE_MS);
  }

  #wake(): void {
    this.#index.look(this.#store.state);
    this.#told = this.#index.seq;
    this.#signal.ring();
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` whenever watchers are woken. */
  onNews(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** When the first commit after a number was, by `performance.now()`; null: that is no longer known. */
  committedAfter(seq: number): number | null {
    return this.#commits.after(seq);
  }

  /** How long units have waited for the operator today. */
  waits(now: Date): Promise<WaitedToday> {
    return this.#waits.at(now);
  }

  /** The number of the last state that the index has seen. */
  get seq(): number {
    return this.#index.seq;
  }

  /** The board now, including changes not announced yet: a page rendered after an answer shows the answer. */
  snapshot(query: Query): Snapshot {
    this.#index.look(this.#store.state);
    return {
      epoch: this.#store.epoch,
      build: this.build,
      seq: this.#index.seq,
      rows: this.#index.rows(query),
    };
  }

  /** Names of all units that match a query now, in order. */
  chunks(query: Query): string[] {
    this.#index.look(this.#store.state);
    return this.#index.chunks(query);
  }

  /** Units by a part of their name or title, the nearest first. */
  find(q: string, most: number): readonly Cell[] {
    this.#index.look(this.#store.state);
    return this.#index.find(q, most);
  }

  counts(): { units: Readonly<Record<Status, number>>; items: number; seq: number } {
    this.#index.look(this.#store.state);
    const { units, items } = this.#index.counts;
    return { units, items, seq: this.#index.seq };
  }

  /** Changes after `seq`; null if that number is not of this log or too old, or the query is for one page. */
  since(query: Query, epoch: string, seq: number): News | null {
    if (query.page !== undefined || epoch !== this.#store.epoch || seq < 0 || seq > this.#index.seq)
      return null;
    return this.#index.knowsSince(seq) ? this.#index.since(query, seq) : null;
  }

  /** Resolves when there are changes after `seq`, or when `signal` aborts. */
  after(seq: number, signal: AbortSignal): Promise<void> {
    return this.#index.seq > seq ? Promise.resolve() : this.#signal.next(signal);
  }

  stop(): void {
    this.#unsubscribe();
    if (this.#pause) clearTimeout(this.#pause);
    this.#wake();
  }
}
