/** Archives units that are over for long. */
import { archiveUnits } from '../domain/commands/archive.ts';
import type { Store } from '../store/store.ts';
import { hourly, type SettledClock } from '../system/hourly.ts';
import type { Chore } from '../system/upkeep.ts';

/** After years without an archive there are many: they go some at a time, and others have their turn in between. */
export const archiveOld = (store: Store, clock: SettledClock): Chore =>
  hourly('archive', clock, async () => {
    for (let more = true; more; ) more = (await store.lead(archiveUnits)).result.more;
  });
