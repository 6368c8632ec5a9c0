import type { StatePaths } from '../../shared/state-paths.ts';
import type { WorktreeProgress } from '../../shared/work-words.ts';
import type { About } from '../api/about.ts';
import { Notifier } from '../notify/notifier.ts';
import { archiveOld } from '../runs/archive-units.ts';
import { Dispatcher } from '../runs/dispatcher.ts';
import { endSessions } from '../runs/ended-sessions.ts';
import { followLiveWork } from '../runs/live-work.ts';
import { keepRoom } from '../runs/retention.ts';
import { TouchedConflicts } from '../runs/touched-conflicts.ts';
import { Worktrees } from '../runs/worktrees.ts';
import { packEvents } from '../store/pack-events.ts';
import type { Db } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { configFile } from '../system/config-file.ts';
import { homeFolder } from '../system/home-folder.ts';
import type { SettledClock } from '../system/hourly.ts';
import { consoleLog } from '../system/log.ts';

/** Tells the operator of new items; with --read-only of nothing, since nobody could answer. */
export const notifierOf = (
  { store, db }: { readonly store: Store; readonly db: Db },
  { project, address: origin }: About,
  isIdle: boolean,
): Notifier =>
  new Notifier({
    store,
    db,
    log: consoleLog,
    project,
    origin,
    isIdle,
    file: configFile(process.env, homeFolder()),
  });

/** What carries out the work of the units, and looks after what that leaves behind. */
export function workersOf(
  state: StatePaths,
  {
    store,
    db,
    umask,
    progress,
    clock,
  }: {
    readonly store: Store;
    readonly db: Db;
    readonly umask: number;
    /** By unit: how far the making of its worktree is. */
    readonly progress: Map<number, WorktreeProgress>;
    readonly clock: SettledClock;
  },
  readOnly: boolean,
) {
  const { project, runs, socket, bin, worktrees: folder } = state;
  const log = consoleLog;
  const worktrees = new Worktrees({ store, log, project, folder, progress });
  const touched = new TouchedConflicts(store, project);
  const dispatcher = new Dispatcher({
    store,
    log,
    project,
    worktrees,
    touched,
    runs,
    socket,
    bin,
    readOnly,
    umask,
  });
  const chores = [
    keepRoom(store, runs, clock),
    packEvents(db),
    ...(readOnly ? [] : [archiveOld(store, clock)]),
    followLiveWork({ store, worktrees, touched }),
    ...(readOnly ? [] : [endSessions(store, socket)]),
  ];
  return { dispatcher, chores };
}
