import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';
import type { State } from '../domain/state.ts';
import { FileMoved } from './files-in-place.ts';
import type { Appended, ArchivedUnit, ArchiveSearch, Batch, Journal, KeptMutation } from './journal.ts';
import { LaggingTables } from './lagging-tables.ts';
import { notSaved } from './not-saved.ts';
import type { Db } from './sqlite.ts';
import { writeArchive } from './write-tables.ts';

/** How many events are read at once: while rows are walked over, the database takes no write. */
const PAGE = 256;
/** Those of one unit lie far apart in packed events: each may take as long as hundreds of others. */
const PAGE_OF_UNIT = 16;
const pageOf = (unit: number | undefined): number => (unit === undefined ? PAGE : PAGE_OF_UNIT);

type Written = ReturnType<LaggingTables['follow']>;

/** The log in a SQLite database. */
export class SqliteJournal implements Journal {
  readonly #db: Db;
  readonly #tables: LaggingTables;

  constructor(db: Db) {
    this.#db = db;
    this.#tables = new LaggingTables(db);
  }

  get epoch(): string {
    return this.#db.epoch;
  }

  /** At the end. Throws errors of the database. */
  settle(): void {
    try {
      this.#tables.catchUp();
    } catch {
      // the log has it all, and the next start folds it
    }
    this.#db.checkpoint();
  }

  async open(): Promise<State> {
    return this.#db.state();
  }

  async kept(keys: readonly string[]): Promise<ReadonlyMap<string, KeptMutation>> {
    const found = new Map<string, KeptMutation>();
    for (const key of keys) {
      const kept = this.#db.kept(key);
      if (kept) found.set(key, kept);
    }
    return found;
  }

  async append(batch: Batch): Promise<Appended> {
    let written: Written | null = null;
    try {
      this.#db.begin();
      if (this.#db.lastSeq() !== batch.before.seq) {
        this.#db.rollback();
        return 'behind';
      }
      written = this.#write(batch);
      this.#db.commit();
    } catch (error) {
      if (!this.#isKept(error, batch)) throw notSaved(error);
    }
    written?.lasts();
    return 'kept';
  }

  #write(batch: Batch): Written {
    const { events, archived, executed, spent } = batch;
    for (const event of events) {
      this.#db.addEvent(event);
      writeArchive(this.#db, event, archived.get(event.unit));
    }
    for (const { key, digest, seq, result } of executed) this.#db.keep(key, digest, seq, result);
    for (const key of spent) this.#db.spend(key);
    return this.#tables.follow(batch);
  }

  /**
   * After an error the outcome is unknown until the file has been read: the batch was kept if its own last event is there,
   * or its keys, where it has none. A longer log proves nothing, since another writer may have made it so.
   */
  #isKept(error: unknown, { events, executed }: Batch): boolean {
    try {
      this.#db.rollback();
      if (error instanceof FileMoved) return false;
      const last = events.at(-1);
      return last ? this.#db.log.has(last) : executed.every(({ key }) => this.#db.kept(key) !== undefined);
    } catch {
      // If it cannot be read, the outcome counts as not committed.
      return false;
    }
  }

  async archived(unit: number): Promise<WorkUnit | undefined> {
    return this.#db.archive.get(unit);
  }

  async findArchived(search: ArchiveSearch): Promise<readonly ArchivedUnit[]> {
    return this.#db.archive.find(search);
  }

  events(after: number, unit?: number): AsyncIterable<Event> {
    return inPages(after, pageOf(unit), (from) => this.#db.events(from, unit));
  }

  eventsBackwards(unit: number | undefined, before?: number): AsyncIterable<Event> {
    return inPages(before, pageOf(unit), (from) => this.#db.eventsBackwards(unit, from));
  }

  /** One daemon writes, and knows what it wrote. */
  follow(): () => void {
    return () => {};
  }
}

/** Pages of a walk over rows; `walk` begins behind an event, or at the beginning. */
async function* inPages<From extends number | undefined>(
  begin: From,
  most: number,
  walk: (from: From | number) => Iterable<Event>,
): AsyncIterable<Event> {
  for (let from: From | number = begin; ; ) {
    const page: Event[] = [];
    for (const event of walk(from)) if (page.push(event) === most) break;
    yield* page;
    if (page.length < most) return;
    from = page.at(-1)?.seq ?? from;
    // Of a long log there are many pages, and others want their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
