/** Decides the mutations of one batch, each on what those before it have changed. */
import type { By } from '../../shared/access-words.ts';
import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { POLICY } from '../domain/actors.ts';
import type { AnyDecision, Nothing } from '../domain/commands/decision.ts';
import type { State } from '../domain/state.ts';
import { applyAll } from './apply-all.ts';
import { type Committed, digestOf, type Idempotency, repeatOf } from './idempotency.ts';
import type { ExecutedMutation, KeptMutation } from './journal.ts';

/**
 * Decides on the current state: returns changes, or throws a `Refusal`. May be called again, on a newer state, where
 * another daemon was quicker.
 */
export type Decide<Result extends object = Nothing> = (state: State, at: string) => AnyDecision<Result>;

/** A queued mutation. */
export interface QueuedMutation {
  readonly by: By;
  readonly decide: Decide<object>;
  readonly once: Idempotency | undefined;
  /** Only for the daemon that leads. */
  readonly leads: boolean;
  readonly resolve: (committed: Committed<object>) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch while it is decided, and what its callers are told once it lasts. */
export interface Deciding {
  state: State;
  readonly term: number | null;
  readonly known: Map<string, KeptMutation>;
  readonly events: Event[];
  readonly archived: Map<number, WorkUnit>;
  readonly executed: ExecutedMutation[];
  readonly spent: string[];
  readonly settle: (() => void)[];
}

/** Another daemon leads by now; nothing was kept. */
export class Deposed extends Error {
  constructor() {
    super('Another daemon of this log leads.');
  }
}

interface Basis {
  readonly before: State;
  readonly known: Map<string, KeptMutation>;
  /** null: this daemon does not lead. */
  readonly term: number | null;
  readonly now: () => Date;
}

/** What only a leader may write makes the whole batch so: refused, the rest of it is decided again. */
export function decideBatch(queue: readonly QueuedMutation[], { before, known, term, now }: Basis): Deciding {
  const fence = queue.some(({ leads }) => leads) ? term : null;
  const batch: Deciding = {
    state: before,
    known,
    term: fence,
    events: [],
    archived: new Map(),
    executed: [],
    spent: [],
    settle: [],
  };
  for (const waiting of queue) {
    try {
      if (waiting.leads && fence === null) throw new Deposed();
      const committed = decideOne(batch, waiting, now().toISOString());
      batch.settle.push(() => waiting.resolve(committed));
    } catch (error) {
      batch.settle.push(() => waiting.reject(error));
    }
  }
  return batch;
}

function decideOne(batch: Deciding, { by, decide, once }: QueuedMutation, at: string): Committed<object> {
  const repeated = once && repeatOf(once, batch.known);
  if (repeated) return repeated;
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
