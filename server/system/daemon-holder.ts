/** Which daemon holds a project, from `daemon.json` in its state folder, and whether it is alive. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Living } from '../../shared/offline.ts';
import type { Holder, StatePaths } from '../../shared/state-paths.ts';
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
  const home = dirname(folder);
  for (const name of namesIn(home)) {
    const holder = livingHolder({ holder: join(home, name, 'daemon.json') });
    if (holder && new URL(holder.address).port === String(port)) return holder;
  }
  return null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
