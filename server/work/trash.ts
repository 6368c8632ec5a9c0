/** Folders that are no longer needed lie in `trash`, beside the worktrees, for some days before they are deleted. */
import { lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where the folder is now: `trash/7-tests.1764201600000`, the time in ms at its end; null where there was none. */
export function putAside(path: string): string | null {
  if (!lstatSync(path, { throwIfNoEntry: false })) return null;
  const trash = join(dirname(path), 'trash');
  mkdirSync(trash, { recursive: true, mode: 0o700 });
  for (let at = Date.now(); ; at += 1) {
    const aside = join(trash, `${basename(path)}.${at}`);
    // Onto an empty folder of that name it would be moved.
    if (lstatSync(aside, { throwIfNoEntry: false })) continue;
    renameSync(path, aside);
    return aside;
  }
}

const DAY_MS = 86_400_000;

/** Deletes what was put aside `days` ago; links are not followed. Returns what could not be deleted. */
export async function emptyTrash(work: string, days = 3, now = Date.now()): Promise<string[]> {
  const trash = join(work, 'trash');
  const left: string[] = [];
  for (const name of namesIn(trash)) {
    const at = Number(/\.(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    if (!(at <= now - days * DAY_MS)) continue;
    const path = join(trash, name);
    await rm(path, { recursive: true, force: true }).catch(() => left.push(path));
  }
  return left;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
