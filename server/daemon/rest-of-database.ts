/** Looks, once, through what the start of a large database has left out. */
import type { StatePaths } from '../../shared/state-paths.ts';
import type { Storage } from '../store/storage.ts';
import type { Problem } from '../system/problem.ts';
import type { Chore } from '../system/upkeep.ts';
import { orProblem } from './last-backup.ts';

export interface RestOfDatabase extends Chore {
  /** Ends the look: the database is about to be closed. */
  stop(): void;
}

/** Where something is damaged, the daemon stops, as it would not have started. */
export function restOfDatabase(
  state: StatePaths,
  storage: Pick<Storage, 'readRest'>,
  stop: (problem: Problem) => void,
): RestOfDatabase {
  let goesOn = true;
  const look = async () => {
    if (!goesOn) return;
    await orProblem(state, () => storage.readRest(() => goesOn)).catch(stop);
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
