/** A commit of all that is in a worktree, made from outside: its index, HEAD and branch stay as they are. */
import { copyFile, mkdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChangeSet, changeSetOf } from './change-set.ts';
import { nameOf } from './file-name.ts';
import { Git } from './git.ts';
import { idsOf, type Repository } from './repository.ts';
import { dropRefLock, type OpenWorktree } from './worktree.ts';
import { inTurn } from './writer.ts';

export interface WorkSnapshot extends ChangeSet {
  readonly commit: string;
  /** What the agent's HEAD is on; null where it has no commit. */
  readonly head: string | null;
  /** Repositories inside, which cannot be in a commit: `vendor/x/`. Names are written as `FileName.file`. */
  readonly nested: readonly string[];
  /** Other files that git could not take: unreadable, or changing all the time. */
  readonly unsaved: readonly string[];
}

export interface SnapshotOptions {
  readonly id: number;
  readonly message: string;
  /** Commit that the change set is counted from, by its merge base with the snapshot. */
  readonly base: string;
  /** Names below the worktree (`FileName.file`) that are not the agent's work: the links that we put there. */
  readonly leftOut?: readonly string[];
  /** Where it is kept, in place of the unit's last snapshot. */
  readonly ref?: string;
}

export const workRef = ({ refs }: Repository, id: number): string => `${refs}/work/${id}`;

/** Throws `WorkRefused`: git-failed, git-timeout. */
export const takeSnapshot = (
  repository: Repository,
  worktree: OpenWorktree,
  options: SnapshotOptions,
): Promise<WorkSnapshot> => inTurn(repository, () => snapshotIn(repository, worktree, options));

/** Within a turn. */
export async function snapshotIn(
  repository: Repository,
  { path, gitDir }: OpenWorktree,
  { id, message, base, leftOut = [], ref = workRef(repository, id) }: SnapshotOptions,
): Promise<WorkSnapshot> {
  const git = new Git({ cwd: path, gitDir, trusted: repository.trusted });
  const names = ['HEAD^{commit}', 'HEAD^{tree}', ref, `${ref}^{tree}`, `${ref}^1`];
  const [head = null, headTree, last, lastTree, parent] = await idsOf(git, names);
  const { tree, nested, unsaved } = await inOwnIndex(gitDir, (index) => writeTree(git, index, head, leftOut));
  // HEAD where nothing is uncommitted, or the last snapshot where nothing has changed since.
  const isLast = tree === lastTree && parent === head;
  const same = tree === headTree ? head : isLast ? last : null;
  const commit = same ?? (await commitTree(git, tree, head, message));
  dropRefLock(repository, ref);
  if (commit !== last) await git.succeed(['update-ref', ref, commit]);
  return { commit, head, nested, unsaved, ...(await changeSetOf(git, base, commit)) };
}

/**
 * A copy of the worktree's own index, as it knows which files are unchanged. Its time stays, rounded down: by it git
 * tells which files may have changed in the same moment as it looked.
 */
export async function inOwnIndex<T>(gitDir: string, work: (index: string) => Promise<T>): Promise<T> {
  // Within a turn nobody else has one: what a snapshot that was killed has left is cleared away here.
  const folder = join(gitDir, 'signalbox-index');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const index = join(folder, 'index');
  try {
    const own = await stat(join(gitDir, 'index')).catch(() => null);
    if (own) {
      await copyFile(join(gitDir, 'index'), index);
      const seconds = Math.floor(own.mtimeMs / 1000);
      await utimes(index, seconds, seconds);
    }
    return await work(index);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const ADD_MS = 300_000;
/** `core.safecrlf` would refuse files for their line ends. */
const CONFIG = ['core.splitIndex=false', 'core.safecrlf=false', 'advice.addEmbeddedRepo=false'];

async function writeTree(git: Git, index: string, head: string | null, leftOut: readonly string[]) {
  const env = { GIT_INDEX_FILE: index };
  const options = { env, config: CONFIG, ms: ADD_MS };
  if (head !== null && !(await stat(index).catch(() => null)))
    await git.succeed(['read-tree', head], options);
  const all = ['ls-files', '-v', '-c', '-o', '-z', '--exclude-standard'];
  const records = recordsOf((await git.succeed(all, options)).stdout);
  await lookAtHidden(git, env, records);
  const untracked = records.filter((record) => record[0] === QUESTION_MARK).map(nameIn);
  const nested = untracked.filter(isFolder);
  const links = leftOut.length === 0 ? [] : untracked.filter((name) => leftOut.includes(nameOf(name).file));
  const excluded = [...nested, ...links].map((name) => [':(top,exclude,literal)', name, '\0']);
  const stdin = Buffer.concat([':/\0', ...excluded.flat()].map((part) => Buffer.from(part)));
  const args = ['add', '-A', '--sparse', '--ignore-errors', '--pathspec-from-file=-', '--pathspec-file-nul'];
  const { code } = await git.run(args, { ...options, stdin });
  // It goes on where a file cannot be taken, and says so by its exit code.
  const unsaved = code === 0 ? [] : await stillOutside(git, env, [...nested, ...links]);
  if (code !== 0 && unsaved.length === 0) await git.succeed(args, { ...options, stdin });
  const tree = await git.text(['write-tree'], options);
  return { tree, nested: nested.map((name) => nameOf(name).file), unsaved };
}

/** A letter says what is known of it, as `ls-files -v` does. */
const nameIn = (record: Buffer): Buffer => record.subarray(2);
const QUESTION_MARK = 0x3f;
const isFolder = (name: Buffer): boolean => name.at(-1) === SLASH;
const SLASH = 0x2f;

async function stillOutside(
  git: Git,
  env: Record<string, string>,
  known: readonly Buffer[],
): Promise<string[]> {
  const { stdout } = await git.succeed(['ls-files', '-o', '-m', '-z', '--exclude-standard'], { env });
  const left = recordsOf(stdout).filter((name) => !known.some((each) => each.equals(name)));
  return [...new Set(left.map((name) => nameOf(name).file))];
}

const SMALL_A = 0x61;
const SMALL_Z = 0x7a;

/** An agent can tell its index not to look at a file (`--assume-unchanged`): its changes would be lost. */
async function lookAtHidden(
  git: Git,
  env: Record<string, string>,
  records: readonly Buffer[],
): Promise<void> {
  const hidden = records.filter(([letter = 0]) => letter >= SMALL_A && letter <= SMALL_Z);
  if (hidden.length === 0) return;
  const stdin = Buffer.concat(hidden.flatMap((record) => [nameIn(record), Buffer.from([0])]));
  await git.succeed(['update-index', '--no-assume-unchanged', '-z', '--stdin'], { env, stdin });
}

/** Names may be no UTF-8, so what goes back to git stays bytes. */
export function recordsOf(output: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let from = 0; from < output.length; ) {
    const end = output.indexOf(0, from);
    const to = end < 0 ? output.length : end;
    if (to > from) records.push(output.subarray(from, to));
    from = to + 1;
  }
  return records;
}

async function commitTree(git: Git, tree: string, head: string | null, message: string): Promise<string> {
  const parents = head === null ? [] : ['-p', head];
  const env = await identityFor(git);
  return git.text(['commit-tree', tree, ...parents, '-F', '-'], { env, stdin: message });
}

/** The operator's, as git has it; where none is set, ours. For `env` of what makes a commit. */
export async function identityFor(git: Git): Promise<Record<string, string>> {
  const config = ['user.useConfigOnly=true'];
  const known = await Promise.all(
    ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT'].map((name) => git.run(['var', name], { config })),
  );
  // Where an address is set to nothing, git says "name <>".
  if (known.every(({ code, stdout }) => code === 0 && !/^\s*<|<>/.test(stdout.toString()))) return {};
  return Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Signalbox'],
      [`GIT_${who}_EMAIL`, 'signalbox@localhost'],
    ]),
  );
}
