/** The database of a project for commands that come beside a daemon, or in the place of one. */
import { existsSync } from 'node:fs';
import type { StatePaths } from '../../shared/state-paths.ts';
import { withDatabase } from '../store/backup.ts';
import { nameOfDatabase } from '../store/postgres/address.ts';
import { Db } from '../store/sqlite.ts';
import { type LogSnapshot, type LogTarget, sqliteSnapshot, sqliteTarget } from '../store/whole-log.ts';
import { Problem } from '../system/problem.ts';
import { databaseGiven, rememberedDatabase, SQLITE } from './database-choice.ts';

type PostgresDoor = typeof import('../store/postgres/postgres-door.ts');

/** Loaded only where there is a URL. */
const postgres = (): Promise<PostgresDoor> => import('../store/postgres/postgres-door.ts');

/** As the next start would choose: a URL, or `SQLITE`. Throws a `Problem`. */
export const databaseOf = (paths: StatePaths): string =>
  databaseGiven(undefined, process.env) ?? rememberedDatabase(paths);

/** For people; never a password. */
export const nameOf = (paths: StatePaths, place: string): string =>
  place === SQLITE ? paths.database : nameOfDatabase(place);

/** Throws a `Problem` where the state is not in a file of SQLite. `instead`: what does it there. */
export function refusePostgres(paths: StatePaths, command: string, instead: string): void {
  const place = databaseOf(paths);
  if (place === SQLITE) return;
  throw new Problem(
    'config',
    `The state of this project is in ${nameOfDatabase(place)}; "signalbox ${command}" is for a file of SQLite. ${instead}`,
  );
}

export function refuseAbsent({ database, project }: StatePaths): void {
  if (!existsSync(database))
    throw new Problem('usage', `${project} has no database yet: nothing was ever started.`);
}

/** A daemon may be writing meanwhile. */
export async function withSnapshot<T>(
  paths: StatePaths,
  place: string,
  use: (log: LogSnapshot) => Promise<T>,
): Promise<T> {
  if (place !== SQLITE) return (await postgres()).withSnapshot(place, use);
  refuseAbsent(paths);
  return withDatabase(Db.look(paths.database), (db) => db.atOneMoment(() => use(sqliteSnapshot(db))));
}

/** The database is made where there is none. No daemon may be using it. */
export async function withTarget<T>(
  paths: StatePaths,
  place: string,
  use: (target: LogTarget) => Promise<T>,
): Promise<T> {
  if (place !== SQLITE) return (await postgres()).withTarget(place, use);
  return withDatabase(Db.open(paths.database), async (db) => {
    const result = await use(sqliteTarget(db));
    db.checkpoint();
    return result;
  });
}

/** What a server says of itself, of a database that is used already. */
export const lookAtServer = async (url: string) => (await postgres()).lookAtServer(url);
/** Bytes by part. */
export const sizesIn = async (url: string) => (await postgres()).sizesIn(url);
