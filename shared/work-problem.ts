/** Why work in a worktree cannot be prepared, kept or merged: codes and fields. `work-problem-sentences.ts` makes the sentence. */

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

/** What git is in the middle of in a folder. */
export type Operation = 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect';

export type MoveRefusal =
  /** The base is neither at `old` nor has it `new`, or its folder has another branch now: plan the merge anew. */
  | 'base-moved'
  /** Checked out in a folder that is gone. */
  | 'folder-missing'
  | 'checked-out-twice'
  | 'operation-in-progress'
  /** Some git is at work in the folder, or has left its lock. */
  | 'index-locked'
  | 'files-in-the-way'
  /** Another merge was interrupted, and is to be repaired first: `repairMerge`. */
  | 'unrepaired'
  | 'git-refused';

/** Why the base could not be moved. */
export interface MoveProblem {
  readonly refused: MoveRefusal;
  /** Where the base is checked out; null: nowhere, or it does not matter. */
  readonly folder: string | null;
  /** As text for people, from the top of the folder. */
  readonly files: readonly string[];
  /** What git said; '' where it was not asked. */
  readonly words: string;
  /** With `operation-in-progress`. */
  readonly operation: Operation | null;
}

/** What keeps a unit in a worktree from going on. */
export type WorkTrouble =
  | WorkProblem
  | ({ readonly code: 'not-moved'; readonly branch: string } & MoveProblem)
  | { readonly code: 'branch-gone'; readonly branch: string }
  /** `words`: the message of an error that is none of the above. */
  | { readonly code: 'unexpected'; readonly words: string };
