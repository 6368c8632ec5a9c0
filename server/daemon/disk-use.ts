/** What a project keeps on the disk, and how much room each part takes. */
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DiskUse } from '../../shared/offline.ts';
import type { StatePaths } from '../../shared/state-paths.ts';
import { tableSizes } from '../store/table-sizes.ts';
import { nameOf, sizesIn } from './database-access.ts';
import { SQLITE } from './database-choice.ts';

/** The largest part first. Throws `DatabaseProblem`, or an error of the system. */
export async function diskUse(paths: StatePaths, place: string): Promise<DiskUse[]> {
  const found = [...(await databaseParts(paths, place)), ...(await otherParts(paths))];
  return found.filter(({ bytes }) => bytes > 0).sort((one, other) => other.bytes - one.bytes);
}

/** `place`: a URL, or `SQLITE`. */
async function databaseParts(paths: StatePaths, place: string): Promise<DiskUse[]> {
  const { database } = paths;
  const isFile = place === SQLITE;
  if (isFile && !existsSync(database)) return [];
  const { events, packed, keys, facts, free } = isFile ? tableSizes(database) : await sizesIn(place);
  const sizes = { events, packed, keys, facts, free };
  return Object.entries(sizes).map(([what, bytes]) => ({
    what: what as keyof typeof sizes,
    bytes,
    path: nameOf(paths, place),
  }));
}

/** Of what lies in the state folder: each name belongs to one part. */
async function otherParts({ folder, database, runs, worktrees }: StatePaths): Promise<DiskUse[]> {
  const parts = new Map<DiskUse['what'], DiskUse>();
  const own = basename(database);
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (path === database) continue;
    const isCopy = name.startsWith(`${own}.schema-`) || name.startsWith('before-restore-');
    const what =
      path === runs ? 'output' : path === worktrees ? 'worktrees' : isCopy ? 'copies' : ('other' as const);
    const bytes = (parts.get(what)?.bytes ?? 0) + (await sizeOf(path));
    parts.set(what, { what, bytes, path: what === 'output' || what === 'worktrees' ? path : folder });
  }
  return [...parts.values()];
}

/** Bytes on the disk, of a folder with all that is in it; 0: it is not there. Follows no links. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null);
  if (!found) return 0;
  let bytes = found.blocks * 512;
  if (!found.isDirectory()) return bytes;
  for (const name of await readdir(path).catch(() => [])) bytes += await sizeOf(join(path, name));
  return bytes;
}
