/** `signalbox carry`: what an executor starts on another machine, once for each run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { CarryEntry, Launch, LinkedLaunch } from '../../shared/carry-words.ts';
import { newSecret } from '../access/secret.ts';
import { DESTINATION } from '../executors/ssh-command.ts';
import { newId } from '../system/new-id.ts';
import { keepFilesPrivate } from '../system/operators-umask.ts';
import { Problem } from '../system/problem.ts';
import { lookUp } from '../system/processes.ts';
import { CarriedGroup } from './carried-group.ts';
import { Carrier } from './carrier.ts';
import { DaemonCalls } from './daemon-calls.ts';
import { LinkedSocket, linkTo } from './linked-socket.ts';
import { Tunnel } from './tunnel.ts';

const path = z.string().max(1000).refine(isAbsolute, 'An absolute path.');
const MARKER = /^[0-9a-f]{32}$/;
const launchSchema = z.strictObject({
  marker: z.string().regex(MARKER),
  secret: z.string().regex(/^[A-Za-z0-9_-]{20,200}$/),
  socket: path,
  via: z.string().max(255).regex(DESTINATION).nullable(),
  folder: path,
  lost_after: z.number().min(1).max(86_400),
});

const MOST_CALL_MS = 10_000;
const MOST_LAUNCH_BYTES = 65_536;
/** The exit code of whoever is ended by SIGTERM. */
const TERMINATED = 143;
/** What a carrier has left behind that was killed. */
const LEFT_MS = 7 * 24 * 3600 * 1000;

/**
 * Reads its launch from standard input, or from a file. `detach`: a process of its own carries on, and its number is printed.
 */
export const carry: CarryEntry['carry'] = async ({ detach, launch: file, linked, link }) => {
  if (link !== null) return linkTo(markerIn(link));
  if (linked !== null) return carryLinked(markerIn(linked));
  const given = file === null ? await text(process.stdin) : takeLaunch(file);
  const launch = launchIn(given);
  if (detach) return startDetached(launch, given);
  const umask = keepFilesPrivate();
  // Machines that share a folder do not know each other's processes.
  const above = file === null ? launch.folder : join(launch.folder, `on-${hostname()}`);
  mkdirSync(above, { recursive: true, mode: 0o700 });
  removeLeft(above);
  const tunnel = launch.via === null ? null : new Tunnel(launch.via, launch.socket);
  try {
    await carryRun(launch, { above, socket: tunnel?.socket ?? launch.socket, umask });
  } finally {
    await tunnel?.close();
  }
};

/** Waits for its daemon to link to this machine, and to bring the launch. */
async function carryLinked(marker: string): Promise<void> {
  const umask = keepFilesPrivate();
  const line = new LinkedSocket(marker);
  // There is no run yet that would end first.
  const quit = () => process.exit(TERMINATED);
  process.on('SIGTERM', quit);
  try {
    const launch = await line.launch();
    process.off('SIGTERM', quit);
    await carryRun(launch, { above: line.folder, socket: line.socket, umask });
  } finally {
    line.close();
  }
}

interface Place {
  /** Where the folder of the run is made. */
  readonly above: string;
  /** The daemon's socket, as it is called here. */
  readonly socket: string;
  readonly umask: number;
}

async function carryRun(launch: LinkedLaunch, { above, socket, umask }: Place): Promise<void> {
  const { marker, secret, lost_after } = launch;
  // Of this carrier alone: another one may have been started for the same run.
  const name = `${marker}-${process.pid}`;
  const folder = join(above, name);
  const files = { name, folder, output: join(folder, 'output'), answers: join(folder, 'answers.json') };
  const token = newSecret();
  const program = fileURLToPath(new URL('./signalbox.js', import.meta.url));
  const group = new CarriedGroup({ files, marker, token, socket, program, umask });
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => group.end(false));
  process.on('SIGHUP', () => {});
  const calls = new DaemonCalls(socket, secret, Math.min(MOST_CALL_MS, lost_after * 500));
  try {
    await new Carrier({ id: newId(), launch, machine: hostname(), files, calls, token, group }).carry();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws a `Problem`: paths are made of it. */
function markerIn(given: string): string {
  if (!MARKER.test(given)) throw new Problem('usage', 'An executor starts this, with the marker of a run.');
  return given;
}

/** The launch in a file, which is gone then: one carrier reads it. Throws a `Problem`, also where others might read it. */
function takeLaunch(path: string): string {
  const file = openedLaunch(path);
  try {
    const { uid, mode, size } = fstatSync(file);
    if (uid !== userInfo().uid || (mode & 0o077) !== 0 || size > MOST_LAUNCH_BYTES)
      throw new Problem('permission', `${path} is not yours, or open to others.`);
    const given = readFileSync(file, 'utf8');
    rmSync(path);
    return given;
  } finally {
    closeSync(file);
  }
}

function openedLaunch(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem(
      'usage',
      `There is no launch at ${path} (any more): ${code}. Its run has been given up.`,
    );
  }
}

/** Throws a `Problem`, without a word of what was given: it holds a secret. */
function launchIn(given: string): Launch {
  try {
    return launchSchema.parse(JSON.parse(given));
  } catch {
    throw new Problem('usage', 'An executor starts this, with a launch as JSON on standard input.');
  }
}

/** The secret goes on by a pipe: what a program is started with is for all to see. */
async function startDetached({ folder, marker }: Launch, given: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = openSync(join(folder, `${marker}.log`), 'a', 0o600);
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'carry'], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', log, log],
  });
  await once(child, 'spawn');
  await new Promise<void>((resolve, reject) => {
    child.stdin?.on('error', reject);
    child.stdin?.end(given, () => resolve());
  });
  child.unref();
  process.stdout.write(`${child.pid}\n`);
}

function removeLeft(folder: string): void {
  for (const name of readdirSync(folder)) {
    const ours = /^[0-9a-f]{32}(?:-(\d+)|\.log)$/.exec(name);
    if (!ours) continue;
    const isAlive = ours[1] !== undefined && lookUp(Number(ours[1])) !== null;
    const at = join(folder, name);
    const found = statSync(at, { throwIfNoEntry: false });
    if (found && !isAlive && Date.now() - found.mtimeMs > LEFT_MS)
      rmSync(at, { recursive: true, force: true });
  }
}
