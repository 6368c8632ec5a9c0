/** Who holds a project: what the daemon that runs says of itself in its state folder, and whether it still lives. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Living } from '../../shared/offline.ts';
import type { Holder, StatePaths } from '../../shared/state-paths.ts';
import { lookUp } from './processes.ts';

type HolderPath = Pick<StatePaths, 'holder'>;

/** What the file says; a daemon that was killed leaves it behind. */
export function readHolder({ holder }: HolderPath): Holder | null {
  try {
    return JSON.parse(readFileSync(holder, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

/** The daemon that the file names, if this very process still lives. */
export function livingHolder(paths: HolderPath): Living | null {
  const holder = readHolder(paths);
  const found = holder && lookUp(holder.pid);
  if (!found || found.zombie) return null;
  // The number of a daemon that was killed may have been given to a stranger.
  if (holder.process !== undefined && holder.process !== found.started) return null;
  return { ...holder, stopped: found.stopped };
}

/** The Signalbox of this user that listens on a port, if one does. */
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
