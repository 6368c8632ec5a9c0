/** Reads and writes the log and the tables. Only this folder knows the SQL dialect. */
import type Sqlite from 'better-sqlite3';
import type { Session, Token } from '../../shared/access-words.ts';
import type { TrustedAgents } from '../../shared/agent-words.ts';
import type { Conflict } from '../../shared/conflict-words.ts';
import type { Event } from '../../shared/events.ts';
import type { ExecutorSettings } from '../../shared/executor-words.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Run, Unit } from '../../shared/words.ts';
import type { State } from '../domain/state.ts';
import { ArchiveTable } from './archive.ts';
import { copyDatabase, newEpoch, openChecked, openToRead, orDatabaseProblem } from './database-file.ts';
import { EventLog } from './event-log.ts';
import { FileMoved, FilesInPlace } from './files-in-place.ts';
import type { KeptMutation } from './journal.ts';
import { withRest } from './lagging-tables.ts';
import { LogMark } from './log-mark.ts';
import { readState } from './read-state.ts';
import { prepareAll } from './statements.ts';
import type { Tables } from './tables.ts';

/** A refused request, and how often it came. */
export type RefusedVisitor = Tables['refusals'];
export const MOST_REFUSALS = 1000;

export class Db {
  readonly #path: string;
  readonly #sqlite: Sqlite.Database;
  readonly #inPlace: FilesInPlace;
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly log: EventLog;
  readonly archive: ArchiveTable;
  /** null: only reads. */
  readonly #mark: LogMark | null;
  /** The last event of the transaction that is open; 0: it has none. */
  #added = 0;
  /** Differs between databases, so that numbers of two logs are never compared. */
  readonly epoch: string;

  private constructor(path: string, sqlite: Sqlite.Database, beside: readonly string[]) {
    this.#path = path;
    this.#sqlite = sqlite;
    this.#statements = prepareAll(sqlite);
    this.log = new EventLog(this.#statements);
    this.archive = new ArchiveTable(this.#statements.archive);
    this.epoch = this.#meta('epoch');
    // The write-ahead log exists only after the first read.
    this.#inPlace = new FilesInPlace(sqlite.readonly ? [] : [path, `${path}-wal`, ...beside], path);
    this.#mark = sqlite.readonly ? null : new LogMark(path, this.epoch);
  }

  /**
   * Opens or creates the database, migrated. Throws `DatabaseProblem`. Nothing is committed unless it,
   * its write-ahead log and the files `beside` it are still at their paths.
   */
  static open(path: string, beside: readonly string[] = []): Db {
    return orDatabaseProblem(path, () => new Db(path, openChecked(path), beside));
  }

  /**
   * Opens an existing database for reading, beside a daemon that may be writing to it. Throws `DatabaseProblem`, also
   * where its schema is older: only a start takes it over.
   */
  static look(path: string): Db {
    return orDatabaseProblem(path, () => new Db(path, openToRead(path), []));
  }

  /** What `read` sees is the database at one moment, whoever writes meanwhile. */
  async atOneMoment<T>(read: () => T | Promise<T>): Promise<T> {
    this.#sqlite.exec('begin');
    try {
      return await read();
    } finally {
      this.rollback();
    }
  }

  /** Writes a copy, as it is at one moment, to a file that does not exist or is empty. */
  copyTo(path: string): void {
    copyDatabase(this.#sqlite, path);
  }

  /** From now on the numbers of this log are compared with those of no copy of it. */
  setNewEpoch(): void {
    this.#statements.putMeta.run('epoch', newEpoch());
  }

  begin(): void {
    this.#added = 0;
    this.#sqlite.exec('begin immediate');
  }
  /** Checks the files before the commit, and again after it, in case they were moved in between. */
  commit(): void {
    this.checkInPlace();
    this.#sqlite.exec('commit');
    this.checkInPlace();
    if (this.#added > 0) this.#mark?.put(this.#added);
  }
  /** Throws `FileMoved`. */
  checkInPlace(): void {
    const missing = this.#inPlace.missing();
    if (missing !== null) throw new FileMoved(missing);
  }
  /** Throws what keeps this program from writing now. Writes nothing. */
  tryToWrite(): void {
    this.checkInPlace();
    this.begin();
    this.rollback();
  }
  /** On a full disk SQLite may have rolled back already. */
  rollback(): void {
    if (this.#sqlite.inTransaction) this.#sqlite.exec('rollback');
  }

  /** The number of the event up to which the tables are the fold of the log. */
  get tablesSeq(): number {
    return Number(this.#meta('tables'));
  }
  putTablesSeq(seq: number): void {
    this.#statements.putMeta.run('tables', String(seq));
  }
  #meta(key: string): string {
    return (this.#statements.meta.get(key) as { value: string } | undefined)?.value ?? '';
  }

  lastSeq(): number {
    return this.log.last;
  }

  addEvent(event: Event): void {
    this.#added = event.seq;
    this.log.add(event);
  }

  putUnit(unit: Unit): void {
    this.#statements.putUnit.run(unit.id, unit.chunk, JSON.stringify(unit));
  }
  putSetting(name: string, value: unknown): void {
    this.#statements.putSetting.run(name, JSON.stringify(value));
  }
  putTrusted({ digest, agents, work }: TrustedAgents): void {
    this.#statements.forgetAgents.run();
    this.#statements.putAgents.run(digest, JSON.stringify(agents), JSON.stringify(work));
  }
  putExecutors({ digest, ...facts }: ExecutorSettings): void {
    this.#statements.putExecutors.run(digest, JSON.stringify(facts));
  }
  putChannel(channel: string, facts: object): void {
    this.#statements.putChannel.run(channel, JSON.stringify(facts));
  }
  putRun(run: Run): void {
    this.#statements.putRun.run(run.unit, run.number, JSON.stringify(run));
  }
  putConflict(unit: number, conflict: Conflict): void {
    this.#statements.putConflict.run(unit, conflict.with, JSON.stringify(conflict));
  }
  putItem(item: Item, nth: number): void {
    this.#statements.putItem.run(item.id, item.unit, nth, JSON.stringify(item));
  }
  putToken(token: Token): void {
    this.#statements.tokens.put.run(token.id, JSON.stringify(token));
  }
  removeToken({ id }: Token): void {
    this.#statements.tokens.remove.run(id);
  }
  putSession(session: Session): void {
    this.#statements.sessions.put.run(session.id, JSON.stringify(session));
  }
  removeSession({ id }: Session): void {
    this.#statements.sessions.remove.run(id);
  }

  /** Refused requests, latest first. */
  refusals(): RefusedVisitor[] {
    return this.#statements.refusals.all() as RefusedVisitor[];
  }
  /** Saves counts, adding to earlier ones; deletes the oldest above the limit. */
  keepRefusals(refused: readonly RefusedVisitor[]): void {
    for (const { what, host, origin, times, first_at, last_at } of refused)
      this.#statements.addRefusal.run(what, host, origin, times, first_at, last_at);
    this.#statements.boundRefusals.run(MOST_REFUSALS);
  }

  /** The number of the last event that this follower has handled; null: it is new. */
  followedTo(name: string): number | null {
    return (this.#statements.follower.get(name) as { seq: number } | undefined)?.seq ?? null;
  }
  keepFollowedTo(name: string, seq: number): void {
    this.checkInPlace();
    this.#statements.putFollower.run(name, seq);
  }

  kept(key: string): KeptMutation | undefined {
    const row = this.#statements.key.get(key) as Tables['keys'] | undefined;
    if (!row) return undefined;
    const { key: _, spent, ...mutation } = row;
    return { ...mutation, spent: spent === 1 };
  }
  keep(key: string, digest: string, seq: number, result: string): void {
    this.#statements.addKey.run(key, digest, seq, result, 0);
  }
  /** All executed mutations, in the order of their keys. */
  *keptMutations(): Iterable<KeptMutation & { readonly key: string }> {
    for (const row of this.#statements.keys.iterate() as Iterable<Tables['keys']>)
      yield { ...row, spent: row.spent === 1 };
  }
  spend(key: string): void {
    this.#statements.spendKey.run(1, key);
  }

  /** The log from a number on; of one unit, if given. */
  events(after = 0, unit?: number): Iterable<Event> {
    return this.log.after(after, unit);
  }
  /** The log backwards, of one unit or of all; from before a number, if given. */
  eventsBackwards(unit: number | undefined, before = Number.MAX_SAFE_INTEGER): Iterable<Event> {
    return this.log.before(before, unit);
  }

  /** The state after the last event, of one moment. Throws `DatabaseProblem`. */
  state(): State {
    const read = () => withRest(this.tables(), this.events(this.tablesSeq), this.lastSeq(), this.#path);
    return orDatabaseProblem(this.#path, this.#sqlite.transaction(read));
  }
  /** What the tables say: the state after the event `tablesSeq`. Throws `DatabaseProblem`. */
  tables(): State {
    return orDatabaseProblem(this.#path, () => readState(this.#statements, this.archive, this.tablesSeq));
  }

  /** Checkpoints the write-ahead log; called at shutdown. */
  checkpoint(): void {
    this.#sqlite.pragma('wal_checkpoint(truncate)');
  }

  close(): void {
    this.#mark?.close();
    this.#sqlite.close();
  }
}
