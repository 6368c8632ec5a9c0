/** Brings the base to a merge commit, and with it the folder that it is checked out in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MoveProblem, MoveRefusal } from '../../shared/work-problem.ts';
import { changedPaths } from './change-set.ts';
import { type BranchHolder, gitAtFolder, holdersOf, LIKE_THE_OPERATOR } from './checked-out.ts';
import { nameOf } from './file-name.ts';
import type { Git, GitOptions, GitResult } from './git.ts';
import { whatIsInTheWay } from './in-the-way.ts';
import { dropNote, type MergeNote, readNote, writeNote } from './merge-note.ts';
import { putBack } from './put-back.ts';
import { contains, gitIn, type Repository, refOf } from './repository.ts';
import { inTurn } from './writer.ts';

export interface MoveOptions {
  /** The base, without `refs/heads/`. */
  readonly branch: string;
  /** Ids of commits: where the base is, and where it goes. */
  readonly old: string;
  readonly new: string;
  /** Of the unit. */
  readonly id: number;
}

export type BaseMove = { readonly moved: true } | MoveRefused;

export type MoveRefused = { readonly moved: false } & MoveProblem;

/**
 * Does nothing where the base has `new` already. In a folder nothing is stashed, reset or overwritten. Throws
 * `WorkRefused` git-timeout or git-killed where git did not end by itself: then `repairMerge`.
 */
export const moveBase = (repository: Repository, options: MoveOptions): Promise<BaseMove> =>
  inTurn(repository, async () =>
    readNote(repository) === null ? moveInTurn(repository, options) : refusalOf('unrepaired'),
  );

/** Within a turn. */
export async function moveInTurn(repository: Repository, options: MoveOptions): Promise<BaseMove> {
  const { branch, old } = options;
  const git = gitIn(repository);
  const now = await refOf(git, `refs/heads/${branch}`);
  if (now !== null && (await contains(git, now, options.new))) return { moved: true };
  // Also what is no step forward from there.
  if (now !== old || !(await contains(git, options.new, old))) return refusalOf('base-moved');
  const [folder, ...others] = await holdersOf(repository, branch);
  if (folder === undefined) return moveBranch(repository, git, options);
  if (others.length > 0) return refusalOf('checked-out-twice', { folder: folder.path });
  return (await refusalIn(repository, folder, options)) ?? moveFolder(repository, folder, options);
}

export const refusalOf = (
  refused: MoveRefusal,
  more: Partial<Omit<MoveRefused, 'moved' | 'refused'>> = {},
): MoveRefused => ({ moved: false, refused, folder: null, files: [], words: '', operation: null, ...more });

async function moveBranch(repository: Repository, git: Git, options: MoveOptions): Promise<BaseMove> {
  const { branch, old } = options;
  writeNote(repository, { ...noteOf(options), folder: null });
  const { code, stderr } = await moveRef(git, options);
  dropNote(repository);
  if (code === 0) {
    await bringAlong(repository, options);
    return { moved: true };
  }
  const isThere = (await refOf(git, `refs/heads/${branch}`)) === old;
  return refusalOf(isThere ? 'git-refused' : 'base-moved', { words: stderr.trim() });
}

/** Only where it is at the old commit. */
export function moveRef(git: Git, { branch, old, new: to, id }: MoveOptions): Promise<GitResult> {
  const args = ['update-ref', '-m', `signalbox ${id}: merged`, `refs/heads/${branch}`, to, old];
  return git.run(args, { outlives: true });
}

/**
 * A folder in which the base was checked out just before it moved still has the files of the old commit, and its next
 * commit would revert the merge. Where it has those of the new one, or edits of the operator in them, git does nothing.
 */
async function bringAlong(repository: Repository, { branch, old, new: to }: MoveOptions): Promise<void> {
  for (const folder of await holdersOf(repository, branch)) {
    if (folder.operation !== null || !existsSync(folder.path)) continue;
    const args = ['read-tree', '-m', '-u', old, to];
    const options = { outlives: true, ms: MERGE_MS, env: LIKE_THE_OPERATOR };
    await gitAtFolder(repository, folder).run(args, options);
  }
}

const noteOf = ({ id, branch, old, new: to }: MoveOptions): Omit<MergeNote, 'folder'> => ({
  id,
  branch,
  old,
  new: to,
});

async function refusalIn(
  repository: Repository,
  { path, gitDir, operation }: BranchHolder,
  options: MoveOptions,
): Promise<MoveRefused | null> {
  if (!existsSync(path)) return refusalOf('folder-missing', { folder: path });
  if (operation !== null) return refusalOf('operation-in-progress', { folder: path, operation });
  if (existsSync(join(gitDir, 'index.lock'))) return refusalOf('index-locked', { folder: path });
  const files = await filesInTheWay(repository, { path, gitDir }, options);
  return files.length === 0 ? null : refusalOf('files-in-the-way', { folder: path, files });
}

async function filesInTheWay(
  repository: Repository,
  folder: Pick<BranchHolder, 'path' | 'gitDir'>,
  { old, new: to }: MoveOptions,
): Promise<string[]> {
  const git = gitAtFolder(repository, folder);
  const found = await whatIsInTheWay(git, folder.path, await changedPaths(git, old, to));
  return found.map(({ bytes }) => nameOf(bytes).path);
}

const MERGE = ['merge', '-q', '--ff-only', '--no-autostash', '--no-overwrite-ignore', '--no-stat'];
const MERGE_MS = 600_000;

/**
 * Git has no way to say which branch it is to move: it moves the one that is checked out when it begins. So all
 * branches but this one are set to take signed commits alone, and no program says that a signature is good: where the
 * operator has changed to another branch since it was looked up, git refuses before it touches anything.
 */
const onlyOn = (branch: string): Pick<GitOptions, 'config' | 'settings'> => ({
  config: [
    'merge.verifySignatures=true',
    ...['gpg', 'gpg.openpgp', 'gpg.x509', 'gpg.ssh'].map((format) => `${format}.program=false`),
  ],
  // It takes the place of what the operator has set there: to squash, or to leave it uncommitted.
  settings: [[`branch.${branch}.mergeOptions`, '--no-verify-signatures']],
});

async function moveFolder(
  repository: Repository,
  folder: BranchHolder,
  options: MoveOptions,
): Promise<BaseMove> {
  const { branch, old } = options;
  const { path, gitDir } = folder;
  const git = gitAtFolder(repository, folder);
  const note = { ...noteOf(options), folder: { path, gitDir } };
  writeNote(repository, note);
  const { config = [], settings = [] } = onlyOn(branch);
  const { code, stderr } = await git.run([...MERGE, options.new], {
    outlives: true,
    ms: MERGE_MS,
    config: [...config, 'checkout.workers=1'],
    settings,
    env: LIKE_THE_OPERATOR,
  });
  const now = await refOf(git, `refs/heads/${branch}`);
  if (code === 0 && now !== null && (await contains(git, now, options.new))) {
    dropNote(repository);
    return { moved: true };
  }
  // It may have begun: no room was left, a file could not be written.
  if (now === old) await putBack(repository, note);
  dropNote(repository);
  const words = stderr.trim();
  if (now !== old || !(await isOn(git, branch))) return refusalOf('base-moved', { folder: path, words });
  const files = await filesInTheWay(repository, folder, options);
  if (files.length > 0) return refusalOf('files-in-the-way', { folder: path, files, words });
  return refusalOf('git-refused', { folder: path, files: namedIn(stderr), words });
}

async function isOn(git: Git, branch: string): Promise<boolean> {
  const { stdout } = await git.run(['symbolic-ref', '-q', 'HEAD']);
  return stdout.toString().trim() === `refs/heads/${branch}`;
}

/** Those that git names, each in a line of its own: it also looks at files that its index says not to look at. */
const namedIn = (words: string): string[] =>
  words.split('\n').flatMap((line) => (line.startsWith('\t') ? [line.slice(1)] : []));
