/** Joins the parts, stops them in order. The only wiring. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type StatePaths, stateHome, statePathsOf } from '../shared/state-paths.ts';
import { followTrust } from './agents/trust.ts';
import { readAssets } from './assets.ts';
import { OPERATOR } from './by.ts';
import { keepTime } from './clock.ts';
import { updateConfig } from './commands/config.ts';
import { addUnits } from './commands/units.ts';
import { DatabaseProblem, Db } from './db.ts';
import { type GatedServer, type HttpParts, makeServer } from './http.ts';
import { DEFAULT_PORT, freePort, listenOnLoopback, listenOnSocket } from './listen.ts';
import { consoleLog } from './log.ts';
import { Newsroom } from './news.ts';
import { type Options, readOptions } from './options.ts';
import { readPlan } from './plan.ts';
import { Problem, problemOf } from './problem.ts';
import { PulseReader } from './pulses.ts';
import { Refusal } from './refusal.ts';
import { Dispatcher } from './runs/dispatcher.ts';
import { makeBin, pathFor } from './runs/environment.ts';
import { keepRoom } from './runs/retention.ts';
import { keepHeapSmall } from './small-heap.ts';
import { ensureToken, makeStateFolder, readPort, takeLock, writeHolder, writePort } from './state-folder.ts';
import { Store } from './store.ts';

const HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

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
    const opened = orProblem(() => Db.open(state.database));
    db = opened;
    const store = orProblem(() => new Store(opened));
    await store.commit(OPERATOR, (state) => updateConfig(state, options.settings));
    trust = await followTrust(store, state, consoleLog);
    if (specs.length > 0) await addPlan(store, specs, options.plan ?? '');
    await serve(options, state, store);
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

/** From the first listener to the last: resolves when the daemon has ended in order. */
async function serve(options: Options, state: StatePaths, store: Store): Promise<void> {
  const port = await portFor(options, state);
  const address = `http://127.0.0.1:${port}/`;
  const assets = readAssets(fileURLToPath(new URL('./assets/', import.meta.url)));
  const newsroom = new Newsroom(store, assets.build);
  const stopping = stopSignal();
  const { runs, bin, socket, project } = state;
  const about = { project, address, pid: process.pid, started_at: new Date().toISOString() };
  const pulses = new PulseReader(store, runs);
  const path = pathFor(bin, process.env);
  const context = { store, newsroom, pulses, runs, path, log: consoleLog, about, stop: stopping.stop };
  const servers = await listen({ assets, log: consoleLog, context }, state, port);
  writePort(state, port);
  writeHolder(state, { pid: process.pid, address, project });
  makeBin(bin, fileURLToPath(new URL('./signalbox.js', import.meta.url)));
  const dispatcher = new Dispatcher({
    store,
    log: consoleLog,
    project,
    runs,
    socket,
    bin,
  });
  dispatcher.start();
  const clock = keepTime(store, consoleLog);
  const room = keepRoom(store, runs, consoleLog);
  greet(address, project);
  await stopping.stopped;
  clock.stop();
  room.stop();
  await dispatcher.stop();
  await Promise.all(servers.map(close));
  newsroom.stop();
  store.flush();
  consoleLog.info('Stopped. Runs that are at work go on; the next start finds them.');
}

async function portFor({ port }: Options, state: StatePaths): Promise<number> {
  if (port === 0) return freePort();
  return port ?? readPort(state) ?? DEFAULT_PORT;
}

async function listen(parts: HttpParts, state: StatePaths, port: number): Promise<GatedServer[]> {
  const token = ensureToken(state);
  const tcp = {
    kind: 'tcp',
    port,
    hosts: HOSTS,
    isToken: (given: string) => sameSecret(given, token),
  } as const;
  const [four, six, socket] = [
    makeServer(parts, tcp),
    makeServer(parts, tcp),
    makeServer(parts, { kind: 'socket' }),
  ];
  await listenOnLoopback([four.server, six.server], port, state);
  await listenOnSocket(socket.server, state.socket);
  return [four, six, socket];
}

/** Compares digests, in time that says nothing about the token. */
function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

function greet(address: string, project: string): void {
  consoleLog.info(`Signalbox for ${project}`);
  consoleLog.info(`  ${address}`);
  consoleLog.info('  Nobody signs in yet: everyone with an account on this machine can read this page.');
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
