/** The repository that a project folder stands in, and its worktrees. Nothing here writes. */
import { realpath } from 'node:fs/promises';
import { hashOfProject } from '../../shared/state-paths.ts';
import { Git } from './git.ts';
import { requireGit } from './git-version.ts';
import { WorkRefused } from './refused.ts';

/** All paths are absolute and real. */
export interface Repository {
  readonly project: string;
  /** The folder that is checked out, of which the project is the whole or a part. */
  readonly top: string;
  /** From `top` to the project: '' or `packages/api/`. */
  readonly prefix: string;
  /** Shared by all worktrees: objects, refs, configuration. */
  readonly commonDir: string;
  /** Of `top`: its index and its HEAD. */
  readonly gitDir: string;
  readonly head: string;
  /** Without `refs/heads/`; null where HEAD is detached. */
  readonly branch: string | null;
  readonly trusted: boolean;
  /** Before the names of our refs: units of several projects in one repository have the same numbers. */
  readonly refs: string;
}

/** Throws `WorkRefused`: git-missing, git-too-old, no-folder, no-repository, bare, no-commit. */
export async function findRepository(project: string, { trusted = false } = {}): Promise<Repository> {
  await requireGit(project);
  const git = new Git({ cwd: project, trusted });
  const { code, stdout, stderr } = await git.run(['rev-parse', '--is-inside-work-tree']);
  const words = stderr.trim();
  if (code !== 0) throw new WorkRefused({ code: 'no-repository', folder: project, words });
  // Inside `.git`, or `core.bare` is set.
  if (stdout.toString().trim() !== 'true') throw new WorkRefused({ code: 'bare', folder: project });
  const [folder, top, prefix, commonDir, gitDir, head, branch] = await Promise.all([
    realpath(project),
    git.text(['rev-parse', '--show-toplevel']),
    git.text(['rev-parse', '--show-prefix']),
    git.text(['rev-parse', '--path-format=absolute', '--git-common-dir']),
    git.text(['rev-parse', '--absolute-git-dir']),
    commitOf(git, 'HEAD'),
    currentBranch(git),
  ]);
  await refuseOtherTop(project, top, gitDir);
  if (head === null) throw new WorkRefused({ code: 'no-commit', folder: project });
  const refs = `refs/signalbox/${hashOfProject(folder)}`;
  return { project: folder, top, prefix, commonDir, gitDir, head, branch, trusted, refs };
}

/** `core.worktree` may name any folder of the machine; it is taken only where the search from there ends here, too. */
async function refuseOtherTop(project: string, top: string, gitDir: string): Promise<void> {
  const { stdout, stderr } = await new Git({ cwd: top }).run(['rev-parse', '--absolute-git-dir']);
  if (stdout.toString().replace(/\n$/, '') === gitDir) return;
  throw new WorkRefused({ code: 'no-repository', folder: project, words: stderr.trim() });
}

/** For one operation on the folder that the operator works in. */
export const gitIn = ({ top, gitDir, trusted }: Repository): Git => new Git({ cwd: top, gitDir, trusted });

/** The full id of the commit that a name stands for; null where there is none. */
export async function commitOf(git: Git, name: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const { code, stdout } = await git.run(args);
  return code === 0 ? stdout.toString().trim() : null;
}

/** What names stand for, in one call: `HEAD^{tree}`, `refs/x^{commit}`, `<id>^`; null where there is nothing. */
export async function idsOf(git: Git, names: readonly string[]): Promise<(string | null)[]> {
  const stdin = names.map((name) => `${name}\n`).join('');
  const lines = (await git.text(['cat-file', '--batch-check=%(objectname)'], { stdin })).split('\n');
  return names.map((_, at) => (/^[0-9a-f]{40,64}$/.test(lines[at] ?? '') ? (lines[at] ?? null) : null));
}

/** What a full name of a ref holds: `refs/heads/main`. Null where there is none. */
export async function refOf(git: Git, ref: string): Promise<string | null> {
  const { code, stdout } = await git.run(['show-ref', '--verify', '--hash', '--', ref]);
  return code === 0 ? stdout.toString().trim() : null;
}

/** Whether the history of one commit has the other. Throws `WorkRefused` git-failed where either is unknown. */
export async function contains(git: Git, commit: string, ancestor: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', '--end-of-options', ancestor, commit];
  const { code, stderr } = await git.run(args);
  if (code <= 1) return code === 0;
  throw new WorkRefused({ code: 'git-failed', command: 'merge-base', exit: code, words: stderr.trim() });
}

async function currentBranch(git: Git): Promise<string | null> {
  const { code, stdout } = await git.run(['symbolic-ref', '--quiet', 'HEAD']);
  return code === 0 ? branchIn(stdout.toString().trim()) : null;
}

const branchIn = (ref: string): string => ref.replace(/^refs\/heads\//, '');

export interface Base {
  /** Null: work returns to no branch; it is left. */
  readonly branch: string | null;
  readonly commit: string;
}

/** The branch that work returns to: the one named, else the one that the project is on. Throws base-unknown. */
export async function baseOf(repository: Repository, named: string | null = null): Promise<Base> {
  if (named === null) return { branch: repository.branch, commit: repository.head };
  const git = gitIn(repository);
  const commit = await refOf(git, `refs/heads/${named}`);
  if (commit !== null) return { branch: named, commit };
  // A tag, a remote branch or a commit is something to begin at, but nothing to return to.
  const other = await commitOf(git, named);
  if (other === null) throw new WorkRefused({ code: 'base-unknown', base: named });
  return { branch: null, commit: other };
}

/** An entry of the list of worktrees. The folder may have gone. */
export interface Worktree {
  readonly path: string;
  readonly head: string | null;
  readonly branch: string | null;
  readonly bare: boolean;
  /** Why it is locked: '' where no reason was given; null where it is not. */
  readonly locked: string | null;
}

export async function listWorktrees(repository: Repository): Promise<Worktree[]> {
  const { stdout } = await gitIn(repository).succeed(['worktree', 'list', '--porcelain', '-z']);
  return worktreesIn(stdout.toString());
}

/** Records end with an empty line; each line ends with NUL. */
export function worktreesIn(said: string): Worktree[] {
  return said.split('\0\0').flatMap((record) => {
    const lines = record.split('\0').filter((line) => line !== '');
    const fieldOf = (key: string): string | null => {
      const line = lines.find((each) => each === key || each.startsWith(`${key} `));
      return line === undefined ? null : line.slice(key.length + 1);
    };
    const path = fieldOf('worktree');
    const branch = fieldOf('branch');
    if (path === null) return [];
    return [
      {
        path,
        head: fieldOf('HEAD'),
        branch: branch === null ? null : branchIn(branch),
        bare: fieldOf('bare') !== null,
        locked: fieldOf('locked'),
      },
    ];
  });
}
