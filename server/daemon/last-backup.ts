/** Remembers the last backup of a project, so that whoever finds the database damaged is told the way back. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StatePaths } from '../../shared/state-paths.ts';
import { DatabaseProblem } from '../store/database-file.ts';
import { Problem } from '../system/problem.ts';

type Paths = Pick<StatePaths, 'database' | 'lastBackup'>;

interface LastBackup {
  readonly file: string;
  readonly at: string;
}

export function keepLastBackup({ lastBackup }: Paths, backup: LastBackup): void {
  writeFileSync(lastBackup, `${JSON.stringify(backup)}\n`, { mode: 0o600 });
}

/** Turns an unusable database into a problem for the operator, which names the way back to a good copy. */
export async function orProblem<T>(paths: Paths, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof DatabaseProblem)) throw error;
    throw error.kind === 'unusable'
      ? new Problem('data', error.message + wayBack(paths))
      : new Problem(error.kind, error.message);
  }
}

/** How to start again, and from what if the database is lost. */
export function startAgain(paths: Paths): string {
  const way = wayBack(paths);
  return way === '' ? 'signalbox start' : `signalbox start.${way}`;
}

/** A sentence; '' if there is no copy, or the folder has gone. */
export function wayBack(paths: Paths): string {
  try {
    return wayBackIn(paths);
  } catch {
    return '';
  }
}

function wayBackIn(paths: Paths): string {
  const last = lastOf(paths);
  if (last)
    return ` The backup of ${last.at} is in ${last.file}. Go back to it: signalbox restore ${last.file}`;
  const copy = copiesBeforeMigration(paths).at(-1);
  return copy === undefined
    ? ''
    : ` The copy from before the last update is in ${copy}. Go back to it: signalbox restore ${copy}`;
}

/** Copies that were made before a migration, the oldest first. */
function copiesBeforeMigration({ database }: Pick<StatePaths, 'database'>): string[] {
  const name = `${basename(database)}.schema-`;
  const schema = (file: string) => Number(file.slice(name.length));
  return readdirSync(dirname(database))
    .filter((file) => file.startsWith(name) && Number.isInteger(schema(file)))
    .sort((one, other) => schema(one) - schema(other))
    .map((file) => join(dirname(database), file));
}

function lastOf({ lastBackup }: Paths): LastBackup | null {
  try {
    const { file, at } = JSON.parse(readFileSync(lastBackup, 'utf8')) as LastBackup;
    return typeof file === 'string' && typeof at === 'string' && existsSync(file) ? { file, at } : null;
  } catch {
    return null;
  }
}
