/** Restores a worktree from what was kept of it. */
import { existsSync } from 'node:fs';
import { Git } from './git.ts';
import { keptHeadRef, keptRef } from './keep.ts';
import { WorkRefused } from './refused.ts';
import { gitIn, listWorktrees, type Repository, refOf } from './repository.ts';
import {
  type AddOptions,
  checkOut,
  clearPlace,
  type OpenWorktree,
  openWorktree,
  reasonOf,
  type UnitName,
} from './worktree.ts';
import { inTurn } from './writer.ts';

export interface RestoreOptions extends UnitName, AddOptions {
  readonly branch: string;
  readonly path: string;
}

/**
 * Brings back the folder as it was kept, on its branch, with what was uncommitted uncommitted. Where the branch went
 * elsewhere meanwhile, or the agent had left it, HEAD is detached on the commit that it was on. Throws `WorkRefused`:
 * not-kept, path-taken, branch-in-use.
 */
export function restoreWorktree(repository: Repository, options: RestoreOptions): Promise<OpenWorktree> {
  return inTurn(repository, async () => {
    const { id, path } = options;
    const entry = (await listWorktrees(repository)).find((each) => each.path === path);
    // Unlocked where it was killed right before its end; agents work in what is locked.
    const isWhole = entry && (entry.locked === reasonOf(id) || entry.locked === null);
    if (!isWhole) await bringBack(repository, options, entry !== undefined);
    const git = gitIn(repository);
    if (entry?.locked === reasonOf(id)) return openWorktree(repository, path);
    if (!isWhole) await git.succeed(['worktree', 'unlock', path]);
    await git.succeed(['worktree', 'lock', '--reason', reasonOf(id), path]);
    return openWorktree(repository, path);
  });
}

async function bringBack(repository: Repository, options: RestoreOptions, isBegun: boolean): Promise<void> {
  const { branch, path } = options;
  const git = gitIn(repository);
  const ref = keptRef(repository, options);
  const kept = await refOf(git, ref);
  if (kept === null) throw new WorkRefused({ code: 'not-kept', ref });
  const head = (await refOf(git, keptHeadRef(repository, options))) ?? kept;
  if (isBegun) await clearPlace(repository, path);
  else if (existsSync(path)) throw new WorkRefused({ code: 'path-taken', path });
  const tip = await refOf(git, `refs/heads/${branch}`);
  const onBranch = tip === null || tip === head;
  await checkOut(
    repository,
    { branch: onBranch ? branch : null, commit: head, path },
    `${reasonOf(options.id)} again`,
    options,
  );
  await fill(repository, path, kept, head);
}

/** Files as kept; the index as HEAD. In a folder of ours, in which nothing runs yet. */
async function fill(repository: Repository, path: string, kept: string, head: string): Promise<void> {
  if (kept === head) return;
  const { gitDir } = openWorktree(repository, path);
  const git = new Git({ cwd: path, gitDir, trusted: repository.trusted });
  await git.succeed(['read-tree', '-m', '-u', head, kept], { ms: 300_000 });
  await git.succeed(['read-tree', head]);
}
