/** Which daemon holds a project, from `daemon.json` in its state folder, and whether it is alive. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Living, LivingDaemon } from '../../shared/offline.ts';
import { type Holder, HUB_FOLDER, pathsIn, type StatePaths } from '../../shared/state-paths.ts';
import { lookUp } from './processes.ts';

type HolderPath = Pick<StatePaths, 'holder'>;

/** Content of the file; a killed daemon leaves it behind. */
export function readHolder({ holder }: HolderPath): Holder | null {
  try {
    return JSON.parse(readFileSync(holder, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

/** The daemon in the file, if that process is alive. */
export function livingHolder(paths: HolderPath): Living | null {
  const holder = readHolder(paths);
  const found = holder && lookUp(holder.pid);
  if (!found || found.zombie) return null;
  // The pid of a killed daemon may have been reused.
  if (holder.process !== undefined && holder.process !== found.started) return null;
  return { ...holder, stopped: found.stopped };
}

/** The Signalbox daemon of this user that listens on a port, if any. */
export function holderOfPort(port: number, { folder }: StatePaths): Holder | null {
  const living = namesIn(dirname(folder)).flatMap((name) => livingIn(dirname(folder), name) ?? []);
  return living.find(({ address }) => new URL(address).port === String(port)) ?? null;
}

/** The daemons of this user that live; `home` is the folder of all state folders. */
export const livingDaemons = (home: string): readonly LivingDaemon[] =>
  namesIn(home)
    .filter((name) => name !== HUB_FOLDER)
    .flatMap((name) => {
      const living = livingIn(home, name);
      return living ? [{ name, living, socket: pathsIn(join(home, name), living.project).socket }] : [];
    });

const livingIn = (home: string, name: string): Living | null =>
  livingHolder({ holder: join(home, name, 'daemon.json') });

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
