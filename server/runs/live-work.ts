/** Takes snapshots of the worktrees in which runs are at work. */
import { DAEMON } from '../domain/actors.ts';
import { snapshotTaken } from '../domain/commands/work.ts';
import { activeWorks, tendedRun } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import type { Chore } from '../system/upkeep.ts';
import type { TouchedConflicts } from './touched-conflicts.ts';
import type { Worktrees } from './worktrees.ts';

/** How often what a live run has changed is looked at. */
const EVERY_MS = 60_000;

export interface LiveWorkParts {
  readonly store: Store;
  readonly worktrees: Worktrees;
  readonly touched: TouchedConflicts;
}

/** Snapshots of the worktrees in which runs are live, once a minute, and what git says of their pairs. */
export function followLiveWork({ store, worktrees, touched }: LiveWorkParts, now = Date.now): Chore {
  const taken = new Map<number, number>();
  return {
    name: 'live-work',
    look: async () => {
      for (const work of activeWorks(store.state)) {
        const { id: unit, work: facts } = work.unit;
        const run = tendedRun(work);
        if (!run || !facts?.ready_at) continue;
        const last = taken.get(unit) ?? Date.parse(run.started_at);
        if (Math.abs(now() - last) < EVERY_MS) continue;
        taken.set(unit, now());
        const kept = await worktrees.keep(work.unit, facts);
        // If no snapshot can be taken, the operator is asked when the run has ended.
        if ('snapshot' in kept)
          await store.commit(DAEMON, (state) => snapshotTaken(state, { unit, snapshot: kept.snapshot }));
      }
      await touched.look();
    },
  };
}
