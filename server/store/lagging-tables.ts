/**
 * The tables are the fold of the log up to some event, and follow the log in steps: most units change several times in one,
 * and are written once. What the log has behind that event is folded when the state is read.
 */
import type { Event } from '../../shared/events.ts';
import { reduce } from '../domain/reduce.ts';
import type { State } from '../domain/state.ts';
import { DatabaseProblem } from './database-file.ts';
import type { Batch } from './journal.ts';
import type { Db } from './sqlite.ts';
import { changesArchive, writeTables } from './write-tables.ts';

/** So many events are folded within a few milliseconds. */
const MOST_BEHIND = 500;

/** `rest`: the events after those of `tables`, the last one being `last`. Throws `DatabaseProblem`. */
export function withRest(tables: State, rest: Iterable<Event>, last: number, path: string): State {
  let state = tables;
  for (const event of rest) state = next(state, event, path);
  if (state.seq === last) return state;
  throw damaged(path, `its tables know event ${state.seq}, and its log ends with ${last}`);
}

function next(state: State, event: Event, path: string): State {
  try {
    return reduce(state, event);
  } catch {
    throw damaged(path, `event ${event.seq} does not follow from what was before it`);
  }
}

const damaged = (path: string, why: string) =>
  new DatabaseProblem(
    'unusable',
    `${path} is damaged: ${why}. It was left as it is. Look closer: signalbox check`,
  );

/** Inside a transaction, in which the log ends with the last event of `after`. */
export function putTables(db: Db, before: State, after: State): void {
  writeTables(db, before, after);
  db.putTablesSeq(after.seq);
}

export class LaggingTables {
  readonly #db: Db;
  /** The end of the log, if this program has written it. */
  #last: State | null = null;
  /** What the tables say, if it is known. */
  #said: State | null = null;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Inside the transaction of a batch: writes the tables, if it is time. `lasts` is to be called once it is kept. */
  follow({ events, after }: Batch): { lasts(): void } {
    const isDue = after.seq - this.#db.tablesSeq >= MOST_BEHIND || events.some(changesArchive);
    if (isDue) putTables(this.#db, this.#before(), after);
    return {
      lasts: () => {
        this.#last = after;
        if (isDue) this.#said = after;
      },
    };
  }

  /** At the end, so that the tables of a database at rest say all that its log says. Throws errors of the database. */
  catchUp(): void {
    const last = this.#last;
    if (last === null || last.seq !== this.#db.lastSeq() || last.seq === this.#db.tablesSeq) return;
    this.#db.begin();
    try {
      putTables(this.#db, this.#before(), last);
      this.#db.commit();
    } finally {
      this.#db.rollback();
    }
  }

  /** Another writer may have written them meanwhile. */
  #before(): State {
    return this.#said?.seq === this.#db.tablesSeq ? this.#said : this.#db.tables();
  }
}
