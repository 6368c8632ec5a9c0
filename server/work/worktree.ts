/** The folder of a unit: planned, made and found again. Each step looks before it acts, so it may be killed anywhere. */
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Git } from './git.ts';
import { WorkRefused } from './refused.ts';
import { type Base, gitIn, listWorktrees, type Repository, refOf, type Worktree } from './repository.ts';
import { putAside } from './trash.ts';
import { adminFolderOf, completeEntries, dropRemains, readQuietly } from './worktree-entry.ts';
import { inTurn } from './writer.ts';

export interface UnitName {
  readonly id: number;
  readonly chunk: string;
}

/** What is kept of a worktree before it is made. */
export interface WorktreePlan extends UnitName {
  /** Without `refs/heads/`. */
  readonly branch: string;
  /** Where the branch begins. */
  readonly commit: string;
  readonly path: string;
}

/** A worktree that is there. */
export interface OpenWorktree {
  readonly path: string;
  /** Its own part of the repository. The file `.git` in the folder says so, too, but an agent can write it. */
  readonly gitDir: string;
}

/** `work`: the folder for all worktrees of the project. Throws branch-in-use where `signalbox` is itself a branch. */
export async function planWorktree(
  repository: Repository,
  work: string,
  unit: UnitName,
  base: Base,
): Promise<WorktreePlan> {
  const { id, chunk } = unit;
  const git = gitIn(repository);
  if ((await refOf(git, 'refs/heads/signalbox')) !== null)
    throw new WorkRefused({ code: 'branch-in-use', branch: 'signalbox', path: repository.top });
  const path = join(work, `${id}-${chunk}`);
  for (let more = 0; ; more += 1) {
    const branch = `signalbox/${chunk}${more === 0 ? '' : `-${id}`}${more > 1 ? `-${more}` : ''}`;
    if ((await refOf(git, `refs/heads/${branch}`)) === null)
      return { id, chunk, branch, commit: base.commit, path };
  }
}

export const reasonOf = (id: number): string => `signalbox ${id}`;

const ADD_MS = 900_000;

export interface AddOptions {
  /** 0 to 100, while files are written. */
  readonly onProgress?: (percent: number) => void;
}

/**
 * Makes the worktree of a unit in which no run has begun. What an add that was killed has left is put aside; the
 * branch is kept. Throws `WorkRefused`: path-taken, branch-in-use, git-failed.
 */
export function addWorktree(repository: Repository, plan: WorktreePlan, options: AddOptions = {}) {
  return inTurn(repository, async (): Promise<OpenWorktree> => {
    completeEntries(repository, plan.path);
    const entries = await listWorktrees(repository);
    const entry = entries.find(({ path }) => path === plan.path);
    if (entry && (await isWhole(repository, entry, plan))) return openWorktree(repository, plan.path);
    refuseTaken(plan, entry, entries);
    await clearPlace(repository, plan.path);
    await checkOut(repository, plan, reasonOf(plan.id), options);
    return openWorktree(repository, plan.path);
  });
}

async function isWhole(repository: Repository, entry: Worktree, plan: WorktreePlan): Promise<boolean> {
  const gitDir = adminFolderOf(repository, plan.path);
  if (entry.branch !== plan.branch || !gitDir || !existsSync(join(plan.path, '.git'))) return false;
  if (!existsSync(join(gitDir, 'index')) || existsSync(join(gitDir, 'index.lock'))) return false;
  const git = new Git({ cwd: plan.path, gitDir, trusted: repository.trusted });
  const args = ['status', '--porcelain', '-z', '--untracked-files=no', '--ignore-submodules=dirty'];
  const { code, stdout } = await git.run(args);
  return code === 0 && stdout.length === 0;
}

function refuseTaken(plan: WorktreePlan, entry: Worktree | undefined, entries: readonly Worktree[]): void {
  const holder = entries.find(({ branch, path }) => branch === plan.branch && path !== plan.path);
  if (holder) throw new WorkRefused({ code: 'branch-in-use', branch: plan.branch, path: holder.path });
  const isOurs = entry ? isLockedFor(entry, plan.id) : isEmptyOrAbsent(plan.path);
  if (!isOurs) throw new WorkRefused({ code: 'path-taken', path: plan.path });
}

/** A killed add leaves the reason that git itself gives while it works. */
const isLockedFor = ({ locked }: Worktree, id: number): boolean =>
  locked === 'initializing' || locked === reasonOf(id) || (locked ?? '').startsWith(`${reasonOf(id)} `);

function isEmptyOrAbsent(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined || (stat.isDirectory() && readdirSync(path).length === 0);
}

/** Puts the folder aside and drops its entry; nothing is deleted but what git knows of it. Within a turn. */
export async function clearPlace(repository: Repository, path: string): Promise<string | null> {
  const aside = putAside(path);
  if (adminFolderOf(repository, path))
    await gitIn(repository).succeed(['worktree', 'remove', '-f', '-f', path]);
  dropRemains(repository, path);
  return aside;
}

/** Within a turn, in a place that is clear. */
export async function checkOut(
  repository: Repository,
  { branch, commit, path }: Pick<WorktreePlan, 'commit' | 'path'> & { readonly branch: string | null },
  reason: string,
  { onProgress }: AddOptions = {},
): Promise<void> {
  const git = gitIn(repository);
  const start =
    branch === null ? ['--detach', path, commit] : await startOn(repository, branch, commit, path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await git.succeed(['worktree', 'add', '--lock', '--reason', reason, ...start], {
    config: ['checkout.workers=2', 'checkout.guess=false'],
    ms: ADD_MS,
    env: { GIT_PROGRESS_DELAY: '0' },
    ...(onProgress && { onProgress: percentTo(onProgress) }),
  });
}

/** A branch that is there already was made by an add that was killed, where it is still at its begin. */
async function startOn(
  repository: Repository,
  branch: string,
  commit: string,
  path: string,
): Promise<string[]> {
  const ref = `refs/heads/${branch}`;
  dropRefLock(repository, ref);
  const tip = await refOf(gitIn(repository), ref);
  if (tip === null) return ['--no-track', '-b', branch, path, commit];
  if (tip === commit) return [path, branch];
  throw new WorkRefused({ code: 'branch-in-use', branch, path: repository.top });
}

/** `Updating files:  37% (3700/10000)` */
const percentTo = (onProgress: (percent: number) => void) => (line: string) => {
  const [, percent] = /^Updating files: +(\d+)%/.exec(line) ?? [];
  if (percent !== undefined) onProgress(Number(percent));
};

/**
 * Git that was killed leaves the lock of a ref, and nobody could ever write it again. For refs that only we write,
 * and within a turn, so that no git of ours lives.
 */
export function dropRefLock({ commonDir }: Repository, ref: string): void {
  rmSync(join(commonDir, `${ref}.lock`), { force: true });
}

/** Throws `WorkRefused`: no-worktree; project-moved where the folder leads to a repository that is gone. */
export function openWorktree(repository: Repository, path: string): OpenWorktree {
  const gitDir = adminFolderOf(repository, path);
  if (!gitDir || !existsSync(path)) throw new WorkRefused({ code: 'no-worktree', path });
  const was = ledTo(path);
  if (was !== null && !existsSync(was)) throw new WorkRefused({ code: 'project-moved', path, was });
  return { path, gitDir };
}

function ledTo(path: string): string | null {
  const [, target] = /^gitdir: (.+)\n?$/s.exec(readQuietly(join(path, '.git'))) ?? [];
  return target === undefined ? null : resolve(path, target.replace(/\n$/, ''));
}
