/** Looks for daemons as long as the hub runs: those of this user here, and those elsewhere that the operator has named. */
import type { Log } from '../server/system/log.ts';
import type { Chore } from '../server/system/upkeep.ts';
import type { HubPaths } from '../shared/state-paths.ts';
import { localDaemons } from './local-daemons.ts';
import type { Projects } from './projects.ts';

export interface DaemonSearch extends Chore {
  readonly look: () => void;
  readonly close: () => void;
}

export function findDaemons(projects: Projects, home: string, _paths: HubPaths, _log: Log): DaemonSearch {
  return {
    name: 'daemons',
    look: () => {
      const found = localDaemons(home, (slug) => projects.find(slug) !== null);
      for (const each of found) projects.add(each);
    },
    close: () => {},
  };
}
