/** Joins the parts, stops them in order. The only wiring. */
import { fileURLToPath } from 'node:url';
import { setBasePath } from '../shared/base-path.ts';
import { type StatePaths, stateHome, statePathsOf } from '../shared/state-paths.ts';
import type { WorktreeProgress } from '../shared/work-words.ts';
import { openDoor } from './access/access-file.ts';
import { Refusals } from './access/refusals.ts';
import { followTrust } from './agents/trust.ts';
import type { Access } from './api/procedures.ts';
import { aboutOf } from './daemon/about.ts';
import { asProgram } from './daemon/as-program.ts';
import { portFor } from './daemon/choose-port.ts';
import { keepTime } from './daemon/clock.ts';
import { accessTo } from './daemon/gate-parts.ts';
import { greet } from './daemon/greeting.ts';
import { httpParts, type ServedParts } from './daemon/http-parts.ts';
import { orProblem, startAgain } from './daemon/last-backup.ts';
import { loopbackAddresses } from './daemon/listen.ts';
import { onLoopback } from './daemon/listeners.ts';
import { openStorage } from './daemon/open-storage.ts';
import { type Options, readOptions } from './daemon/options.ts';
import { policyFor } from './daemon/policy-source.ts';
import { type Held, lockProject } from './daemon/project-lock.ts';
import { addPlan, readPlan } from './daemon/read-plan.ts';
import { restOfDatabase } from './daemon/rest-of-database.ts';
import { close, listen, listenersOf } from './daemon/servers.ts';
import { keepHeapSmall } from './daemon/small-heap.ts';
import { filesInPlace, holderOf, keepStateFiles, writeStateFiles } from './daemon/state-files.ts';
import { stopSignal } from './daemon/stop-signal.ts';
import { takeLead } from './daemon/take-lead.ts';
import { notifierOf, whileLeading, workersOf } from './daemon/workers.ts';
import { OPERATOR } from './domain/actors.ts';
import { updateConfig } from './domain/commands/config.ts';
import { followExecutors } from './executors/executors-file.ts';
import { LastLines } from './output/last-lines.ts';
import { WorktreeFolders } from './runs/worktree-folders.ts';
import type { Storage } from './store/storage.ts';
import { Store } from './store/store.ts';
import { homeFolder } from './system/home-folder.ts';
import { SettledClock } from './system/hourly.ts';
import { consoleLog, writeLogAs } from './system/log.ts';
import { keepFilesPrivate } from './system/operators-umask.ts';
import { Problem } from './system/problem.ts';
import { makeStateFolder, takeLock } from './system/state-folder.ts';
import { keepUp } from './system/upkeep.ts';

/** Runs the daemon until it is stopped. Sets the exit code; prints a message if it cannot start. */
export const main = (argv: readonly string[]): Promise<void> =>
  asProgram(async () => {
    if (process.platform === 'win32')
      throw new Problem('config', 'Signalbox needs a Unix: Linux, macOS, or Windows with WSL.');
    await run(readOptions(argv));
  });

async function run(options: Options): Promise<void> {
  await writeLogAs(options.logFormat);
  setBasePath(options.door.basePath);
  const umask = keepFilesPrivate();
  keepHeapSmall();
  const specs = options.plan === null ? [] : readPlan(options.plan);
  const state = statePathsOf(stateHome(process.env, homeFolder()), options.project);
  makeStateFolder(state);
  const policy = policyFor(state);
  const lock = takeLock(state);
  let held: Held | null = null;
  let storage: Storage | null = null;
  let store: Store | null = null;
  let trust: { stop(): void } | null = null;
  let executors: { stop(): void } | null = null;
  try {
    held = await lockProject(state);
    const door = openDoor(state);
    const opened = await openStorage(state, options.database);
    storage = opened;
    store = await orProblem(state, () => Store.open(opened.journal));
    if (opened.leadership) store.term = null;
    // Before anything is committed by the clock as it is now.
    const clock = new SettledClock(await lastMoment(store));
    await store.commit(OPERATOR, (state) => updateConfig(state, options.settings));
    trust = await followTrust(store, state, consoleLog);
    executors = await followExecutors(store, state, consoleLog);
    if (specs.length > 0) await addPlan(store, specs, options.plan ?? '');
    const problem = await serve(options, state, { store, storage, door, policy, umask, clock });
    // Also if the files were moved: a write-ahead log left beside another database would be applied to it.
    storage.settle();
    if (problem) throw problem;
  } finally {
    trust?.stop();
    executors?.stop();
    store?.close();
    await storage?.close();
    lock.release();
    held?.release();
  }
}

/** What exists before the daemon serves. */
interface Kept extends ServedParts {
  /** The umask of the shell that started the daemon. */
  readonly umask: number;
  readonly clock: SettledClock;
}

/** Serves until stopped. Resolves after an orderly shutdown, with the problem that caused it, if any. */
async function serve(options: Options, state: StatePaths, kept: Kept): Promise<Problem | undefined> {
  const { store, storage, door, umask, clock: settled } = kept;
  const addresses = await loopbackAddresses();
  const { port, notices } = await portFor(options, state, addresses);
  const tcp = onLoopback(door, options.door, port);
  const stopping = stopSignal();
  const { project, worktrees: folder } = state;
  const about = aboutOf({ project, origin: tcp.own.origin, addresses, port, notices });
  const refusals = new Refusals(storage, consoleLog);
  const access: Access = {
    ...accessTo(options.door, state, door),
    refusals,
    listeners: listenersOf(tcp, addresses, options.door, port),
  };
  const progress = new Map<number, WorktreeProgress>();
  const folders = new WorktreeFolders({ store, project, folder });
  const notifier = notifierOf(kept, about, access.readOnly);
  const clock = keepTime(store, consoleLog);
  const work = { store, storage, umask, progress, clock: settled };
  const { dispatcher, chores, carried: carry } = workersOf(state, work, options.door.readOnly);
  const parts = httpParts(state, kept, {
    pulses: new LastLines(store, state.runs, progress),
    about,
    access,
    lookAtClock: clock.look,
    worktrees: folders,
    notify: notifier,
    carry,
    stop: () => stopping.stop(),
  });
  const { servers, terminal } = await listen(parts, tcp, addresses, options.door, state, port);
  store.onChange(() => {
    for (const server of servers) server.dropEnded();
  });
  const program = fileURLToPath(new URL('./signalbox.js', import.meta.url));
  const files = { state, holder: holderOf(about), port, server: terminal.server, program };
  writeStateFiles(files);
  dispatcher.start();
  const lead = takeLead(store, storage.leadership, consoleLog);
  const inPlace = filesInPlace(storage, () => startAgain(state), stopping.stop);
  const rest = restOfDatabase(state, storage, stopping.stop);
  const ofWorktrees = whileLeading(store, folders.upkeep(settled));
  const looks = [inPlace, rest, keepStateFiles(files), ofWorktrees, notifier, ...chores];
  const upkeep = keepUp(looks, consoleLog);
  greet(about, options.door, access.links);
  const problem = await stopping.stopped;
  clock.stop();
  upkeep.stop();
  rest.stop();
  await Promise.all([dispatcher.stop(), notifier.stop()]);
  await lead.stop();
  await Promise.all(servers.map(close));
  parts.context.boardFeed.stop();
  await refusals.keep();
  await store.flush();
  if (!problem) consoleLog.info('Stopped. Runs that are at work go on; the next start finds them.');
  return problem;
}

/** When something last happened, in milliseconds. */
async function lastMoment(store: Store): Promise<number | null> {
  for await (const { at } of store.eventsBackwards(undefined)) return Date.parse(at);
  return null;
}
