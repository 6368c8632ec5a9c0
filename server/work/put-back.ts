/**
 * What git has half done in a folder is undone: git that was killed, or had no room left, leaves files of the new
 * commit in a folder that is at the old one, the last of them cut off. What the operator wrote stays.
 */
import { closeSync, openSync, readlinkSync, readSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { changedPaths } from './change-set.ts';
import { gitAtFolder, LIKE_THE_OPERATOR } from './checked-out.ts';
import type { ChangedPath } from './diff-files.ts';
import type { Git } from './git.ts';
import { keyOf, lstatQuietly, whatIsInTheWay } from './in-the-way.ts';
import type { MergeNote } from './merge-note.ts';
import { commitOf, type Repository, refOf } from './repository.ts';
import { inOwnIndex, snapshotIn } from './snapshot.ts';

/** Within a turn, and while no git writes in the folder. All that was in it is kept under a ref before. */
export async function putBack(repository: Repository, note: MergeNote): Promise<void> {
  const { folder } = note;
  if (folder === null) return;
  const git = gitAtFolder(repository, folder);
  // Somebody went elsewhere meanwhile: there, a file like those may be in its place.
  if ((await commitOf(git, 'HEAD')) !== note.old) return;
  const changes = await changedPaths(git, note.old, note.new);
  const inTheWay = new Set(
    (await whatIsInTheWay(git, folder.path, changes)).flatMap(({ bytes, why }) =>
      why === 'unmerged' ? [] : [keyOf(bytes)],
    ),
  );
  const candidates = changes.filter(({ bytes }) => inTheWay.has(keyOf(bytes)));
  if (candidates.length === 0) return;
  const message = `Before a merge that was interrupted is repaired: ${folder.path}`;
  const ref = await freeRef(repository, git, note.id);
  await snapshotIn(repository, folder, { id: note.id, message, base: note.old, ref });
  const ours = await writtenByGit(git, folder, candidates, note.new);
  for (const { bytes } of ours.filter(({ old }) => old === null)) removeFile(folder.path, bytes);
  await restore(
    git,
    folder.path,
    ours.filter(({ old }) => old !== null),
  );
}

/** A repair that was killed itself has kept the folder before; that stays. */
async function freeRef({ refs }: Repository, git: Git, id: number): Promise<string> {
  for (let more = 1; ; more += 1) {
    const ref = `${refs}/repair/${id}${more === 1 ? '' : `-${more}`}`;
    if ((await refOf(git, ref)) === null) return ref;
  }
}

/** Those that are gone, or are what the new commit has, or begin as that does and end too early. */
async function writtenByGit(
  git: Git,
  { path, gitDir }: { readonly path: string; readonly gitDir: string },
  candidates: readonly ChangedPath[],
  commit: string,
): Promise<ChangedPath[]> {
  return inOwnIndex(gitDir, async (index) => {
    const env = { GIT_INDEX_FILE: index };
    const wanted = join(dirname(index), 'wanted/');
    await git.succeed(['read-tree', commit], { env });
    const names = candidates.filter((each) => each.new !== null).map(({ bytes }) => bytes);
    // As git would write them here: line ends and filters change what is in a blob. Where it stops at a file, as a
    // filter fails, it had stopped there before.
    await git.run(['checkout-index', '-q', '-f', `--prefix=${wanted}`, '-z', '--stdin'], {
      env: { ...env, ...LIKE_THE_OPERATOR },
      stdin: joined(names),
      ms: 300_000,
    });
    return candidates.filter(({ bytes, ...change }) => {
      const there = pathOf(path, bytes);
      const stat = lstatQuietly(there);
      // A folder may go with the new files in it.
      if (!stat || stat.isDirectory()) return change.old !== null;
      return change.new !== null && isBeginOf(there, pathOf(wanted, bytes));
    });
  });
}

const joined = (names: readonly Buffer[]): Buffer =>
  Buffer.concat(names.flatMap((name) => [name, Buffer.from([0])]));

const pathOf = (folder: string, name: Buffer): Buffer =>
  Buffer.concat([Buffer.from(join(folder, '/')), name]);

function isBeginOf(there: Buffer, wanted: Buffer): boolean {
  const [found, target] = [lstatQuietly(there), lstatQuietly(wanted)];
  if (!found || !target) return false;
  if (found.isSymbolicLink())
    return target.isSymbolicLink() && readlinkSync(there, 'buffer').equals(readlinkSync(wanted, 'buffer'));
  return found.isFile() && target.isFile() && found.size <= target.size && beginsAlike(there, wanted);
}

function beginsAlike(shorter: Buffer, longer: Buffer): boolean {
  const files = [openSync(shorter, 'r'), openSync(longer, 'r')] as const;
  try {
    const [a, b] = [Buffer.alloc(65_536), Buffer.alloc(65_536)];
    for (let at = 0; ; ) {
      const length = readSync(files[0], a, 0, a.length, at);
      if (length === 0) return true;
      if (readSync(files[1], b, 0, length, at) < length) return false;
      if (!a.subarray(0, length).equals(b.subarray(0, length))) return false;
      at += length;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** And the folders that git made for it. */
function removeFile(folder: string, name: Buffer): void {
  unlinkSync(pathOf(folder, name));
  for (let at = name.lastIndexOf(SLASH); at > 0; at = name.lastIndexOf(SLASH, at - 1))
    try {
      rmdirSync(pathOf(folder, name.subarray(0, at)));
    } catch {
      return; // something else is in it
    }
}

const SLASH = 0x2f;

/** From the index, which git replaces as its last step and so has as it was. */
async function restore(git: Git, folder: string, changes: readonly ChangedPath[]): Promise<void> {
  const names = changes.map(({ bytes }) => bytes).filter((name) => isReplaceable(folder, name));
  if (names.length === 0) return;
  await git.succeed(['checkout-index', '-q', '-f', '-z', '--stdin'], {
    stdin: joined(names),
    ms: 300_000,
    env: LIKE_THE_OPERATOR,
  });
}

/** By `-f`, checkout-index would remove a folder in its place, or a link on its way, with all that is in it. */
function isReplaceable(folder: string, name: Buffer): boolean {
  if (lstatQuietly(pathOf(folder, name))?.isDirectory()) return false;
  for (let at = name.indexOf(SLASH); at > 0; at = name.indexOf(SLASH, at + 1)) {
    const stat = lstatQuietly(pathOf(folder, name.subarray(0, at)));
    if (stat === undefined) return true;
    if (!stat.isDirectory()) return false;
  }
  return true;
}
