/** Backups of a database: copies that are checked before they count, and the way back from one. */
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CheckedDatabase } from '../../shared/offline.ts';
import { checkLog } from './check-log.ts';
import { DatabaseProblem } from './database-file.ts';
import { Db } from './sqlite.ts';

/**
 * Copies the database `path`, which a daemon may be using, to `target`, which gets its name only once the copy has been
 * checked. Throws `DatabaseProblem`, or an error of the system.
 */
export async function backUp(path: string, target: string): Promise<CheckedDatabase> {
  const copy = `${target}.new`;
  try {
    await withDatabase(Db.look(path), (db) => db.copyTo(copy));
    const checked = await withDatabase(Db.look(copy), checkLog);
    refuseDifferent(checked, path);
    renameSync(copy, target);
    syncFolder(dirname(target));
    return checked;
  } finally {
    removeDatabase(copy);
  }
}

/**
 * Puts a backup in the place of the database `path`, which no daemon may be using; what was there goes to `aside`; null: it is only tried. The
 * backup itself stays. It gets a new epoch: its numbers go on differently from here. Throws `DatabaseProblem`.
 */
export async function restoreBackup(
  backup: string,
  path: string,
  aside: string | null,
): Promise<CheckedDatabase> {
  const fresh = `${path}.restored`;
  try {
    removeDatabase(fresh);
    copyFileSync(backup, fresh);
    const checked = await withDatabase(Db.open(fresh), async (db) => {
      const found = await checkLog(db);
      refuseDifferent(found, backup);
      db.setNewEpoch();
      db.checkpoint();
      return found;
    });
    if (aside === null) return checked;
    moveDatabase(path, aside);
    renameSync(fresh, path);
    syncFolder(dirname(path));
    return checked;
  } finally {
    removeDatabase(fresh);
  }
}

function refuseDifferent({ differences }: CheckedDatabase, path: string): void {
  if (differences.length > 0)
    throw new DatabaseProblem(
      'unusable',
      `${path} does not agree with its own log (${differences[0]?.code}). Look closer: signalbox check`,
    );
}

/** Closes the database when `use` has ended, however it ends. */
export async function withDatabase<T>(db: Db, use: (db: Db) => T | Promise<T>): Promise<T> {
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

/** The write-ahead log belongs to its database: beside another one it would be applied to that. So does the note of its end. */
const FILES = ['', '-wal', '-shm', '-mark'];

function moveDatabase(path: string, to: string): void {
  // The write-ahead log first: without its database it does no harm.
  for (const end of FILES.toReversed()) if (existsSync(path + end)) renameSync(path + end, to + end);
}

function removeDatabase(path: string): void {
  for (const end of FILES) rmSync(path + end, { force: true });
}

/** Makes the new name last. */
function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
