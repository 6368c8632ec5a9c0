/** Hands the events of the log to somebody outside of it, each at least once, also across restarts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Event } from '../../shared/events.ts';
import type { Log } from '../system/log.ts';
import { Signal } from '../system/signal.ts';
import type { Store } from './store.ts';

/** Who follows the log, and what is done with its events. */
export interface Subscription {
  /** The database keeps under this name how far it has come. A name that is new begins with the next event. */
  readonly name: string;
  /** Whether `handle` gets this event. AnyDecision by the event alone; most events are skipped without a write. */
  readonly wants: (event: Event) => boolean;
  /**
   * Gets one event at a time, in the order of the log: the next one only after its promise resolved. When it rejects,
   * it gets the same event again; to give an event up, resolve. Must settle soon after `stopping` fires. It may get an
   * event again that it has handled, if the daemon was killed before that was kept: pass `event.seq` on as the key.
   */
  readonly handle: (event: Event, stopping: AbortSignal) => Promise<void>;
}

/** Where the places of followers are kept. */
export interface FollowerPlaces {
  /** The number of the last event that this follower has handled; null: it is new. */
  followedTo(name: string): number | null | Promise<number | null>;
  keepFollowedTo(name: string, seq: number): void | Promise<void>;
}

interface Parts {
  readonly store: Pick<Store, 'state' | 'events' | 'onChange'>;
  readonly db: FollowerPlaces;
  readonly log: Log;
  /** Resolves after `ms`, or rejects when `stopping` fires. */
  readonly pause?: (ms: number, stopping: AbortSignal) => Promise<unknown>;
}

/** Skipped events are written down as handled after so many, or at the end: a restart reads fewer of them again. */
const MOST_SKIPPED = 4096;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 300_000;

export class Follower {
  readonly #subscription: Subscription;
  readonly #parts: Parts;
  readonly #changed = new Signal();
  readonly #stopping = new AbortController();
  readonly #pause: NonNullable<Parts['pause']>;
  #kept: number | null = null;
  #seq = 0;
  #running: Promise<void> | null = null;

  constructor(subscription: Subscription, parts: Parts) {
    this.#subscription = subscription;
    this.#parts = parts;
    this.#pause = parts.pause ?? ((ms, signal) => delay(ms, undefined, { signal, ref: false }));
  }

  /** Begins where it stopped, or was killed. Rejects if the database cannot be read. */
  async start(): Promise<void> {
    const { store, db } = this.#parts;
    const newest = store.state.seq;
    this.#kept = await db.followedTo(this.#subscription.name);
    this.#seq = this.#kept ?? newest;
    if (this.#kept === null) await this.#keep();
    this.#running ??= this.#run();
  }

  /** Resolves when the handler has settled and the place is kept. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const unsubscribe = this.#parts.store.onChange(() => this.#changed.ring());
    let failures = 0;
    while (!signal.aborted) {
      const before = this.#seq;
      try {
        if (before === this.#parts.store.state.seq) await this.#changed.next(signal);
        else await this.#handleNew();
        failures = 0;
      } catch (error) {
        failures = before === this.#seq ? failures + 1 : 1;
        if (!signal.aborted) await this.#backOff(failures, error);
      }
    }
    unsubscribe();
    await this.#keep();
  }

  async #handleNew(): Promise<void> {
    const { wants, handle } = this.#subscription;
    for await (const event of this.#parts.store.events(this.#seq)) {
      if (this.#stopping.signal.aborted) return;
      const isWanted = wants(event);
      if (isWanted) await handle(event, this.#stopping.signal);
      this.#seq = event.seq;
      if (isWanted || event.seq - (this.#kept ?? 0) >= MOST_SKIPPED) await this.#keep();
    }
  }

  /** A place that cannot be kept costs a repetition after a restart, no event: the next one that is kept counts. */
  async #keep(): Promise<void> {
    const { db, log } = this.#parts;
    if (this.#kept === this.#seq) return;
    try {
      await db.keepFollowedTo(this.#subscription.name, this.#seq);
      this.#kept = this.#seq;
    } catch (error) {
      log.error(`${this.#subscription.name}: its place in the log could not be kept`, error);
    }
  }

  async #backOff(failures: number, error: unknown): Promise<void> {
    const ms = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
    const where = `${this.#subscription.name} has handled event ${this.#seq} and failed on a later one; it tries again in ${ms / 1000} s`;
    this.#parts.log.error(where, error);
    // It rejects only when the daemon stops.
    await this.#pause(ms, this.#stopping.signal).catch(() => {});
  }
}
