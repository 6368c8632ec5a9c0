/**
 * Tells many viewers what has changed on their boards. News is computed and encoded once for all who see the same and have
 * the same number, and sent in slices, so that the caller of a change and whatever else comes in meanwhile do not wait for a
 * thousand viewers. A viewer that reads slowly is passed over, and gets merged news once it has caught up.
 */
import type { BoardMessage, Row } from '../../shared/board.ts';
import { type Query, queryKey } from '../../shared/query.ts';
import type { BoardFeed } from './board-feed.ts';
import type { FanOutMeter } from './fan-out-meter.ts';
import { newsSince } from './news-between.ts';

export interface Viewer {
  readonly query: Query;
  /** The number of the last change that it knows. */
  readonly at: number;
  /** Of a query for one page: the rows that it shows. */
  readonly shown: readonly Row[];
  /** Names the stream on the viewer's connection: those with the same name get the same bytes. */
  readonly stream: string | number;
  readonly send: (message: Buffer) => void;
  readonly isSlow: () => boolean;
}

/** Writes the message of a stream; `id` is that of the event, `epoch:seq`. */
export type Encode = (stream: string | number, id: string, message: BoardMessage) => Buffer;

/** A viewer as it is now. */
interface Followed {
  readonly viewer: Viewer;
  readonly group: string;
  at: number;
  shown: readonly Row[];
}

interface Told {
  readonly seq: number;
  readonly rows: readonly Row[];
  /** null: nothing of it concerns them. */
  readonly message: Buffer | null;
  /** When the oldest change in it was committed. */
  readonly since: number | null;
}

/** What is counted while a slice is told. */
interface Counted {
  sent: number;
  merged: number;
  dropped: number;
  since: number | null;
}

/** How many are told before others have their turn: about a millisecond. */
const SLICE = 50;
const SLOW_MS = 50;

export class SharedBoards {
  readonly #feed: BoardFeed;
  readonly #epoch: string;
  readonly #encode: Encode;
  readonly #meter: FanOutMeter | null;
  readonly #followed = new Set<Followed>();
  /** Those who are still to be told in this round; null: there is no round. */
  #left: Followed[] | null = null;
  /** Another round is due after this one. */
  #again = false;
  /** By group and number, of the feed's number `#toldAt`. */
  readonly #told = new Map<string, Told>();
  #toldAt = -1;

  constructor(feed: BoardFeed, epoch: string, encode: Encode, meter: FanOutMeter | null = null) {
    this.#feed = feed;
    this.#epoch = epoch;
    this.#encode = encode;
    this.#meter = meter;
    feed.onNews(() => this.look());
  }

  /** How many boards are followed now, by whoever watches more than the one item that they asked. */
  get viewers(): number {
    return [...this.#followed].filter(({ viewer }) => viewer.query.item === undefined).length;
  }

  /** Tells a viewer what changes, until `signal` aborts. */
  follow(viewer: Viewer, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { query, stream, at, shown } = viewer;
    const group = JSON.stringify([stream, queryKey(query)]);
    const followed: Followed = { viewer, group, at, shown };
    this.#followed.add(followed);
    if (at < this.#feed.seq) this.look();
    return new Promise((resolve) => {
      const leave = () => {
        this.#followed.delete(followed);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Something may have changed: tells those who do not know it yet. The first of them soon, not now. */
  look(): void {
    if (this.#followed.size === 0) return;
    // A round that is begun anew each time would never come to its last viewers.
    this.#again = this.#left !== null;
    if (this.#left) return;
    this.#left = [...this.#followed];
    setImmediate(() => this.#tellSome());
  }

  #tellSome(): void {
    const left = this.#left ?? [];
    const counted: Counted = { sent: 0, merged: 0, dropped: 0, since: null };
    const slow = left.splice(0, SLICE).filter((each) => !this.#tell(each, counted));
    const { since, ...counts } = counted;
    this.#meter?.told({ ...counts, ms: since === null ? null : performance.now() - since });
    if (slow.length > 0) setTimeout(() => this.look(), SLOW_MS).unref();
    if (left.length > 0) {
      setImmediate(() => this.#tellSome());
      return;
    }
    this.#left = null;
    this.#told.clear();
    if (this.#again) this.look();
  }

  /** Returns false for a viewer that has to be told later. */
  #tell(followed: Followed, counted: Counted): boolean {
    if (followed.at >= this.#feed.seq || !this.#followed.has(followed)) return true;
    if (followed.viewer.isSlow()) {
      counted.dropped++;
      return false;
    }
    const { seq, rows, message, since } = this.#newsFor(followed);
    if (message) {
      counted.sent++;
      if (seq > followed.at + 1) counted.merged++;
      if (since !== null) counted.since = Math.min(counted.since ?? since, since);
      followed.viewer.send(message);
    }
    followed.at = seq;
    followed.shown = rows;
    return true;
  }

  #newsFor({ viewer: { query, stream }, group, at, shown }: Followed): Told {
    if (this.#toldAt !== this.#feed.seq) this.#told.clear();
    const key = `${at} ${group}`;
    const known = this.#told.get(key);
    if (known) return known;
    const { news, rows } = newsSince(this.#feed, this.#epoch, query, at, shown);
    const concerns = news.put.length + news.drop.length > 0;
    const message = concerns ? { build: this.#feed.build, snapshot: null, news } : null;
    const told: Told = {
      seq: news.seq,
      rows,
      message: message && this.#encode(stream, `${this.#epoch}:${news.seq}`, message),
      since: this.#feed.committedAfter(at),
    };
    this.#toldAt = this.#feed.seq;
    this.#told.set(key, told);
    return told;
  }
}
