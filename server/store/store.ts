import { setTimeout as delay } from 'node:timers/promises';
import type { By } from '../../shared/access-words.ts';
import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { POLICY } from '../domain/actors.ts';
import { withArchived } from '../domain/archive.ts';
import type { AnyDecision, Nothing } from '../domain/commands/decision.ts';
import { Refusal } from '../domain/refusal.ts';
import type { State } from '../domain/state.ts';
import { applyAll } from './apply-all.ts';
import { digestOf, type Idempotency, repeatOf } from './idempotency.ts';
import type { ArchivedUnit, ArchiveSearch, ExecutedMutation, Journal, KeptMutation } from './journal.ts';

/** Decides on the current state: returns changes, or throws a `Refusal`. */
export type Decide<Result extends object = Nothing> = (state: State, at: string) => AnyDecision<Result>;

export interface Committed<Result extends object = Nothing> {
  readonly seq: number;
  readonly result: Result;
}

/** Retry delays; about five seconds in total. */
const MOST_TRIES = 100;
const BUSY_MS = 50;

/** A queued mutation. */
interface Waiting {
  readonly by: By;
  readonly decide: Decide<object>;
  readonly once: Idempotency | undefined;
  readonly resolve: (committed: Committed<object>) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch while it is decided, and what its callers are told once it lasts. */
interface Deciding {
  state: State;
  readonly known: Map<string, KeptMutation>;
  readonly events: Event[];
  readonly archived: Map<number, WorkUnit>;
  readonly executed: ExecutedMutation[];
  readonly spent: string[];
  readonly settle: (() => void)[];
}

/**
 * The only writer. Decisions are queued, and those of one turn of the event loop are one batch: each
 * sees the changes of those before it, and a refusal affects only its own. The new state replaces the
 * old one, and callers are answered, only after the journal has kept the batch.
 */
export class Store {
  #state: State;
  #queue: Waiting[] = [];
  /** The batch that is scheduled or being kept. */
  #draining: Promise<void> | null = null;
  #tries = 0;
  readonly #journal: Journal;
  readonly #now: () => Date;
  readonly #listeners = new Set<() => void>();

  /** `state`: that of the journal. */
  constructor(journal: Journal, state: State, now: () => Date = () => new Date()) {
    this.#journal = journal;
    this.#now = now;
    this.#state = state;
  }

  static async open(journal: Journal): Promise<Store> {
    return new Store(journal, await journal.state());
  }

  get state(): State {
    return this.#state;
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
    return new Promise((resolve, reject) => {
      // `resolve` gets the result of `decide`, or the stored result of an earlier call with the same key.
      this.#queue.push({ by, decide, once, resolve: resolve as Waiting['resolve'], reject });
      this.#draining ??= this.#drain(nextTurn());
    });
  }

  /** Resolves when everything that is queued has been committed or refused, at shutdown. */
  async flush(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  /** Never rejects. */
  async #drain(turn: Promise<void>): Promise<void> {
    await turn;
    const queue = this.#queue;
    this.#queue = [];
    const wait = await this.#keep(queue);
    this.#draining = this.#queue.length > 0 ? this.#drain(wait > 0 ? delay(wait) : nextTurn()) : null;
  }

  /** Commits a batch and answers its callers, or queues it again. Returns how long to wait before the next, in ms. */
  async #keep(queue: readonly Waiting[]): Promise<number> {
    const before = this.#state;
    let batch: Deciding;
    try {
      batch = await this.#decideAll(queue, before);
      if (!(await this.#append(before, batch))) {
        // Another writer has committed before us: decided again, on what is there now.
        this.#state = await this.#journal.state();
        this.#tellOf(before);
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
    this.#tellOf(before);
    return 0;
  }

  /** Where nothing has changed, nothing is written. */
  async #append(before: State, batch: Deciding): Promise<boolean> {
    if (batch.events.length === 0 && batch.executed.length === 0) return true;
    return this.#journal.append({ ...batch, before, after: batch.state });
  }

  #tellOf(before: State): void {
    if (this.#state !== before) for (const listener of this.#listeners) listener();
  }

  /** Tried again after `wait` ms, without blocking the event loop; `error` is for the callers when that was too often. */
  #putBack(queue: readonly Waiting[], error: unknown, wait: number): number {
    if (++this.#tries > MOST_TRIES) return this.#rejectAll(queue, error);
    this.#queue = [...queue, ...this.#queue];
    return wait;
  }

  #rejectAll(queue: readonly Waiting[], error: unknown): number {
    this.#tries = 0;
    for (const { reject } of queue) reject(error);
    return 0;
  }

  async #decideAll(queue: readonly Waiting[], before: State): Promise<Deciding> {
    const keys = queue.flatMap(({ once }) => once?.key ?? []);
    const known = new Map(keys.length === 0 ? [] : await this.#journal.kept(keys));
    const empty = { events: [], archived: new Map(), executed: [], spent: [], settle: [] };
    const batch: Deciding = { state: before, known, ...empty };
    for (const { by, decide, once, resolve, reject } of queue) {
      try {
        const committed = this.#decideOne(batch, by, decide, once);
        batch.settle.push(() => resolve(committed));
      } catch (error) {
        batch.settle.push(() => reject(error));
      }
    }
    return batch;
  }

  #decideOne(
    batch: Deciding,
    by: By,
    decide: Decide<object>,
    once: Idempotency | undefined,
  ): Committed<object> {
    const repeated = once && repeatOf(once, batch.known);
    if (repeated) return repeated;
    const at = this.#now().toISOString();
    const { changes, byPolicy = [], result = {} } = decide(batch.state, at);
    const events: Event[] = [];
    const called = applyAll(batch.state, changes, by, at, events);
    const next = applyAll(called, byPolicy, POLICY, at, events);
    for (const event of events) record(batch, event);
    batch.state = next;
    if (once) {
      const executed = { digest: digestOf(once), seq: next.seq, result: JSON.stringify(result) };
      batch.executed.push({ key: once.key, ...executed });
      batch.known.set(once.key, { ...executed, spent: false });
    }
    return { seq: next.seq, result };
  }
}

const TOO_OFTEN = new Refusal('unavailable', 'busy', 'Nothing was saved: another program writes. Try again.');

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function record(batch: Deciding, event: Event): void {
  batch.events.push(event);
  // A decision that archives a unit does nothing else to it: it leaves as it was before.
  const leaving = event.type === 'unit.archived' ? batch.state.works.get(event.unit) : undefined;
  if (leaving) batch.archived.set(event.unit, leaving);
  if (event.type !== 'item.reopened' || event.data.spends === null) return;
  batch.spent.push(event.data.spends);
  const known = batch.known.get(event.data.spends);
  if (known) batch.known.set(event.data.spends, { ...known, spent: true });
}
