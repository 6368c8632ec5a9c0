/** Looks for daemons as long as the hub runs: those of this user here, and those elsewhere that the operator has named. */
import type { Chore } from '../server/system/upkeep.ts';
import type { HubPaths } from '../shared/state-paths.ts';
import { localDaemons } from './local-daemons.ts';
import { readPlaces } from './places.ts';
import type { Projects } from './projects.ts';
import { remoteDaemon } from './remote-daemons.ts';

export interface DaemonSearch extends Chore {
  readonly look: () => void;
}

/** Also what is added or removed while it runs is seen. */
export function findDaemons(projects: Projects, home: string, paths: HubPaths): DaemonSearch {
  const isKnown = (slug: string): boolean => projects.find(slug) !== null;
  return {
    name: 'daemons',
    look: () => {
      for (const each of localDaemons(home, isKnown)) projects.add(each);
      const named = readPlaces(paths);
      for (const place of named) if (!isKnown(place.slug)) projects.add(remoteDaemon(place, paths.forwards));
      for (const { slug, machine } of projects.all)
        if (machine !== '' && !named.some((place) => place.slug === slug)) projects.remove(slug);
    },
  };
}
