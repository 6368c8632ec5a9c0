/** A whole log with its tables and keys: to be checked, written out, or taken over elsewhere. */
import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { EMPTY, type State } from '../domain/state.ts';
import { DatabaseProblem } from './database-file.ts';
import type { KeptMutation } from './journal.ts';
import { putTables } from './lagging-tables.ts';
import type { Db } from './sqlite.ts';
import { writeArchive } from './write-tables.ts';

export type KeyOfMutation = KeptMutation & { readonly key: string };
type Each<T> = Iterable<T> | AsyncIterable<T>;

/** As it is at one moment, whoever writes meanwhile. */
export interface LogSnapshot {
  /** The number of the last event. */
  readonly seq: number;
  events(): Each<Event>;
  /** In the order of the keys. */
  keys(): Each<KeyOfMutation>;
  /** A unit that has left the state, with `archived_at`. Throws a `SyntaxError` where it cannot be read. */
  archived(unit: number): WorkUnit | undefined | Promise<WorkUnit | undefined>;
  /** What the tables say, and of what the log has behind them, its fold. */
  state(): State | Promise<State>;
}

/** Takes a log over into an empty database, in one transaction: all of it with `finish`, or nothing. */
export interface LogTarget {
  /** `work`: its unit before it, if there was one. */
  addEvent(event: Event, work: WorkUnit | undefined): void | Promise<void>;
  addKey(key: KeyOfMutation): void | Promise<void>;
  /** `state`: the fold of the events. */
  finish(state: State): void | Promise<void>;
  /** After `finish`, or an error. */
  end(): void | Promise<void>;
}

export const sqliteSnapshot = (db: Db): LogSnapshot => ({
  seq: db.lastSeq(),
  events: () => db.events(),
  keys: () => db.keptMutations(),
  archived: (unit) => db.archive.get(unit),
  state: () => db.state(),
});

/** Throws `DatabaseProblem` where the database has a log. */
export function sqliteTarget(db: Db): LogTarget {
  refuseFilled(db.lastSeq());
  db.begin();
  return {
    addEvent(event, work) {
      db.addEvent(event);
      writeArchive(db, event, work);
    },
    addKey({ key, digest, seq, result, spent }) {
      db.keep(key, digest, seq, result);
      if (spent) db.spend(key);
    },
    finish(state) {
      putTables(db, EMPTY, state);
      db.commit();
    },
    end: () => db.rollback(),
  };
}

export function refuseFilled(seq: number): void {
  if (seq > 0)
    throw new DatabaseProblem(
      'unusable',
      'The database has a log of its own; take one over into one that has none.',
    );
}
