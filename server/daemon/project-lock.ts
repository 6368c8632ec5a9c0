/**
 * One daemon per project, wherever its state is: with another state home there would be another lock, and two daemons
 * would run agents on the same files. So the name of this lock depends on user and project only, not
 * on a variable. On Linux it is an abstract socket, which has no file that could be deleted or
 * left behind; elsewhere it is a locked file in /tmp.
 */
import { lstatSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { StatePaths } from '../../shared/state-paths.ts';
import { digestOf } from '../system/digest.ts';
import { hasAbstractSockets } from '../system/platform.ts';
import { Problem } from '../system/problem.ts';
import { holdExclusively, refuseOthers } from '../system/state-folder.ts';

type Paths = Pick<StatePaths, 'project' | 'folder'>;

export interface Held {
  readonly release: () => void;
}

/** Holds the lock until the process ends, however it ends. Throws a `Problem` if another daemon holds it. */
export const lockProject = (paths: Paths): Promise<Held> =>
  hasAbstractSockets ? lockByName(paths) : lockByFile(paths);

const lockName = ({ project }: Paths): string => digestOf(project);

/** What the holder answers to others that try. */
const textOf = ({ folder }: Paths): string => `${process.pid} ${folder}`;

function alreadyRuns({ project }: Paths, told: string): Problem {
  const [, pid, folder] = /^(\d+) (.+)$/s.exec(told) ?? [];
  const who = pid ? ` (pid ${pid}), with its state in ${folder}` : ', and does not answer';
  return new Problem('running', `Signalbox already runs for ${project}${who}. One project has one daemon.`);
}

export async function lockByName(paths: Paths): Promise<Held> {
  const name = `\0signalbox-${userInfo().uid}-${lockName(paths)}`;
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

/** The holder's answer; '' if it gives none. */
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

/** `place`: the same for all processes of one user, and writable only by that user. */
export async function lockByFile(
  paths: Paths,
  place: string = `/tmp/signalbox-${userInfo().uid}`,
): Promise<Held> {
  if (!lstatSync(place, { throwIfNoEntry: false })) mkdirSync(place, { recursive: true, mode: 0o700 });
  // In /tmp another user may have created it first, or a symbolic link.
  if (!lstatSync(place).isDirectory())
    throw new Problem('permission', `${place} is not a folder. Remove it.`);
  refuseOthers(place, 0o700);
  const file = join(place, `${lockName(paths)}.db`);
  const telling = join(place, `${lockName(paths)}.txt`);
  const release = holdExclusively(file);
  if (!release) throw alreadyRuns(paths, readQuietly(telling));
  writeFileSync(telling, textOf(paths), { mode: 0o600 });
  // Some systems delete old files in /tmp, so it is touched.
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
    // It was deleted; the lock of the state folder still holds.
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
