/** Finds what changed between two commits: from the merge base, or path by path. */
import type { ChangeStat } from '../../shared/diff.ts';
import { type ChangedPath, changedPathsIn, linesIn, statOf } from './diff-files.ts';
import { type Git, SAFE_DIFF } from './git.ts';

/** What work changed: merge-base(base, snapshot)..snapshot. */
export interface ChangeSet extends ChangeStat {
  /** As `mergeBaseOf`. */
  readonly from: string;
}

/** Throws `WorkRefused` git-failed. */
export async function changeSetOf(git: Git, base: string, snapshot: string): Promise<ChangeSet> {
  const from = await mergeBaseOf(git, base, snapshot);
  const args = ['diff-tree', '-r', ...SAFE_DIFF, '--numstat', '-z', '-M', '--end-of-options', from, snapshot];
  const { stdout } = await git.succeed(args);
  return { from, ...statOf(linesIn(stdout)) };
}

/** The empty tree where the two have no history in common. */
export async function mergeBaseOf(git: Git, base: string, snapshot: string): Promise<string> {
  const found = await git.run(['merge-base', '--end-of-options', base, snapshot]);
  if (found.code === 0) return found.stdout.toString().trim();
  return git.text(['hash-object', '-t', 'tree', '--stdin'], { stdin: '' });
}

/** A renamed file is two paths. Throws `WorkRefused` git-failed. */
export async function changedPaths(git: Git, from: string, to: string): Promise<ChangedPath[]> {
  const args = ['diff-tree', '-r', '--raw', '-z', '--no-renames', '--no-abbrev', ...SAFE_DIFF];
  return changedPathsIn((await git.succeed([...args, '--end-of-options', from, to])).stdout);
}
