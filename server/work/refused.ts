/** Why work in a worktree cannot be prepared, kept or merged: a code and fields. Sentences are made from them last. */
export type WorkProblem =
  | { readonly code: 'git-missing' }
  | { readonly code: 'git-too-old'; readonly found: string; readonly needed: string }
  /** `words`: what git said on stderr. `command`: its subcommand. */
  | { readonly code: 'git-failed'; readonly command: string; readonly exit: number; readonly words: string }
  | { readonly code: 'git-timeout'; readonly command: string; readonly ms: number }
  | { readonly code: 'git-killed'; readonly command: string; readonly signal: string }
  | { readonly code: 'git-output'; readonly command: string; readonly bytes: number }
  | { readonly code: 'no-folder'; readonly folder: string }
  | { readonly code: 'no-repository'; readonly folder: string; readonly words: string }
  | { readonly code: 'no-commit'; readonly folder: string }
  | { readonly code: 'bare'; readonly folder: string }
  | { readonly code: 'base-unknown'; readonly base: string }
  | { readonly code: 'branch-in-use'; readonly branch: string; readonly path: string }
  | { readonly code: 'path-taken'; readonly path: string }
  | { readonly code: 'project-moved'; readonly path: string; readonly was: string }
  | { readonly code: 'no-worktree'; readonly path: string }
  /** Another process writes to the repository and does not end. */
  | { readonly code: 'repository-busy'; readonly folder: string; readonly pid: number | null }
  | { readonly code: 'process-inside'; readonly path: string; readonly pids: readonly number[] }
  /** A git of somebody else works in the folder. */
  | { readonly code: 'git-running'; readonly path: string; readonly pids: readonly number[] }
  | { readonly code: 'process-unknown'; readonly path: string }
  | { readonly code: 'nested-repositories'; readonly path: string; readonly nested: readonly string[] }
  | { readonly code: 'not-saved'; readonly path: string; readonly files: readonly string[] }
  | { readonly code: 'not-kept'; readonly ref: string }
  /** The branch is elsewhere than the merge was planned from; `now` is null where it is gone. */
  | {
      readonly code: 'base-moved';
      readonly branch: string;
      readonly old: string;
      readonly now: string | null;
    }
  /** A merge by rebase, but the work does not stand on the base. */
  | { readonly code: 'not-on-base'; readonly base: string; readonly snapshot: string };

export type WorkCode = WorkProblem['code'];

/** Thrown by everything in this room for what is not a mistake of ours. */
export class WorkRefused extends Error {
  readonly problem: WorkProblem;
  constructor(problem: WorkProblem) {
    super(`${problem.code} ${JSON.stringify(problem)}`);
    this.name = 'WorkRefused';
    this.problem = problem;
  }
  get code(): WorkCode {
    return this.problem.code;
  }
}
