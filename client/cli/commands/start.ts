/** `signalbox start` and `signalbox stop`: start and stop the daemon of a project. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { type Daemon, overHttp } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { pathsFor } from '../context/project.ts';
import { EXIT, ProgramError } from '../output/program-error.ts';
import { complain, print, printJson, tell } from '../output/terminal-output.ts';
import { type AccessFlags, commandLineOf } from './access-flags.ts';
import { pollUntil } from './poll-until.ts';

export interface StartFlags extends AccessFlags {
  readonly foreground?: boolean;
  readonly plan?: string;
  readonly maxAgents?: string;
  readonly undoSeconds?: string;
  readonly logFormat?: string;
  readonly database?: string;
  readonly json?: boolean;
}

/** The daemon's bundle lies beside this one and is started with a command line. */
interface DaemonEntry {
  main(argv: readonly string[]): Promise<void>;
}

export async function start(project: string, flags: StartFlags): Promise<void> {
  const argv = argumentsFor(project, flags);
  // Before a command line with a password is shown to everybody a second time.
  if (flags.database !== undefined) (await loadOffline()).checkStart(argv);
  if (!flags.foreground) {
    const command = ['--project', project, 'start'];
    const startable = { paths: pathsFor(project), command, flags: argv.slice(2), opener: 'signalbox open' };
    return startDetached(startable, flags.json ?? false);
  }
  const entry = new URL('./daemon.js', import.meta.url).href;
  const { main } = (await import(entry)) as DaemonEntry;
  await main(argv);
}

function argumentsFor(project: string, flags: StartFlags): string[] {
  const { plan, database, maxAgents, undoSeconds, logFormat } = flags;
  const more = {
    plan,
    database,
    'max-agents': maxAgents,
    'undo-seconds': undoSeconds,
    'log-format': logFormat,
  };
  return ['--project', project, ...commandLineOf(flags, more)];
}

/** What is started in the background: the daemon of a project, or the hub. */
export interface Startable {
  readonly paths: StatePaths;
  /** The command that runs it in the foreground. */
  readonly command: readonly string[];
  readonly flags: readonly string[];
  /** The command that signs in. */
  readonly opener: string;
}

/** Starts it in the background and waits until it answers or fails. */
export async function startDetached(
  { paths, command, flags, opener }: Startable,
  json: boolean,
): Promise<void> {
  (await loadOffline()).makeStateFolder(paths);
  const log = openSync(paths.log, 'a', 0o600);
  const program = fileURLToPath(new URL('./signalbox.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...command, '--foreground', ...flags], {
    cwd: process.cwd(),
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  // Other starts may write to the log at the same time; this message is from our own process.
  let said = '';
  child.on('message', (message) => {
    said = String(message);
  });
  closeSync(log);
  await answeringOrEnded(paths, child).catch((error: unknown) => {
    letGo(child);
    throw error;
  });
  if (child.exitCode !== null || child.signalCode !== null) {
    if (child.connected) await once(child, 'disconnect');
    return sayWhy(paths, child, said);
  }
  const daemon = overHttp(paths.socket);
  const { address, notices, project } = await daemon.status.query();
  if (json) await printJson({ address, project, pid: child.pid });
  else await print(address);
  tell(`started for ${project} (pid ${child.pid}).`);
  for (const { message } of notices) tell(message);
  await tellHowToSignIn(daemon, flags, opener);
  letGo(child);
}

/** Lets this process exit while the daemon runs. */
function letGo(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  child.unref();
}

/** The daemon's own message on why it ended, or its exit code. */
function sayWhy({ log, folder }: StatePaths, { exitCode, signalCode }: ChildProcess, said: string): void {
  if (said !== '') complain(said);
  else if (exitCode === EXIT.disk) complain(`${folder} cannot be written: is the disk full or read-only?`);
  else
    complain(
      `The daemon ended at once (${signalCode ?? `exit code ${exitCode}`}). What it said stands in ${log}`,
    );
  process.exitCode = exitCode ?? EXIT.failed;
}

const START_LINK_S = 600;

/** The sign-in link is printed to a terminal only: other output may be stored. */
async function tellHowToSignIn(daemon: Daemon, flags: readonly string[], opener: string): Promise<void> {
  if (flags.includes('--no-auth')) return;
  if (!process.stderr.isTTY) return tell(`to sign in: ${opener}`);
  const { url } = await daemon.access.link.mutate({ to: '/', seconds: START_LINK_S });
  tell(`to sign in, once, within 10 minutes: ${url}`);
}

const STOP_MS = 30_000;

/** Where it listens, and the file that says that it lives. */
type Stoppable = Pick<StatePaths, 'socket' | 'holder'>;

/** Asks the daemon to stop and waits until it has released the project lock. */
export async function stop(
  { socket, holder }: Stoppable,
  json: boolean,
  after = 'Runs at work go on.',
): Promise<void> {
  const daemon = overHttp(socket);
  const { pid, project } = await daemon.status.query();
  await daemon.daemon.stop.mutate();
  const { livingHolder } = await loadOffline();
  const hasEnded = async () => livingHolder({ holder })?.pid !== pid;
  if (!(await pollUntil(STOP_MS, hasEnded)))
    throw new ProgramError(
      'timeout',
      `Signalbox for ${project} was told to end, but has not (pid ${pid}). If it stays so: kill -KILL ${pid}. What it has confirmed is kept, and runs go on.`,
    );
  if (json) await printJson({ project, pid });
  else tell(`stopped. ${after}`);
}

/** A large database takes time to load. */
const START_MS = 120_000;
const TRY_MS = 2000;

async function answeringOrEnded({ socket, log }: StatePaths, child: ChildProcess): Promise<void> {
  const settled = await pollUntil(START_MS, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return true;
    const alive = await overHttp(socket)
      .status.query(undefined, { signal: AbortSignal.timeout(TRY_MS) })
      .catch(() => null);
    return alive?.pid === child.pid;
  });
  if (!settled)
    throw new ProgramError(
      'timeout',
      `The daemon (pid ${child.pid}) has not answered in ${START_MS / 1000} s; it may still come. What it says stands in ${log}`,
    );
}
