/** Whether an agent has brought its work onto the base: for the phase REBASE. */
import { operationIn } from './checked-out.ts';
import { type FileName, nameOf, pathspecOf } from './file-name.ts';
import { Git, SAFE_DIFF } from './git.ts';
import { WorkRefused } from './refused.ts';
import { contains, type Repository } from './repository.ts';
import { recordsOf } from './snapshot.ts';
import type { OpenWorktree } from './worktree.ts';

export interface RebaseState {
  readonly in_progress: boolean;
  /** Files that git has as conflicts. */
  readonly unmerged: readonly FileName[];
  /** Files in which the work brings lines that look like conflict markers. */
  readonly markers: readonly FileName[];
  /** HEAD has the base. */
  readonly on_base: boolean;
}

/** `base`: the id of a commit. Throws `WorkRefused` git-failed. */
export async function rebaseState(
  { trusted }: Repository,
  { path, gitDir }: OpenWorktree,
  base: string,
): Promise<RebaseState> {
  const git = new Git({ cwd: path, gitDir, trusted });
  const [unmerged, markers, on_base] = await Promise.all([
    unmergedIn(git),
    withMarkers(git, base),
    contains(git, 'HEAD', base),
  ]);
  return {
    in_progress: operationIn(gitDir) === 'rebase',
    unmerged: unmerged.map(nameOf),
    markers: markers.map(nameOf),
    on_base,
  };
}

/** `mode id stage TAB name`, a record for each stage. */
async function unmergedIn(git: Git): Promise<Buffer[]> {
  const records = recordsOf((await git.succeed(['ls-files', '-u', '-z', '--full-name'])).stdout);
  const names = records.map((record) => record.subarray(record.indexOf(TAB) + 1));
  return names.filter((name, at) => at === 0 || !name.equals(names[at - 1] ?? EMPTY));
}

const TAB = 9;
const EMPTY = Buffer.alloc(0);

const MARKER = '^(<{7}|>{7}|\\|{7})( |$)';
/** What the arguments of a program may hold, with much to spare. */
const MOST_FILES = 200;

/** Of the files that have changed since the base in such a line, those in which there is one now. */
async function withMarkers(git: Git, base: string): Promise<Buffer[]> {
  const args = ['diff', ...SAFE_DIFF, '--no-renames', '--name-only', '-z', '--diff-filter=d', `-G${MARKER}`];
  const changed = recordsOf((await git.succeed([...args, '--end-of-options', base, '--'])).stdout);
  const found: Buffer[] = [];
  for (let at = 0; at < changed.length; at += MOST_FILES)
    found.push(...(await grepIn(git, changed.slice(at, at + MOST_FILES))));
  return found;
}

async function grepIn(git: Git, names: readonly Buffer[]): Promise<Buffer[]> {
  const args = ['grep', '-l', '-z', '-I', '-E', '--full-name', '-e', MARKER, '--', ...names.map(pathspecOf)];
  const { code, stdout, stderr } = await git.run(args);
  if (code > 1)
    throw new WorkRefused({ code: 'git-failed', command: 'grep', exit: code, words: stderr.trim() });
  return recordsOf(stdout);
}
