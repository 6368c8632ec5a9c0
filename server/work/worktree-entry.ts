/** The entries of worktrees as git keeps them: a folder each in `<common>/worktrees`, also one that git left half made. */
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { listProcesses } from '../system/processes.ts';
import type { Repository } from './repository.ts';

type Common = Pick<Repository, 'commonDir'>;

/** The entry of a folder, read where git keeps it. */
export const adminFolderOf = (common: Common, path: string): string | null =>
  entriesIn(common).find((entry) => leadsTo(entry, path)) ?? null;

function entriesIn({ commonDir }: Common): string[] {
  const folder = join(commonDir, 'worktrees');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function leadsTo(entry: string, path: string): boolean {
  const said = readQuietly(join(entry, 'gitdir')).replace(/\n$/, '');
  return said !== '' && resolve(entry, said) === join(path, '.git');
}

const isOurs = (entry: string): boolean => /^signalbox \d+\b/.test(readQuietly(join(entry, 'locked')));

/**
 * Git killed in `worktree add` can leave `commondir` empty, and then no git lists the worktrees of this repository.
 * Writes what git was about to write, in entries of ours alone: the operator's git may just be making one. Within a
 * turn, so that no git of ours lives. `path`: the entry of this folder is ours, too.
 */
export function completeEntries(common: Common, path?: string): void {
  for (const entry of entriesIn(common)) {
    const file = join(entry, 'commondir');
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > 0) continue;
    if (isOurs(entry) || (path !== undefined && leadsTo(entry, path))) writeFileSync(file, '../..\n');
  }
}

/** Git killed in `add`, before it wrote whose entry it is, or in `remove` leaves an entry that it no longer lists. */
export function dropRemains({ commonDir }: Common, path: string): void {
  const entry = join(commonDir, 'worktrees', basename(path));
  if (!isHalfMade(entry)) return;
  // An entry without a reason may be one that the operator's git is just making: then git takes another name for ours.
  // Looked at again, as that git may have ended well meanwhile.
  const isLeft = isOurs(entry) || (!isSomebodyAdding() && isHalfMade(entry));
  if (isLeft) rmSync(entry, { recursive: true, force: true });
}

const isHalfMade = (entry: string): boolean => existsSync(entry) && readQuietly(join(entry, 'gitdir')) === '';

/** In some repository of this machine. */
const isSomebodyAdding = (): boolean =>
  listProcesses().some(({ argumentsAndEnvironment }) => /\bworktree[\0 ]add\b/.test(argumentsAndEnvironment));

/** '' where it is no file: agents can put anything in its place, a folder or a link to something endless. */
export function readQuietly(path: string): string {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}
