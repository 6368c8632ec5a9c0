/** Opens the database file: checks that it is ours and intact, and migrates it to the newest schema. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { quickCheck } from './cold-tables.ts';
import { type Mark, readMark } from './log-mark.ts';
import { MIGRATIONS } from './migrations.ts';
import { builder } from './query-builder.ts';

/** "SBOX": marks a database file as ours. */
const APPLICATION_ID = 0x53424f58;

/** The schema since which events may be packed. */
const FIRST_WITH_PACKS = 14;

/** `unreachable`: a server does not answer, or lets nobody in. */
export type DatabaseTrouble = 'unusable' | 'disk' | 'unreachable';

/** The database file cannot be used, for the reason in the message. The file is unchanged. */
export class DatabaseProblem extends Error {
  readonly kind: DatabaseTrouble;
  constructor(kind: DatabaseTrouble, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Opens or creates the file, checked and migrated. Throws any error: see `problemOf`. */
export function openChecked(path: string): Sqlite.Database {
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
    migrate(sqlite, path);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** Opens an existing file of the newest schema for reading. Throws any error: see `problemOf`. */
export function openToRead(path: string): Sqlite.Database {
  checkFirst(path);
  const sqlite = new Sqlite(path, { readonly: true, timeout: 1000 });
  const version = versionOf(sqlite);
  if (version === MIGRATIONS.length) return sqlite;
  sqlite.close();
  throw new DatabaseProblem(
    'unusable',
    `${path} was written by an older Signalbox (schema ${version} of ${MIGRATIONS.length}); the next start takes it over.`,
  );
}

/**
 * A copy of what a database is at one moment, whoever writes to it meanwhile. `path`: a file that is not there, or
 * empty; it is the operator's alone. The copy is on the disk when this returns.
 */
export function copyDatabase(sqlite: Sqlite.Database, path: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    sqlite.prepare('vacuum into ?').run(path);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export const newEpoch = (): string => randomBytes(8).toString('hex');

const versionOf = (sqlite: Sqlite.Database): number =>
  Number(sqlite.pragma('user_version', { simple: true }));

/** Read-only: opening for writing would already carry a write-ahead log into a file that is not ours. */
function checkFirst(path: string): void {
  // Before the database: a daemon may be writing to both.
  const mark = readMark(path);
  if (statSync(path).size === 0) {
    if (mark !== null) throw rolledBack(path, 0, mark);
    return;
  }
  const sqlite = new Sqlite(path, { readonly: true, timeout: 0 });
  try {
    refuseStrange(sqlite, path, mark);
  } finally {
    sqlite.close();
  }
}

function refuseStrange(sqlite: Sqlite.Database, path: string, mark: Mark | null): void {
  const refuse = (why: string) => {
    throw new DatabaseProblem(
      'unusable',
      `${path} ${why}. It was left as it is; move it away to start anew.`,
    );
  };
  const application = sqlite.pragma('application_id', { simple: true });
  const tables = sqlite.prepare('select count(*) as count from sqlite_schema').get() as { count: number };
  // An interrupted first start: the tables are missing.
  if (application === 0 && tables.count === 0) return;
  if (application !== APPLICATION_ID) refuse('is a database of another program');
  const version = versionOf(sqlite);
  if (version > MIGRATIONS.length)
    refuse(`was written by a newer Signalbox (schema ${version}; this one knows ${MIGRATIONS.length})`);
  const check = quickCheck(sqlite);
  if (check !== 'ok') refuse(`is damaged (${check})`);
  const { count, last } = eventsIn(sqlite, version);
  if (count !== last) refuse(`has gaps in its log: ${count} events up to number ${last}`);
  const epoch = sqlite.prepare("select value from meta where key = 'epoch'").pluck().get();
  if (mark !== null && mark.epoch === epoch && last < mark.seq) throw rolledBack(path, last, mark);
}

/** How many events there are, and the number of the last one. */
function eventsIn(sqlite: Sqlite.Database, version: number): { count: number; last: number } {
  const one = (query: string) => sqlite.prepare(query).get() as { count: number; last: number };
  const rows = one('select count(*) as count, coalesce(max(seq), 0) as last from events');
  if (version < FIRST_WITH_PACKS) return rows;
  const packed = one(
    'select coalesce(sum(last - first + 1), 0) as count, coalesce(max(last), 0) as last from packs',
  );
  return { count: rows.count + packed.count, last: Math.max(rows.last, packed.last) };
}

const rolledBack = (path: string, last: number, { seq }: Mark) =>
  new DatabaseProblem(
    'unusable',
    `${path} ends with event ${last}, but its log has had ${seq}: an older copy stands in its place, or its write-ahead log is gone. It was left as it is; to go on with it all the same: signalbox restore ${path}.`,
  );

/** Applies the missing migrations, each in one transaction with its number, after a copy of what was there. */
function migrate(sqlite: Sqlite.Database, path: string): void {
  const taken = versionOf(sqlite);
  if (taken > 0 && taken < MIGRATIONS.length) copyBeforeMigration(sqlite, path, taken);
  for (const [nth, step] of MIGRATIONS.entries()) {
    if (nth < taken) continue;
    sqlite.exec('begin immediate');
    for (const statement of migrationSql(step)) sqlite.exec(statement);
    if (nth === 0) {
      sqlite.pragma(`application_id = ${APPLICATION_ID}`);
      sqlite.exec(`insert into meta values ('epoch', '${newEpoch()}')`);
    }
    sqlite.pragma(`user_version = ${nth + 1}`);
    sqlite.exec('commit');
  }
  // Whose write-ahead log is lost must still be known as ours, and by its epoch.
  if (taken < MIGRATIONS.length) sqlite.pragma('wal_checkpoint(truncate)');
}

/** The copy gets its name only when it is whole: a start that was killed leaves none that looks like one. */
function copyBeforeMigration(sqlite: Sqlite.Database, path: string, schema: number): void {
  const copy = `${path}.schema-${schema}`;
  copyDatabase(sqlite, `${copy}.new`);
  renameSync(`${copy}.new`, copy);
}

/** The SQL of one migration. */
export const migrationSql = (step: (typeof MIGRATIONS)[number]): string[] =>
  step(builder).map((query) => query.compile().sql);

/** Whether an error comes from the disk. */
export const isDiskError = (error: unknown): boolean =>
  /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY)/.test(codeOf(error));

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** Throws a `DatabaseProblem`, if the file or its disk is the cause of what `use` throws. */
export function orDatabaseProblem<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw error instanceof DatabaseProblem ? error : problemOf(error, path);
  }
}

/** A `DatabaseProblem`, if the file or its disk is the cause; else the error itself. */
export function problemOf(error: unknown, path: string): Error {
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
