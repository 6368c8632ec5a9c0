import { setTimeout as delay } from 'node:timers/promises';
import type { By } from '../../shared/access-words.ts';
import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { DAEMON } from '../domain/actors.ts';
import { withArchived } from '../domain/archive.ts';
import { reduce } from '../domain/reduce.ts';
import { Refusal } from '../domain/refusal.ts';
import type { State } from '../domain/state.ts';
import { type Decide, type Deciding, decideBatch, type QueuedMutation } from './decide-batch.ts';
import type { Committed, Idempotency } from './idempotency.ts';
import type { Appended, ArchivedUnit, ArchiveSearch, Journal } from './journal.ts';

/** Retry delays; about five seconds in total. */
const MOST_TRIES = 100;
const BUSY_MS = 50;

/**
 * The only writer. Decisions are queued, and those of one turn of the event loop are one batch: each
 * sees the changes of those before it, and a refusal affects only its own. The new state replaces the
 * old one, and callers are answered, only after the journal has kept the batch.
 */
export class Store {
  #state: State;
  #queue: QueuedMutation[] = [];
  /** The batch that is scheduled or being kept. */
  #draining: Promise<void> | null = null;
  #tries = 0;
  /** The term in which this daemon leads; null: another one does. Where nobody else can write, the only one. */
  #term: number | null = 0;
  /** The number of the last event that is known to be there. */
  #heard = 0;
  readonly #unfollow: () => void;
  readonly #journal: Journal;
  readonly #now: () => Date;
  readonly #listeners = new Set<() => void>();

  /** `state`: that of the journal. */
  constructor(journal: Journal, state: State, now: () => Date = () => new Date()) {
    this.#journal = journal;
    this.#now = now;
    this.#state = state;
    this.#unfollow = journal.follow((seq) => this.#hear(seq));
  }

  static async open(journal: Journal): Promise<Store> {
    return new Store(journal, await journal.open());
  }

  get state(): State {
    return this.#state;
  }

  /** Whether this daemon is the one that starts runs and keeps time. `onChange` tells of that, too. */
  get leads(): boolean {
    return this.#term !== null;
  }

  set term(term: number | null) {
    this.#term = term;
    this.#tell();
  }

  get epoch(): string {
    return this.#journal.epoch;
  }

  /** The log after a number; of one unit, if given. */
  events(after: number, unit?: number): AsyncIterable<Event> {
    return this.#journal.events(after, unit);
  }

  /** The log backwards, of one unit or of all; from before a number, if given. */
  eventsBackwards(unit: number | undefined, before?: number): AsyncIterable<Event> {
    return this.#journal.eventsBackwards(unit, before);
  }

  /** The state, in which a unit of this name can be read also where it is archived. Nothing may be decided on it. */
  async stateWith(chunk: string): Promise<State> {
    const name = this.#state.archive.names.get(chunk);
    const work = name && (await this.#journal.archived(name.unit));
    return work ? withArchived(this.#state, work) : this.#state;
  }

  /** A unit that has left the state. */
  archived(unit: number): Promise<WorkUnit | undefined> {
    return this.#journal.archived(unit);
  }

  findArchived(search: ArchiveSearch): Promise<readonly ArchivedUnit[]> {
    return this.#journal.findArchived(search);
  }

  /** Calls `listener` after each batch of commits. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Decides and commits. Rejects with a `Refusal` or another error; then nothing has changed. */
  commit<Result extends object>(
    by: By,
    decide: Decide<Result>,
    once?: Idempotency,
  ): Promise<Committed<Result>> {
    return this.#enqueue({ by, decide, once, leads: false });
  }

  /** The same, as the daemon that leads. Rejects with `Deposed` where another one does. */
  lead<Result extends object>(decide: Decide<Result>): Promise<Committed<Result>> {
    return this.#enqueue({ by: DAEMON, decide, once: undefined, leads: true });
  }

  #enqueue<Result extends object>(
    asked: Omit<QueuedMutation, 'resolve' | 'reject'>,
  ): Promise<Committed<Result>> {
    return new Promise((resolve, reject) => {
      // `resolve` gets the result of `decide`, or the stored result of an earlier call with the same key.
      this.#queue.push({ ...asked, resolve: resolve as QueuedMutation['resolve'], reject });
      this.#draining ??= this.#drain(nextTurn());
    });
  }

  /** Others have written. What this store has written itself, it knows when its batch is kept. */
  #hear(seq: number): void {
    this.#heard = Math.max(this.#heard, seq);
    if (this.#heard > this.#state.seq) this.#draining ??= this.#drain(nextTurn());
  }

  /** Resolves when everything that is queued has been committed or refused, at shutdown. */
  async flush(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  /** From now on it hears no more of others. */
  close(): void {
    this.#unfollow();
  }

  /** Never rejects. */
  async #drain(turn: Promise<void>): Promise<void> {
    await turn;
    const queue = this.#queue;
    this.#queue = [];
    const wait = queue.length === 0 ? await this.#catchUp() : await this.#keep(queue);
    const goesOn = this.#queue.length > 0 || this.#heard > this.#state.seq;
    this.#draining = goesOn ? this.#drain(wait > 0 ? delay(wait) : nextTurn()) : null;
  }

  /** Reads what others have written. Where that fails, the next that is heard tries again. */
  async #catchUp(): Promise<number> {
    try {
      await this.#readOn();
    } catch {
      this.#heard = this.#state.seq;
    }
    return 0;
  }

  async #readOn(): Promise<void> {
    const before = this.#state;
    let next = before;
    for await (const event of this.#journal.events(before.seq)) {
      if (event.seq !== next.seq + 1) throw new Error(`The log has no event ${next.seq + 1}.`);
      next = reduce(next, event);
    }
    this.#state = next;
    this.#heard = next.seq;
    if (next !== before) this.#tell();
  }

  /** Commits a batch and answers its callers, or queues it again. Returns how long to wait before the next, in ms. */
  async #keep(queue: readonly QueuedMutation[]): Promise<number> {
    const before = this.#state;
    let batch: Deciding;
    try {
      batch = await this.#decide(queue, before);
      const appended = await this.#append(before, batch);
      if (appended === 'deposed') this.#term = null;
      if (appended !== 'kept') {
        // Another daemon has committed before us: decided again, on what is there now.
        await this.#readOn();
        return this.#putBack(queue, TOO_OFTEN, 0);
      }
    } catch (error) {
      const isBusy = error instanceof Refusal && error.code === 'busy';
      return isBusy
        ? this.#putBack(queue, error, BUSY_MS * (0.5 + Math.random()))
        : this.#rejectAll(queue, error);
    }
    this.#tries = 0;
    this.#state = batch.state;
    for (const each of batch.settle) each();
    if (batch.state !== before) this.#tell();
    return 0;
  }

  async #decide(queue: readonly QueuedMutation[], before: State): Promise<Deciding> {
    const keys = queue.flatMap(({ once }) => once?.key ?? []);
    const known = new Map(keys.length === 0 ? [] : await this.#journal.kept(keys));
    return decideBatch(queue, { before, known, term: this.#term, now: this.#now });
  }

  /** Where nothing has changed, nothing is written. */
  async #append(before: State, batch: Deciding): Promise<Appended> {
    if (batch.events.length === 0 && batch.executed.length === 0) return 'kept';
    return this.#journal.append({ ...batch, before, after: batch.state });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Tried again after `wait` ms, without blocking the event loop; `error` is for the callers when that was too often. */
  #putBack(queue: readonly QueuedMutation[], error: unknown, wait: number): number {
    if (++this.#tries > MOST_TRIES) return this.#rejectAll(queue, error);
    this.#queue = [...queue, ...this.#queue];
    return wait;
  }

  #rejectAll(queue: readonly QueuedMutation[], error: unknown): number {
    this.#tries = 0;
    for (const { reject } of queue) reject(error);
    return 0;
  }
}

const TOO_OFTEN = new Refusal('unavailable', 'busy', 'Nothing was saved: another program writes. Try again.');

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
