/** Where a branch is checked out, and what its folder is in the middle of. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../../shared/work-problem.ts';
import { Git } from './git.ts';
import { listWorktrees, type Repository } from './repository.ts';
import { adminFolderOf, readQuietly } from './worktree-entry.ts';

export interface Folder {
  readonly path: string;
  /** Its index and its HEAD. */
  readonly gitDir: string;
}

export const gitAtFolder = ({ trusted }: Repository, { path, gitDir }: Folder): Git =>
  new Git({ cwd: path, gitDir, trusted });

/** For `env` of a git that writes files into his folder: git-lfs, where he has it, brings them, and no pointers. */
export const LIKE_THE_OPERATOR = { GIT_LFS_SKIP_SMUDGE: '0' };

export interface BranchHolder extends Folder {
  /** Null: nothing is in progress. */
  readonly operation: Operation | null;
}

/** The folders that a branch is checked out in, or that will return to it when their rebase or bisect ends. */
export async function holdersOf(repository: Repository, branch: string): Promise<BranchHolder[]> {
  const all = await foldersOf(repository);
  return all.flatMap(({ branch: current, ...folder }) =>
    current === branch || returnsTo(folder.gitDir, branch)
      ? [{ ...folder, operation: operationIn(folder.gitDir) }]
      : [],
  );
}

/** All worktrees of the repository, whoever made them, also those whose folder is gone. */
export async function foldersOf(
  repository: Repository,
): Promise<(Folder & { readonly branch: string | null })[]> {
  // The main worktree is the first. It has no entry of its own.
  return (await listWorktrees(repository)).flatMap(({ path, branch, bare }, at) => {
    const gitDir = at === 0 ? repository.commonDir : adminFolderOf(repository, path);
    if (bare || gitDir === null) return [];
    // Where the repository lies apart from its folder, the list has the repository in its place.
    return [{ path: gitDir === repository.gitDir ? repository.top : path, branch, gitDir }];
  });
}

/** HEAD is detached meanwhile. */
function returnsTo(gitDir: string, branch: string): boolean {
  const said = (name: string) => readQuietly(join(gitDir, name)).trim();
  const ref = `refs/heads/${branch}`;
  return (
    said('rebase-merge/head-name') === ref ||
    said('rebase-apply/head-name') === ref ||
    said('rebase-merge/update-refs').split('\n').includes(ref) ||
    said('BISECT_START') === branch
  );
}

const TRACES: readonly (readonly [Operation, string])[] = [
  ['rebase', 'rebase-merge'],
  ['rebase', 'rebase-apply'],
  ['merge', 'MERGE_HEAD'],
  ['cherry-pick', 'CHERRY_PICK_HEAD'],
  ['revert', 'REVERT_HEAD'],
  ['bisect', 'BISECT_LOG'],
];

export const operationIn = (gitDir: string): Operation | null =>
  TRACES.find(([, name]) => existsSync(join(gitDir, name)))?.[0] ?? null;
