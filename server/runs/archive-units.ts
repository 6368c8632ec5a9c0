/** Archives units that are over for long, at the start and then every hour of the wall clock. */
import { DAEMON } from '../domain/actors.ts';
import { archiveUnits } from '../domain/commands/archive.ts';
import type { Store } from '../store/store.ts';
import type { Chore } from '../system/upkeep.ts';

const HOUR_MS = 3_600_000;

/** After years without an archive there are many: they go some at a time, and others have their turn in between. */
export function archiveOld(store: Store, now: () => number = Date.now): Chore {
  let looked = Number.NEGATIVE_INFINITY;
  return {
    name: 'archive',
    look: async () => {
      const at = now();
      if (Math.abs(at - looked) < HOUR_MS) return;
      for (let more = true; more; )
        ({
          result: { more },
        } = await store.commit(DAEMON, archiveUnits));
      looked = at;
    },
  };
}
