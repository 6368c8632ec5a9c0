/** Looks, once, through what the start of a large database has left out. */
import type { StatePaths } from '../../shared/state-paths.ts';
import { readColdTables } from '../store/cold-tables.ts';
import { isDiskError, problemOf } from '../store/database-file.ts';
import type { Problem } from '../system/problem.ts';
import type { Chore } from '../system/upkeep.ts';
import { orProblem } from './last-backup.ts';

export interface RestOfDatabase extends Chore {
  /** Ends the look: the database is about to be closed. */
  stop(): void;
}

/** Where something is damaged, the daemon stops, as it would not have started. */
export function restOfDatabase(state: StatePaths, stop: (problem: Problem) => void): RestOfDatabase {
  let goesOn = true;
  const look = async () => {
    if (!goesOn) return;
    await orProblem(state, () => readAll(state.database, () => goesOn)).catch(stop);
    goesOn = false;
  };
  return {
    name: 'database',
    look,
    stop: () => {
      goesOn = false;
    },
  };
}

async function readAll(path: string, goOn: () => boolean): Promise<void> {
  try {
    await readColdTables(path, goOn);
  } catch (error) {
    // Whether the disk can be read and written is found by the next commit.
    if (!isDiskError(error)) throw problemOf(error, path);
  }
}
