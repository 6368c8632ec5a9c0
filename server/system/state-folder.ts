import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Holder, StatePaths } from '../../shared/state-paths.ts';
import { livingHolder, readHolder } from './daemon-holder.ts';
import { Problem } from './problem.ts';

/** Node cuts longer socket paths off silently, and listens elsewhere. */
const LONGEST_SOCKET_PATH = 100;

/** Makes the folder, for the operator alone, and checks that it is. */
export function makeStateFolder(state: StatePaths): void {
  refuseLongSocket(state);
  makeFolder(state.folder);
  refuseOthers(state.folder, 0o700);
  mkdirSync(state.runs, { recursive: true, mode: 0o700 });
  writeFileSync(join(state.folder, 'project'), `${state.project}\n`, { mode: 0o600 });
}

/** Where a folder on the way cannot be made, Node says of the last one that it is not there. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const missing = firstMissing(path);
    if (missing !== null) mkdirSync(missing, { mode: 0o700 });
    throw error;
  }
}

/** The topmost folder that is not there. */
function firstMissing(path: string): string | null {
  const above = dirname(path);
  if (existsSync(path) || above === path) return null;
  return firstMissing(above) ?? path;
}

/** Throws a `Problem`. */
export function refuseLongSocket({ socket }: Pick<StatePaths, 'socket'>): void {
  if (Buffer.byteLength(socket) > LONGEST_SOCKET_PATH)
    throw new Problem(
      'config',
      `The socket path ${socket} is over ${LONGEST_SOCKET_PATH} bytes. Set XDG_STATE_HOME to a shorter folder.`,
    );
}

/** Anyone else who can write here could answer in the operator's name. Throws a `Problem`. */
export function refuseOthers(path: string, mode: number): void {
  const { uid, mode: found } = statSync(path);
  if (uid !== userInfo().uid) throw new Problem('permission', `${path} belongs to another user (${uid}).`);
  const extra = found & 0o777 & ~mode;
  if (extra !== 0)
    throw new Problem(
      'permission',
      `${path} is open to others (mode ${(found & 0o777).toString(8)}). Run: chmod ${mode.toString(8)} ${path}`,
    );
}

/**
 * Holds a file until the process ends, however it ends: by an open exclusive transaction. Returns how to let go;
 * null when somebody else holds it.
 */
export function holdExclusively(path: string): (() => void) | null {
  const lock = new Sqlite(path, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return null;
    throw error;
  }
  return () => lock.close();
}

/** Holds the state folder. Throws a `Problem` when another daemon holds it. */
export function takeLock(state: StatePaths): { release(): void } {
  const letGo = holdExclusively(state.lock);
  if (!letGo) {
    const holder = livingHolder(state);
    const who = holder ? `pid ${holder.pid}, ${holder.address}` : 'it is just starting';
    const way = holder?.stopped ? ` It is stopped by a signal. Let it go on: kill -CONT ${holder.pid}` : '';
    throw new Problem('running', `Signalbox already runs for ${state.project} (${who}).${way}`);
  }
  return {
    release() {
      letGo();
      // Where the folder was taken away, another daemon's may stand there by now.
      if (readHolder(state)?.pid === process.pid) rmSync(state.holder, { force: true });
    },
  };
}

export function writeHolder(state: StatePaths, holder: Holder): void {
  writeWhole(state.holder, `${JSON.stringify(holder)}\n`);
}

/** The port of the last start, so that open tabs find the way back. */
export function readPort({ port }: StatePaths): number | null {
  try {
    return Number(readFileSync(port, 'utf8')) || null;
  } catch {
    return null;
  }
}

export function writePort(state: StatePaths, port: number): void {
  writeWhole(state.port, `${port}\n`);
}

/** Puts a text in the place of a file in one step, for this user alone. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
