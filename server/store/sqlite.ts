/** SQLite through Kysely's builder. The only file that knows the dialect. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { type CompiledQuery, DummyDriver, Kysely, SqliteAdapter, SqliteQueryCompiler, sql } from 'kysely';
import type { Event } from '../../shared/events.ts';
import type {
  Conflict,
  Item,
  Run,
  Session,
  Settings,
  Token,
  TrustedAgents,
  Unit,
  WorkUnit,
} from '../../shared/words.ts';
import { DEFAULTS } from '../domain/settings.ts';
import { EMPTY, type State, stateOf } from '../domain/state.ts';
import { InPlace } from './in-place.ts';
import { MIGRATIONS, type Tables } from './migrations.ts';

/** "SBOX": marks a database file as ours. */
const APPLICATION_ID = 0x53424f58;

/** The database file cannot be used; the sentence says why. The file was left as it is. */
export class DatabaseProblem extends Error {
  readonly kind: 'unusable' | 'disk';
  constructor(kind: 'unusable' | 'disk', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A file that must stay at its path no longer does: whatever is written to it is lost. */
export class FileMoved extends Error {
  constructor(path: string) {
    super(`${path} was moved, removed or replaced while Signalbox was using it.`);
  }
}

/** A mutation made before, under its key. */
export interface Kept {
  readonly digest: string;
  readonly seq: number;
  readonly result: string;
  readonly spent: boolean;
}

/** Somebody who was not let in, and how often they tried. */
export type Refused = Tables['refusals'];
const MOST_REFUSALS = 1000;

const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: () => {
      throw new Error('not used');
    },
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

export class Db {
  readonly #path: string;
  readonly #sqlite: Sqlite.Database;
  readonly #inPlace: InPlace;
  readonly #statements: ReturnType<typeof prepareAll>;
  /** Changes when the file is another one, so that numbers of two logs are never compared. */
  readonly epoch: string;

  private constructor(path: string, sqlite: Sqlite.Database, beside: readonly string[]) {
    this.#path = path;
    this.#sqlite = sqlite;
    this.#statements = prepareAll(sqlite);
    this.epoch = this.#meta('epoch');
    // The write-ahead log exists from the first read on.
    this.#inPlace = new InPlace([path, `${path}-wal`, ...beside]);
  }

  /**
   * Opens or makes the database, at the newest schema. Throws `DatabaseProblem`. Nothing is committed unless it,
   * its write-ahead log and the files `beside` it are still the ones at their paths.
   */
  static open(path: string, beside: readonly string[] = []): Db {
    try {
      return new Db(path, openChecked(path), beside);
    } catch (error) {
      throw error instanceof DatabaseProblem ? error : problemOf(error, path);
    }
  }

  begin(): void {
    this.#sqlite.exec('begin immediate');
  }
  /** Checks the files before, so that nothing is kept where nobody finds it, and after, for the moment between. */
  commit(): void {
    this.checkInPlace();
    this.#sqlite.exec('commit');
    this.checkInPlace();
  }
  /** Throws `FileMoved`. */
  checkInPlace(): void {
    const missing = this.#inPlace.missing();
    if (missing !== null) throw new FileMoved(missing);
  }
  /** A full disk ends the transaction by itself: then there is nothing left to roll back. */
  rollback(): void {
    if (this.#sqlite.inTransaction) this.#sqlite.exec('rollback');
  }

  /** The mark of the last batch that was kept, whoever wrote it. */
  lastMark(): string {
    return this.#meta('mark');
  }
  putMark(mark: string): void {
    this.#statements.putMeta.run('mark', mark);
  }
  #meta(key: string): string {
    return (this.#statements.meta.get(key) as { value: string } | undefined)?.value ?? '';
  }

  lastSeq(): number {
    return (this.#statements.lastSeq.get() as { seq: number | null }).seq ?? 0;
  }

  addEvent(event: Event): void {
    const { seq, at, by, unit, type, data } = event;
    this.#statements.addEvent.run(seq, at, JSON.stringify(by), unit, type, JSON.stringify(data));
  }

  putUnit(unit: Unit): void {
    this.#statements.putUnit.run(unit.id, unit.chunk, JSON.stringify(unit));
  }
  putSetting(name: string, value: unknown): void {
    this.#statements.putSetting.run(name, JSON.stringify(value));
  }
  putTrusted({ digest, agents }: TrustedAgents): void {
    this.#statements.forgetAgents.run();
    this.#statements.putAgents.run(digest, JSON.stringify(agents));
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

  /** Who was not let in, latest first. */
  refusals(): Refused[] {
    return this.#statements.refusals.all() as Refused[];
  }
  /** Keeps them, adding to what was counted before; the oldest make room. */
  keepRefusals(refused: readonly Refused[]): void {
    for (const { what, host, origin, times, first_at, last_at } of refused)
      this.#statements.addRefusal.run(what, host, origin, times, first_at, last_at);
    this.#statements.boundRefusals.run(MOST_REFUSALS);
  }

  kept(key: string): Kept | undefined {
    const row = this.#statements.key.get(key) as Tables['keys'] | undefined;
    return row && { ...row, spent: row.spent === 1 };
  }
  keep(key: string, digest: string, seq: number, result: string): void {
    this.#statements.addKey.run(key, digest, seq, result, 0);
  }
  spend(key: string): void {
    this.#statements.spendKey.run(1, key);
  }

  /** The log from a number on; of one unit, if given. */
  *events(after = 0, unit?: number): Iterable<Event> {
    const { events, eventsOfUnit } = this.#statements;
    const rows = unit === undefined ? events.iterate(after) : eventsOfUnit.iterate(unit, after);
    for (const row of rows as Iterable<Tables['events']>)
      yield { ...row, by: JSON.parse(row.by), data: JSON.parse(row.data) } as Event;
  }

  /** What the tables hold, as a state. Throws `DatabaseProblem`. */
  state(): State {
    try {
      return stateOf(this.#readWorks(), this.lastSeq(), {
        settings: this.#readSettings(),
        trusted: this.#readTrusted(),
        tokens: factsIn<Token>(this.#statements.tokens.all),
        sessions: factsIn<Session>(this.#statements.sessions.all),
      });
    } catch (error) {
      throw problemOf(error, this.#path);
    }
  }

  /** What the operator has set; the rest is as by default. */
  #readSettings(): Settings {
    const rows = this.#statements.settings.all() as Tables['settings'][];
    return { ...DEFAULTS, ...Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value)])) };
  }

  #readTrusted(): TrustedAgents {
    const row = this.#statements.agents.get() as Tables['agents'] | undefined;
    return row ? { digest: row.digest, agents: JSON.parse(row.facts) } : EMPTY.trusted;
  }

  #readWorks(): WorkUnit[] {
    const works = factsIn<Unit>(this.#statements.units).map((unit) => ({
      unit,
      runs: [] as Run[],
      items: [] as Item[],
      conflicts: [] as Conflict[],
    }));
    for (const run of factsIn<Run>(this.#statements.runs)) works[run.unit]?.runs.push(run);
    for (const item of factsIn<Item>(this.#statements.items)) works[item.unit]?.items.push(item);
    for (const { unit, facts } of this.#statements.conflicts.all() as Tables['conflicts'][])
      works[unit]?.conflicts.push(JSON.parse(facts) as Conflict);
    return works;
  }

  /** Writes the log back into the file proper; called when nothing is going on. */
  checkpoint(): void {
    this.#sqlite.pragma('wal_checkpoint(truncate)');
  }

  close(): void {
    this.#sqlite.close();
  }
}

const factsIn = <T>(statement: Sqlite.Statement): T[] =>
  (statement.all() as { facts: string }[]).map(({ facts }) => JSON.parse(facts) as T);

function prepareAll(sqlite: Sqlite.Database) {
  const prepare = (query: { compile(): CompiledQuery }): Sqlite.Statement =>
    sqlite.prepare(query.compile().sql);
  const one = 0;
  const text = '';
  const event = { seq: one, at: text, by: text, unit: one, type: text, data: text };
  const newFacts = { facts: sql.ref<string>('excluded.facts') };
  /** Tokens and sessions, in the order in which they came. */
  const credentials = (table: 'tokens' | 'sessions') => ({
    all: prepare(builder.selectFrom(table).select('facts').orderBy(sql`rowid`)),
    put: prepare(
      builder
        .insertInto(table)
        .values({ id: text, facts: text })
        .onConflict((on) => on.column('id').doUpdateSet((to) => ({ facts: to.ref('excluded.facts') }))),
    ),
    remove: prepare(builder.deleteFrom(table).where('id', '=', text)),
  });
  const refusal = { what: text, host: text, origin: text, times: one, first_at: text, last_at: text };
  return {
    tokens: credentials('tokens'),
    sessions: credentials('sessions'),
    refusals: prepare(builder.selectFrom('refusals').selectAll().orderBy('last_at', 'desc')),
    addRefusal: prepare(
      builder
        .insertInto('refusals')
        .values(refusal)
        .onConflict((on) =>
          on.columns(['what', 'host', 'origin']).doUpdateSet((to) => ({
            times: sql<number>`${to.ref('refusals.times')} + ${to.ref('excluded.times')}`,
            last_at: to.ref('excluded.last_at'),
          })),
        ),
    ),
    boundRefusals: prepare(
      builder
        .deleteFrom('refusals')
        .where(
          sql`rowid`,
          'not in',
          builder.selectFrom('refusals').select(sql`rowid`.as('row')).orderBy('last_at', 'desc').limit(one),
        ),
    ),
    meta: prepare(builder.selectFrom('meta').select('value').where('key', '=', text)),
    putMeta: prepare(
      builder
        .insertInto('meta')
        .values({ key: text, value: text })
        .onConflict((on) => on.column('key').doUpdateSet((to) => ({ value: to.ref('excluded.value') }))),
    ),
    lastSeq: prepare(builder.selectFrom('events').select((to) => to.fn.max('seq').as('seq'))),
    addEvent: prepare(builder.insertInto('events').values(event)),
    events: prepare(builder.selectFrom('events').selectAll().where('seq', '>', one).orderBy('seq')),
    eventsOfUnit: prepare(
      builder.selectFrom('events').selectAll().where('unit', '=', one).where('seq', '>', one).orderBy('seq'),
    ),
    units: prepare(builder.selectFrom('units').select('facts').orderBy('id')),
    runs: prepare(builder.selectFrom('runs').select('facts').orderBy('unit').orderBy('number')),
    items: prepare(builder.selectFrom('items').select('facts').orderBy('unit').orderBy('nth')),
    settings: prepare(builder.selectFrom('settings').selectAll()),
    agents: prepare(builder.selectFrom('agents').selectAll()),
    forgetAgents: prepare(builder.deleteFrom('agents')),
    putAgents: prepare(builder.insertInto('agents').values({ digest: text, facts: text })),
    putSetting: prepare(
      builder
        .insertInto('settings')
        .values({ name: text, value: text })
        .onConflict((on) => on.column('name').doUpdateSet((to) => ({ value: to.ref('excluded.value') }))),
    ),
    conflicts: prepare(builder.selectFrom('conflicts').selectAll().orderBy('unit').orderBy('other')),
    putConflict: prepare(
      builder
        .insertInto('conflicts')
        .values({ unit: one, other: one, facts: text })
        .onConflict((on) => on.columns(['unit', 'other']).doUpdateSet(newFacts)),
    ),
    putUnit: prepare(
      builder
        .insertInto('units')
        .values({ id: one, chunk: text, facts: text })
        .onConflict((on) => on.columns(['id']).doUpdateSet(newFacts)),
    ),
    putRun: prepare(
      builder
        .insertInto('runs')
        .values({ unit: one, number: one, facts: text })
        .onConflict((on) => on.columns(['unit', 'number']).doUpdateSet(newFacts)),
    ),
    putItem: prepare(
      builder
        .insertInto('items')
        .values({ id: text, unit: one, nth: one, facts: text })
        .onConflict((on) => on.columns(['id']).doUpdateSet(newFacts)),
    ),
    key: prepare(builder.selectFrom('keys').selectAll().where('key', '=', text)),
    addKey: prepare(
      builder.insertInto('keys').values({ key: text, digest: text, seq: one, result: text, spent: one }),
    ),
    spendKey: prepare(builder.updateTable('keys').set({ spent: one }).where('key', '=', text)),
  };
}

function openChecked(path: string): Sqlite.Database {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  checkFirst(path);
  const sqlite = new Sqlite(path, { timeout: 0 });
  try {
    sqlite.pragma('journal_mode = wal');
    sqlite.pragma('synchronous = full');
    sqlite.pragma('foreign_keys = on');
    sqlite.pragma(`journal_size_limit = ${16 * 1024 * 1024}`);
    if (sqlite.pragma('synchronous', { simple: true }) !== 2)
      throw new Error('synchronous=FULL was not taken');
    migrate(sqlite);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** Looks through a whole database that a daemon may be using. Returns the number of events. Throws `DatabaseProblem`. */
export function examineDatabase(path: string): number {
  try {
    checkFirst(path);
    const sqlite = new Sqlite(path, { readonly: true, timeout: 1000 });
    try {
      const { count, last } = sqlite
        .prepare('select count(*) as count, coalesce(max(seq), 0) as last from events')
        .get() as { count: number; last: number };
      if (count !== last)
        throw new DatabaseProblem(
          'unusable',
          `${path} has gaps in its log: ${count} events up to number ${last}.`,
        );
      return count;
    } finally {
      sqlite.close();
    }
  } catch (error) {
    throw error instanceof DatabaseProblem ? error : problemOf(error, path);
  }
}

/** Read-only: opening for writing would already carry a write-ahead log into a file that is not ours. */
function checkFirst(path: string): void {
  if (statSync(path).size === 0) return;
  const sqlite = new Sqlite(path, { readonly: true, timeout: 0 });
  try {
    refuseStrange(sqlite, path);
  } finally {
    sqlite.close();
  }
}

function refuseStrange(sqlite: Sqlite.Database, path: string): void {
  const refuse = (why: string) => {
    throw new DatabaseProblem(
      'unusable',
      `${path} ${why}. It was left as it is; move it away to start anew.`,
    );
  };
  const application = sqlite.pragma('application_id', { simple: true });
  const tables = sqlite.prepare('select count(*) as count from sqlite_schema').get() as { count: number };
  // A first start that was cut off before its tables were made.
  if (application === 0 && tables.count === 0) return;
  if (application !== APPLICATION_ID) refuse('is a database of another program');
  const version = Number(sqlite.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length)
    refuse(`was written by a newer Signalbox (schema ${version}; this one knows ${MIGRATIONS.length})`);
  const check = sqlite.pragma('quick_check(1)', { simple: true });
  if (check !== 'ok') refuse(`is damaged (${String(check)})`);
}

/** Takes the steps that this file has not taken yet, each in one transaction with its number. */
function migrate(sqlite: Sqlite.Database): void {
  const taken = Number(sqlite.pragma('user_version', { simple: true }));
  for (const [nth, step] of MIGRATIONS.entries()) {
    if (nth < taken) continue;
    sqlite.exec('begin immediate');
    for (const statement of migrationSql(step)) sqlite.exec(statement);
    if (nth === 0) {
      sqlite.pragma(`application_id = ${APPLICATION_ID}`);
      sqlite.exec(`insert into meta values ('epoch', '${randomBytes(8).toString('hex')}')`);
    }
    sqlite.pragma(`user_version = ${nth + 1}`);
    sqlite.exec('commit');
  }
}

/** The statements of one migration step, as they are sent. */
export const migrationSql = (step: (typeof MIGRATIONS)[number]): string[] =>
  step(builder).map((query) => query.compile().sql);

/** Whether the disk, not the caller, is at fault. */
export const isDiskError = (error: unknown): boolean =>
  /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY)/.test(codeOf(error));

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

function problemOf(error: unknown, path: string): Error {
  const code = codeOf(error);
  if (/^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(code) || error instanceof SyntaxError)
    return new DatabaseProblem(
      'unusable',
      `${path} is damaged or not a database (${code || 'it holds what cannot be read'}). It was left as it is.`,
    );
  if (isDiskError(error) || /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|ENOENT|ENOTDIR)$/.test(code))
    return new DatabaseProblem(
      'disk',
      `${path} cannot be used (${code}): is the disk full, or the folder not yours to write?`,
    );
  return error instanceof Error ? error : new Error(String(error));
}
