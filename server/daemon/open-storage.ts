/** Opens what a daemon keeps its state in. */
import { existsSync } from 'node:fs';
import type { StatePaths } from '../../shared/state-paths.ts';
import { eventsInFile } from '../store/events-in-file.ts';
import { nameOfDatabase } from '../store/postgres/address.ts';
import { Db } from '../store/sqlite.ts';
import { sqliteStorage } from '../store/sqlite-storage.ts';
import type { Storage } from '../store/storage.ts';
import { Problem } from '../system/problem.ts';
import { refuseOthers } from '../system/state-folder.ts';
import { rememberDatabase, rememberedDatabase, SQLITE } from './database-choice.ts';
import { orProblem } from './last-backup.ts';

/** `given`: a URL or `SQLITE`; null: as the last start was told. Rejects with a `Problem`. */
export async function openStorage(state: StatePaths, given: string | null): Promise<Storage> {
  const before = rememberedDatabase(state);
  const place = given ?? before;
  const opened = await orProblem(state, () => (place === SQLITE ? openFile(state) : openServer(place)));
  if (place !== SQLITE && before === SQLITE) await refuseLeftLog(state, opened, place);
  rememberDatabase(state, place);
  return opened;
}

function openFile(state: StatePaths): Storage {
  if (existsSync(state.database)) refuseOthers(state.database, 0o600);
  return sqliteStorage(Db.open(state.database, [state.lock]), state.database);
}

async function openServer(url: string): Promise<Storage> {
  const { openPostgres } = await import('../store/postgres/postgres-storage.ts');
  return openPostgres(url);
}

/** An empty database in the place of a log that has something: units would be gone, and agents start anew. */
async function refuseLeftLog({ database }: StatePaths, opened: Storage, url: string): Promise<void> {
  const left = existsSync(database) ? eventsInFile(database) : 0;
  if (left === 0 || (await opened.journal.open()).seq > 0) return;
  await opened.close();
  throw new Problem(
    'config',
    `${nameOfDatabase(url)} is empty, and this project has ${left} events in ${database}. Take them along: signalbox database copy sqlite URL. To begin anew, move that file away.`,
  );
}
