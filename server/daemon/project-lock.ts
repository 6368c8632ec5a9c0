/**
 * One daemon for a project, wherever it keeps its state: another state home is another folder, and two daemons
 * would run agents over the same files. So the name that is held depends on the user and the project alone, not
 * on a variable. On Linux it is an abstract socket, which stands in no folder, so that nobody cleans it away and
 * nothing is left behind; elsewhere it is a locked file in /tmp.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { StatePaths } from '../../shared/state-paths.ts';
import { hasAbstractSockets } from '../system/platform.ts';
import { Problem } from '../system/problem.ts';
import { holdExclusively, refuseOthers } from '../system/state-folder.ts';

type Paths = Pick<StatePaths, 'project' | 'folder'>;

export interface Held {
  readonly release: () => void;
}

/** Holds the project until the process ends, however it ends. Throws a `Problem` when another daemon holds it. */
export const lockProject = (paths: Paths): Promise<Held> =>
  hasAbstractSockets ? lockByName(paths) : lockByFile(paths);

const digestOf = ({ project }: Paths): string => createHash('sha256').update(project).digest('hex');

/** What others are told who find it held. */
const textOf = ({ folder }: Paths): string => `${process.pid} ${folder}`;

function alreadyRuns({ project }: Paths, told: string): Problem {
  const [, pid, folder] = /^(\d+) (.+)$/s.exec(told) ?? [];
  const who = pid ? ` (pid ${pid}), with its state in ${folder}` : ', and does not answer';
  return new Problem('running', `Signalbox already runs for ${project}${who}. One project has one daemon.`);
}

export async function lockByName(paths: Paths): Promise<Held> {
  const name = `\0signalbox-${userInfo().uid}-${digestOf(paths)}`;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(textOf(paths));
  });
  server.unref();
  const isHeld = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(name, () => resolve(true));
  });
  if (!isHeld) throw alreadyRuns(paths, await tellingOf(name));
  return { release: () => server.close() };
}

const PATIENCE_MS = 1000;

/** What the holder says; '' where it says nothing. */
function tellingOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(name);
    let told = '';
    socket.setEncoding('utf8').setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (part: string) => {
      told += part;
    });
    socket.on('error', () => socket.destroy()).on('close', () => resolve(told));
  });
}

const HOUR_MS = 3_600_000;

/** `place` is the same for all of one user's processes, and nobody else's to write to. */
export async function lockByFile(
  paths: Paths,
  place: string = `/tmp/signalbox-${userInfo().uid}`,
): Promise<Held> {
  if (!lstatSync(place, { throwIfNoEntry: false })) mkdirSync(place, { recursive: true, mode: 0o700 });
  // In /tmp somebody else may have made it first, or a link that leads elsewhere.
  if (!lstatSync(place).isDirectory())
    throw new Problem('permission', `${place} is not a folder. Remove it.`);
  refuseOthers(place, 0o700);
  const file = join(place, `${digestOf(paths)}.db`);
  const telling = join(place, `${digestOf(paths)}.txt`);
  const release = holdExclusively(file);
  if (!release) throw alreadyRuns(paths, readQuietly(telling));
  writeFileSync(telling, textOf(paths), { mode: 0o600 });
  // Some systems clear away what lies untouched in /tmp for days.
  const touching = setInterval(() => touch(file), HOUR_MS).unref();
  return {
    release() {
      clearInterval(touching);
      release();
    },
  };
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // It was cleared away; the lock of the state folder still holds.
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
