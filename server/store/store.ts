import { createHash, randomUUID } from 'node:crypto';
import type { By } from '../../shared/access-words.ts';
import type { Event } from '../../shared/events.ts';
import { POLICY } from '../domain/actors.ts';
import type { Decision, Made } from '../domain/commands/decision.ts';
import { conflict, Refusal } from '../domain/refusal.ts';
import type { State } from '../domain/state.ts';
import { applyAll } from './apply-all.ts';
import { isBusy, isDatabaseError, notSaved } from './not-saved.ts';
import { type Db, FileMoved } from './sqlite.ts';
import { writeTables } from './write-tables.ts';

/** Decides on the current state: returns changes, or throws a `Refusal`. */
export type Decide<Result extends object = Made> = (state: State, at: string) => Decision<Result>;

/** The same mutation sent twice has the same key and the same input. */
export interface Idempotency {
  readonly key: string;
  readonly input: unknown;
}

export interface Committed<Result extends object = Made> {
  readonly seq: number;
  readonly result: Result;
}

/** Retry delays; about five seconds in total. */
const BUSY_TRIES = 100;
const BUSY_MS = 50;

/** A queued mutation. */
interface Waiting {
  readonly by: By;
  readonly decide: Decide<object>;
  readonly once: Idempotency | undefined;
  readonly resolve: (committed: Committed<object>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The only writer. Decisions are queued and drained once per turn of the event loop, in one transaction: each
 * sees the changes of those before it, and a refusal affects only its own. The new state replaces the
 * old one, and callers are answered, only after COMMIT has returned.
 */
export class Store {
  #state: State;
  #queue: Waiting[] = [];
  #scheduled = false;
  #busyTries = 0;
  readonly #db: Db;
  readonly #now: () => Date;
  readonly #listeners = new Set<() => void>();

  constructor(db: Db, now: () => Date = () => new Date()) {
    this.#db = db;
    this.#now = now;
    this.#state = db.state();
  }

  get state(): State {
    return this.#state;
  }

  get epoch(): string {
    return this.#db.epoch;
  }

  /** The log after a number; of one unit, if given. */
  events(after: number, unit?: number): Iterable<Event> {
    return this.#db.events(after, unit);
  }

  /** The log backwards; of one unit, from before a number, if given. */
  eventsBackwards(unit?: number, before?: number): Iterable<Event> {
    return this.#db.eventsBackwards(unit, before);
  }

  /** Calls `listener` after each batch of commits. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Decides and commits. Rejects with a `Refusal` or another error; then nothing has changed. */
  commit<Result extends object = Made>(
    by: By,
    decide: Decide<Result>,
    once?: Idempotency,
  ): Promise<Committed<Result>> {
    return new Promise((resolve, reject) => {
      // `resolve` gets the result of `decide`, or the stored result of an earlier call with the same key.
      this.#queue.push({ by, decide, once, resolve: resolve as Waiting['resolve'], reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#drain());
    });
  }

  /** Commits everything that is queued, at shutdown. */
  flush(): void {
    if (this.#queue.length > 0) this.#drain();
  }

  #drain(): void {
    this.#scheduled = false;
    const queue = this.#queue;
    this.#queue = [];
    if (queue.length === 0) return;
    const before = this.#state;
    const settle: (() => void)[] = [];
    const mark = randomUUID();
    try {
      this.#db.begin();
      const after = this.#decideAll(queue, before, settle);
      writeTables(this.#db, before, after);
      if (after !== before || queue.some(({ once }) => once)) this.#db.putMark(mark);
      this.#db.commit();
      this.#state = after;
    } catch (error) {
      if (this.#isKept(error, mark)) for (const each of settle) each();
      else {
        // Another writer held the lock or committed before us: decide again.
        const again = isBusy(error) || this.#state !== before;
        if (!again || !this.#putBack(queue)) this.#rejectAll(queue, error);
      }
      this.#tellOf(before);
      return;
    }
    this.#busyTries = 0;
    for (const each of settle) each();
    this.#tellOf(before);
  }

  #tellOf(before: State): void {
    if (this.#state !== before) for (const listener of this.#listeners) listener();
  }

  /** Another writer holds the lock: retry later, without blocking the event loop, a limited number of times. */
  #putBack(queue: readonly Waiting[]): boolean {
    if (++this.#busyTries > BUSY_TRIES) return false;
    this.#queue = [...queue, ...this.#queue];
    this.#scheduled = true;
    setTimeout(() => this.#drain(), BUSY_MS * (0.5 + Math.random()));
    return true;
  }

  #decideAll(queue: readonly Waiting[], before: State, settle: (() => void)[]): State {
    let state = before;
    for (const { by, decide, once, resolve, reject } of queue) {
      try {
        const [next, committed] = this.#decideOne(state, by, decide, once);
        state = next;
        settle.push(() => resolve(committed));
      } catch (error) {
        if (!(error instanceof Refusal) && isDatabaseError(error)) throw error;
        settle.push(() => reject(error));
      }
    }
    return state;
  }

  #decideOne(
    state: State,
    by: By,
    decide: Decide<object>,
    once: Idempotency | undefined,
  ): [State, Committed<object>] {
    const repeated = once && this.#repeated(once);
    if (repeated) return [state, repeated];
    const at = this.#now().toISOString();
    const { changes, byPolicy = [], result = {} } = decide(state, at);
    const events: Event[] = [];
    const called = applyAll(state, changes, by, at, events);
    const next = applyAll(called, byPolicy, POLICY, at, events);
    for (const event of events) this.#record(event);
    if (once) this.#db.keep(once.key, digestOf(once.input), next.seq, JSON.stringify(result));
    return [next, { seq: next.seq, result }];
  }

  #repeated({ key, input }: Idempotency): Committed<object> | undefined {
    const kept = this.#db.kept(key);
    if (!kept) return undefined;
    if (kept.digest !== digestOf(input))
      throw conflict('key-used', 'This key was used before, for something else.');
    if (kept.spent)
      throw conflict('taken-back', 'This answer was taken back; answer the question as it is now.');
    return { seq: kept.seq, result: JSON.parse(kept.result) as object };
  }

  #record(event: Event): void {
    this.#db.addEvent(event);
    if (event.type === 'item.reopened' && event.data.spends !== null) this.#db.spend(event.data.spends);
  }

  /**
   * After an error the outcome is unknown until the file has been read: the batch was kept if its own mark is the
   * last one. A longer log proves nothing, since another writer may have made it so; the state is read anew then.
   */
  #isKept(error: unknown, mark: string): boolean {
    try {
      this.#db.rollback();
      if (error instanceof FileMoved) return false;
      const isKept = this.#db.lastMark() === mark;
      if (isKept || this.#db.lastSeq() !== this.#state.seq) this.#state = this.#db.state();
      return isKept;
    } catch {
      // If it cannot be read, the outcome counts as not committed.
      return false;
    }
  }

  #rejectAll(queue: readonly Waiting[], error: unknown): void {
    this.#busyTries = 0;
    const told = notSaved(error);
    for (const { reject } of queue) reject(told);
  }
}

const digestOf = (input: unknown): string => createHash('sha256').update(JSON.stringify(input)).digest('hex');
