import type { StatePaths } from '../../shared/state-paths.ts';
import type { WorktreeProgress } from '../../shared/work-words.ts';
import type { About } from '../api/about.ts';
import { Executors } from '../executors/executors.ts';
import { Notifier } from '../notify/notifier.ts';
import { archiveOld } from '../runs/archive-units.ts';
import { CarriedRuns } from '../runs/carried-runs.ts';
import { Dispatcher } from '../runs/dispatcher.ts';
import { endSessions } from '../runs/ended-sessions.ts';
import { followLiveWork } from '../runs/live-work.ts';
import { keepRoom } from '../runs/retention.ts';
import { TouchedConflicts } from '../runs/touched-conflicts.ts';
import { Worktrees } from '../runs/worktrees.ts';
import type { Storage } from '../store/storage.ts';
import type { Store } from '../store/store.ts';
import { configFile } from '../system/config-file.ts';
import { homeFolder } from '../system/home-folder.ts';
import type { SettledClock } from '../system/hourly.ts';
import { consoleLog } from '../system/log.ts';
import type { Chore } from '../system/upkeep.ts';

/** Tells the operator of new items; with --read-only of nothing, since nobody could answer. */
export const notifierOf = (
  { store, storage }: { readonly store: Store; readonly storage: Storage },
  { project, address: origin }: About,
  isIdle: boolean,
): Notifier =>
  new Notifier({
    store,
    db: storage,
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
    storage,
    umask,
    progress,
    clock,
  }: {
    readonly store: Store;
    readonly storage: Storage;
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
  const executors = new Executors({ store, log, socket, folder: state.folder });
  const carried = new CarriedRuns({ store, project, runs, worktrees, executors });
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
    isShared: storage.leadership !== null,
    executors,
    carried,
  });
  const chores = [
    keepRoom(store, runs, clock),
    ...storage.chores,
    ...(readOnly ? [] : [whileLeading(store, archiveOld(store, clock))]),
    whileLeading(store, followLiveWork({ store, worktrees, touched })),
    ...(readOnly ? [] : [endSessions(store, socket)]),
  ];
  return { dispatcher, chores, carried };
}

/** Of several daemons one looks after it. */
export const whileLeading = (store: Store, chore: Chore): Chore => ({
  name: chore.name,
  look: () => (store.leads ? chore.look() : undefined),
});
