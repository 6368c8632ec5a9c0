/** Joins the parts of `signalbox hub`, and stops them in order: the page of all projects of one user. */
import { fileURLToPath } from 'node:url';
import { type AccessFile, openDoor } from '../server/access/access-file.ts';
import { Refusals } from '../server/access/refusals.ts';
import type { About } from '../server/api/about.ts';
import type { Access } from '../server/api/procedures.ts';
import { aboutOf } from '../server/daemon/about.ts';
import { asProgram } from '../server/daemon/as-program.ts';
import { accessTo, gateParts } from '../server/daemon/gate-parts.ts';
import { greet } from '../server/daemon/greeting.ts';
import { freePort, type Loopback, loopbackAddresses, nextFreePort } from '../server/daemon/listen.ts';
import { onLoopback } from '../server/daemon/listeners.ts';
import { close, listen, listenersOf } from '../server/daemon/servers.ts';
import { keepHeapSmall } from '../server/daemon/small-heap.ts';
import { filesInPlace, holderOf } from '../server/daemon/state-files.ts';
import { stopSignal } from '../server/daemon/stop-signal.ts';
import { Db } from '../server/store/sqlite.ts';
import { SqliteJournal } from '../server/store/sqlite-journal.ts';
import { Store } from '../server/store/store.ts';
import { homeFolder } from '../server/system/home-folder.ts';
import { consoleLog } from '../server/system/log.ts';
import { keepFilesPrivate } from '../server/system/operators-umask.ts';
import type { Problem } from '../server/system/problem.ts';
import {
  makeStateFolder,
  readPort,
  takeLock,
  writeHolder,
  writePort,
} from '../server/system/state-folder.ts';
import { keepUp } from '../server/system/upkeep.ts';
import { readAssets } from '../server/web/assets.ts';
import type { HttpParts, SharedContext } from '../server/web/http.ts';
import { setBasePath } from '../shared/base-path.ts';
import { type HubPaths, hubPathsOf, stateHome } from '../shared/state-paths.ts';
import { findDaemons } from './find-daemons.ts';
import { type HubOptions, hubOptions } from './options.ts';
import { ALL_PROJECTS } from './page.ts';
import { Projects } from './projects.ts';
import { type HubContext, hubRouter } from './router.ts';
import { hubRoutes } from './routes.ts';

/** Beside the default of the daemons, which begin with the next one. */
const DEFAULT_PORT = 7844;

export { addPlace, places, removePlace } from './remote-daemons.ts';

/** Runs the hub until it is stopped. Sets the exit code; prints a message if it cannot start. */
export const main = (argv: readonly string[]): Promise<void> => asProgram(() => run(hubOptions(argv)));

/** Sessions, tokens and refused visitors of the hub are kept as a daemon keeps them: in a log of its own, which has no units. */
async function run(options: HubOptions): Promise<void> {
  keepFilesPrivate();
  keepHeapSmall();
  setBasePath(options.door.basePath);
  const home = stateHome(process.env, homeFolder());
  const state = hubPathsOf(home);
  makeStateFolder(state);
  const lock = takeLock(state);
  let db: Db | null = null;
  try {
    const door = openDoor(state);
    db = Db.open(state.database, [state.lock]);
    const store = await Store.open(new SqliteJournal(db));
    const problem = await serve(options, state, { home, db, store, door });
    db.checkpoint();
    if (problem) throw problem;
  } finally {
    db?.close();
    lock.release();
  }
}

interface Kept {
  readonly home: string;
  readonly db: Db;
  readonly store: Store;
  readonly door: AccessFile;
}

/** Serves until stopped. Resolves after an orderly shutdown, with the problem that caused it, if any. */
async function serve(options: HubOptions, state: HubPaths, kept: Kept): Promise<Problem | undefined> {
  const { home, db, store, door } = kept;
  const addresses = await loopbackAddresses();
  const port = await portFor(options, state, addresses);
  const tcp = onLoopback(door, options.door, port);
  const stopping = stopSignal();
  const about = aboutOf({ project: ALL_PROJECTS, origin: tcp.own.origin, addresses, port, notices: [] });
  const refusals = new Refusals(db, consoleLog);
  const listeners = listenersOf(tcp, addresses, options.door, port);
  const access: Access = { ...accessTo(options.door, state, door), refusals, listeners };
  const projects = new Projects();
  const finding = findDaemons(projects, home, state);
  finding.look();
  const parts = hubParts(state, kept, { about, access, projects, stop: () => stopping.stop() });
  const { servers } = await listen(parts, tcp, addresses, options.door, state, port);
  store.onChange(() => {
    for (const server of servers) server.dropEnded();
  });
  writePort(state, port);
  writeHolder(state, holderOf(about));
  const upkeep = keepUp([filesInPlace(db, () => 'signalbox hub start', stopping.stop), finding], consoleLog);
  greet(about, options.door, access.links, 'signalbox hub open');
  const problem = await stopping.stopped;
  upkeep.stop();
  await Promise.all(servers.map(close));
  projects.close();
  await refusals.keep();
  await store.flush();
  if (!problem) consoleLog.info('Stopped. The daemons of the projects go on.');
  return problem;
}

/** The port of the last start, so that open tabs find the way back. */
async function portFor(
  { port: given }: HubOptions,
  state: HubPaths,
  addresses: readonly Loopback[],
): Promise<number> {
  if (given === 0) return freePort(addresses);
  return given ?? readPort(state) ?? nextFreePort(addresses, DEFAULT_PORT);
}

interface Serving {
  readonly about: About;
  readonly access: Access;
  readonly projects: Projects;
  readonly stop: () => void;
}

type HubShared = SharedContext & Pick<HubContext, 'about' | 'projects' | 'build' | 'stop'>;

/** The gate of a daemon, with the hub's procedures and pages behind it. */
function hubParts(state: HubPaths, { store, door }: Kept, serving: Serving): HttpParts<HubShared> {
  const assets = readAssets(fileURLToPath(new URL('./hub-assets/', import.meta.url)));
  return {
    ...gateParts(state, store, door, serving.access.limits),
    assets,
    context: { ...serving, store, log: consoleLog, build: assets.build, lookAtClock: async () => {} },
    router: hubRouter,
    routes: hubRoutes,
  };
}
