/** Joins the parts, stops them in order. The only wiring. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type StatePaths, stateHome, statePathsOf } from '../shared/state-paths.ts';
import { Credentials } from './access/credentials.ts';
import { type Door, followDoor, limitsOf, openDoor } from './access/door-file.ts';
import { SignInLinks } from './access/links.ts';
import { Refusals } from './access/refusals.ts';
import { Slowly } from './access/slowly.ts';
import { followTrust } from './agents/trust.ts';
import { readAssets } from './assets.ts';
import { OPERATOR } from './by.ts';
import { keepTime } from './clock.ts';
import { updateConfig } from './commands/config.ts';
import { addUnits } from './commands/units.ts';
import { DatabaseProblem, Db } from './db.ts';
import type { Tcp } from './gate.ts';
import { type GatedServer, type HttpParts, makeServer, type Tls } from './http.ts';
import { DEFAULT_PORT, freePort, listenOn, listenOnLoopback, listenOnSocket } from './listen.ts';
import { onAddress, onLoopback } from './listeners.ts';
import { consoleLog } from './log.ts';
import { Newsroom } from './news.ts';
import { type Beyond, type DoorOptions, type Options, readOptions } from './options.ts';
import { readPlan } from './plan.ts';
import { Problem, problemOf } from './problem.ts';
import type { About, Access } from './procedures.ts';
import { PulseReader } from './pulses.ts';
import { Refusal } from './refusal.ts';
import { Dispatcher } from './runs/dispatcher.ts';
import { makeBin, pathFor } from './runs/environment.ts';
import { keepRoom } from './runs/retention.ts';
import { keepHeapSmall } from './small-heap.ts';
import { makeStateFolder, readPort, refuseOthers, takeLock, writeHolder, writePort } from './state-folder.ts';
import { Store } from './store.ts';

/** Runs the daemon until it is told to stop. Sets the exit code; prints a sentence when it cannot start. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    if (process.platform === 'win32')
      throw new Problem('config', 'Signalbox needs a Unix: Linux, macOS, or Windows with WSL.');
    await run(readOptions(argv));
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) throw error;
    console.error(`signalbox: ${problem.message}`);
    process.exitCode = problem.exitCode;
  }
}

async function run(options: Options): Promise<void> {
  keepHeapSmall();
  const specs = options.plan === null ? [] : readPlan(options.plan);
  const state = statePathsOf(stateHome(process.env, homedir()), options.project);
  makeStateFolder(state);
  const lock = takeLock(state);
  let db: Db | null = null;
  let trust: { stop(): void } | null = null;
  try {
    const door = openDoor(state);
    if (existsSync(state.database)) refuseOthers(state.database, 0o600);
    const opened = orProblem(() => Db.open(state.database));
    db = opened;
    const store = orProblem(() => new Store(opened));
    await store.commit(OPERATOR, (state) => updateConfig(state, options.settings));
    trust = await followTrust(store, state, consoleLog);
    if (specs.length > 0) await addPlan(store, specs, options.plan ?? '');
    await serve(options, state, { store, db: opened, door });
    db.checkpoint();
  } finally {
    trust?.stop();
    db?.close();
    lock.release();
  }
}

/** A database that cannot be used is a problem of the operator's, not a mistake of ours. */
function orProblem<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof DatabaseProblem)
      throw new Problem(error.kind === 'disk' ? 'disk' : 'data', error.message);
    throw error;
  }
}

async function addPlan(store: Store, specs: ReturnType<typeof readPlan>, path: string): Promise<void> {
  try {
    await store.commit(OPERATOR, (state) => addUnits(state, specs));
  } catch (error) {
    if (error instanceof Refusal)
      throw new Problem('data', `The plan ${path} cannot be taken. ${error.message}`);
    throw error;
  }
}

/** What was there before, or was made. */
interface Kept {
  readonly store: Store;
  readonly db: Db;
  readonly door: Door;
}

/** From the first listener to the last: resolves when the daemon has ended in order. */
async function serve(options: Options, state: StatePaths, { store, db, door }: Kept): Promise<void> {
  const port = await portFor(options, state);
  const tcp = onLoopback(door, options.door, port);
  const local = `http://127.0.0.1:${port}/`;
  const assets = readAssets(fileURLToPath(new URL('./assets/', import.meta.url)));
  const newsroom = new Newsroom(store, assets.build);
  const stopping = stopSignal();
  const { runs, bin, socket, project } = state;
  const about = {
    project,
    address: `${tcp.own.origin}/`,
    local_address: local,
    pid: process.pid,
    started_at: new Date().toISOString(),
  };
  const pulses = new PulseReader(store, runs);
  const path = pathFor(bin, process.env);
  const refusals = new Refusals(db, consoleLog);
  const access: Access = {
    ...accessTo(options, state, door),
    refusals,
    listeners: listenersOf(tcp, options.door, port),
  };
  const context = {
    store,
    newsroom,
    pulses,
    runs,
    path,
    log: consoleLog,
    about,
    stop: stopping.stop,
    access,
  };
  const credentials = new Credentials(store);
  const parts: HttpParts = {
    assets,
    log: consoleLog,
    context,
    credentials,
    slowly: new Slowly(access.limits.slowed_sign_ins, access.limits.slow_sign_in_ms),
    cookie: `signalbox-${door.host_name.split('.')[0]}`,
  };
  const servers = await listen(parts, tcp, options, state, port);
  store.onChange(() => {
    for (const server of servers) server.dropEnded();
  });
  writePort(state, port);
  writeHolder(state, { pid: process.pid, address: local, project });
  makeBin(bin, fileURLToPath(new URL('./signalbox.js', import.meta.url)));
  const dispatcher = new Dispatcher({
    store,
    log: consoleLog,
    project,
    runs,
    socket,
    bin,
    readOnly: options.door.readOnly,
  });
  dispatcher.start();
  const clock = keepTime(store, consoleLog);
  const room = keepRoom(store, runs, consoleLog);
  greet(about, options.door, access.links);
  await stopping.stopped;
  clock.stop();
  room.stop();
  await dispatcher.stop();
  await Promise.all(servers.map(close));
  newsroom.stop();
  refusals.keep();
  store.flush();
  consoleLog.info('Stopped. Runs that are at work go on; the next start finds them.');
}

async function portFor({ port }: Options, state: StatePaths): Promise<number> {
  if (port === 0) return freePort();
  return port ?? readPort(state) ?? DEFAULT_PORT;
}

function accessTo(
  { door: { readOnly, noAuth } }: Options,
  state: StatePaths,
  door: Door,
): Omit<Access, 'refusals' | 'listeners'> {
  const current = followDoor(state, door, (error) => consoleLog.error('door.json', error));
  return {
    readOnly,
    open: noAuth,
    limits: limitsOf(door),
    origins: () => current().origins,
    links: new SignInLinks(),
  };
}

const listenersOf = (tcp: Tcp, { beyond }: DoorOptions, port: number): Access['listeners'] => [
  ...['127.0.0.1', '::1'].map((address) => ({ address, port, hosts: tcp.hosts, tls: false })),
  ...(beyond ? [{ address: beyond.address, port, hosts: onAddress(beyond, port).hosts, tls: true }] : []),
];

/** Both loopback addresses, the Unix socket, and what else the operator asked for. */
async function listen(
  parts: HttpParts,
  tcp: Tcp,
  { door: { beyond } }: Options,
  state: StatePaths,
  port: number,
): Promise<GatedServer[]> {
  const [four, six, socket] = [
    makeServer(parts, tcp),
    makeServer(parts, tcp),
    makeServer(parts, { kind: 'socket' }),
  ];
  const far = beyond && makeServer(parts, onAddress(beyond, port), tlsOf(beyond));
  await listenOnLoopback([four.server, six.server], port, state);
  if (far) await listenOn(far.server, beyond.address, port);
  await listenOnSocket(socket.server, state.socket);
  return far ? [four, six, socket, far] : [four, six, socket];
}

function tlsOf({ cert, key }: Beyond): Tls {
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } catch (error) {
    throw new Problem('config', `The certificate or its key cannot be read: ${(error as Error).message}`);
  }
}

const START_LINK_MS = 600_000;

/** A link that signs in is shown to a terminal alone: what else is written may be kept somewhere. */
function greet({ address, project }: About, { noAuth, readOnly }: DoorOptions, links: SignInLinks): void {
  consoleLog.info(`Signalbox for ${project}`);
  consoleLog.info(`  ${address}`);
  if (readOnly) consoleLog.info('  --read-only: nothing can be changed and nothing starts.');
  if (noAuth)
    consoleLog.info('  --no-auth: everyone with an account on this machine can read and answer here.');
  else if (process.stdout.isTTY)
    consoleLog.info(
      `  Sign in, once, within 10 minutes: ${address}sign-in/${links.make(START_LINK_MS, '/')}`,
    );
  else consoleLog.info('  Sign in: signalbox open');
}

function stopSignal(): { stop: () => void; stopped: Promise<void> } {
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return { stop, stopped };
}

const HANG_UP_MS = 2000;
const IDLE_MS = 20;

/** Lets requests under way finish, for a moment; then ends the connections. */
async function close({ server, hangUp, cutOff }: GatedServer): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  hangUp();
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
  const force = setTimeout(cutOff, HANG_UP_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(force);
}
