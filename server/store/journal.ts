import type { Event } from '../../shared/events.ts';
import type { Moment, WorkUnit } from '../../shared/words.ts';
import type { State } from '../domain/state.ts';

/**
 * Where the log and its fold last. Only the store writes to it, and only whole batches, so that another kind of
 * database is another implementation of this; the tests in `test/core/journal.test.ts` run over each.
 */
export interface Journal {
  /** Differs between logs, so that numbers of two are never compared. */
  readonly epoch: string;
  /** The state after the last event, of one moment. Rejects if it cannot be read. */
  open(): Promise<State>;
  /** Of these keys, the mutations that were executed. */
  kept(keys: readonly string[]): Promise<ReadonlyMap<string, KeptMutation>>;
  /**
   * Keeps all of a batch, or nothing. Rejects, with nothing kept, with a `Refusal` where the cause is known: `busy` where
   * trying again may help. `unreachable`: the database has not answered for so long that the outcome stays unknown.
   */
  append(batch: Batch): Promise<Appended>;
  /** The events after a number, in order; of one unit, if given. Takes no lock while its reader waits. */
  events(after: number, unit?: number): AsyncIterable<Event>;
  /** A unit that has left the state, as it was then, with `archived_at`. */
  archived(unit: number): Promise<WorkUnit | undefined>;
  /** Archived units whose name or title has these words, the latest first. */
  findArchived(search: ArchiveSearch): Promise<readonly ArchivedUnit[]>;
  /** The latest first: of one unit, or of all; from before a number, if given. */
  eventsBackwards(unit: number | undefined, before?: number): AsyncIterable<Event>;
  /** Calls `nudge` with the number of the last event after others have written, at least. Returns how to stop. */
  follow(nudge: (seq: number) => void): () => void;
}

/**
 * `kept`: it lasts. `behind`, with nothing kept: the log no longer ends with the event on which the batch was decided.
 * `deposed`, with nothing kept: another daemon leads by now.
 */
export type Appended = 'kept' | 'behind' | 'deposed';

export interface ArchiveSearch {
  readonly q: string;
  /** Only units with a lower id. */
  readonly before: number;
  readonly most: number;
}

/** What a search finds of an archived unit. `over_at`: since when it is DONE. */
export interface ArchivedUnit {
  readonly unit: number;
  readonly chunk: string;
  readonly title: string;
  readonly over_at: Moment;
}

/** What several decisions have changed. `before.seq` is the fence: the number of the last event that they know. */
export interface Batch {
  readonly before: State;
  readonly after: State;
  /** Not null: kept only as long as this term of leadership lasts. */
  readonly term: number | null;
  readonly events: readonly Event[];
  /** Of each event that archives a unit: the unit as it was before, by its id. */
  readonly archived: ReadonlyMap<number, WorkUnit>;
  /** Mutations to be known again by their keys, and the keys that are used up. */
  readonly executed: readonly ExecutedMutation[];
  readonly spent: readonly string[];
}

export interface ExecutedMutation {
  readonly key: string;
  readonly digest: string;
  readonly seq: number;
  /** What it made, as JSON. */
  readonly result: string;
}

/** An executed mutation, by its key. `spent`: its answer was taken back. */
export interface KeptMutation extends Omit<ExecutedMutation, 'key'> {
  readonly spent: boolean;
}
