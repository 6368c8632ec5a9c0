/**
 * A unit's own folder, what it changed there, and how that comes back.
 *
 * | word       | meaning                                                                           |
 * |------------|-----------------------------------------------------------------------------------|
 * | worktree   | the folder of a unit: a git worktree of the project's repository, outside the project |
 * | base       | the branch that the work returns to, and the commit at which it began             |
 * | snapshot   | a commit of all that is in a worktree, made without touching its index or branch  |
 * | change set | what a snapshot changed since its merge base with the base                        |
 * | merge      | the base moves to a commit that has the change set                                |
 */
import type { ChangeStat, DraftComment } from './diff.ts';
import type { Moment } from './words.ts';

/** The run that makes a new worktree ready; what becomes of the work after the last phase; between the two, on a moved base. */
export const SETUP = 'SETUP';
export const MERGE = 'MERGE';
export const REBASE = 'REBASE';

export const MERGE_MODES = ['review', 'auto', 'leave'] as const;
/** review: the operator is asked; auto: merged where it is clean, else asked; leave: the branch stays as it is. */
export type MergeMode = (typeof MERGE_MODES)[number];
/** merge: a commit of base and work; squash: one commit on the base; rebase: the work itself, which stands on the base. */
export const MERGE_STRATEGIES = ['merge', 'squash', 'rebase'] as const;
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

/** How units work in worktrees, as the project's `signalbox.json` says. Counts once the operator trusts it. */
export interface WorkSettings {
  /** The branch that work returns to; null: the one that the project is on. */
  readonly base: string | null;
  /** Globs of files that git ignores, relative to the project, to be copied or linked into each worktree. */
  readonly copy: readonly string[];
  readonly link: readonly string[];
  /** A shell command that makes a new worktree ready, and how many seconds it may take. */
  readonly setup: string | null;
  readonly setup_limit: number;
  readonly merge: MergeMode;
  readonly strategy: MergeStrategy;
}

export const WORK_DEFAULTS: WorkSettings = {
  base: null,
  copy: [],
  link: [],
  setup: null,
  setup_limit: 600,
  merge: 'review',
  strategy: 'merge',
};

/** Where a unit is to work. */
export interface WorktreePlanned {
  readonly branch: string;
  /** Null: there is no branch to return to, so the work is left on its own. */
  readonly base: string | null;
  readonly base_commit: string;
  /** Absolute. */
  readonly path: string;
}

/** How far a worktree is that is being made. ignored: what git ignores is copied. */
export type WorktreeProgress =
  | { readonly code: 'waiting' | 'ignored' }
  | { readonly code: 'files'; readonly percent: number };

/** Names of what we brought into a worktree, relative to its top and written as `ChangedFile.file`: no results of an agent. */
export interface WorktreeMade {
  readonly copied: readonly string[];
  readonly linked: readonly string[];
  /** What is to run in it before the first phase; `limit` in seconds. */
  readonly setup: { readonly command: string; readonly limit: number } | null;
  /** What the repository has, and only a setup can bring. */
  readonly not_brought: readonly NotBrought[];
}

/** submodules: their folders are empty; lfs: their files are pointers. */
export const NOT_BROUGHT = ['submodules', 'lfs'] as const;
export type NotBrought = (typeof NOT_BROUGHT)[number];

export interface SnapshotTaken extends ChangeStat {
  readonly commit: string;
  /** The commit, or tree, that the change set is counted from. */
  readonly from: string;
  /** Repositories inside the worktree, and files that git could not take: in no snapshot. */
  readonly nested: readonly string[];
  readonly unsaved: readonly string[];
}

/** A merge that is about to move the base from `old` to `new`. */
export interface MergePlanned {
  readonly old: string;
  readonly new: string;
  readonly snapshot: string;
  readonly strategy: MergeStrategy;
}

export interface MergeApproved {
  readonly snapshot: string;
  /** Null: as the project says. */
  readonly strategy: MergeStrategy | null;
}

/** What became of a change set. left: on its branch; discarded: kept under a ref. */
export type WorkEnd = 'merged' | 'left' | 'discarded';

/** What is known of a unit's worktree. */
export interface UnitWork extends WorktreePlanned, WorktreeMade {
  /** When its folder was there, and when its first phase could begin; null: not yet. */
  readonly made_at: Moment | null;
  readonly ready_at: Moment | null;
  readonly snapshot: (SnapshotTaken & { readonly at: Moment }) | null;
  /** What the operator said about its lines, to go along when the work is sent back. */
  readonly comments: readonly DraftComment[];
  readonly approved: MergeApproved | null;
  readonly merge: MergePlanned | null;
  /** Its agent is to put the work onto the base as it is now. */
  readonly rebasing: boolean;
  readonly end: { readonly how: WorkEnd; readonly at: Moment } | null;
  /** When its folder was removed, and the ref under which its last snapshot is kept since. */
  readonly pruned_at: Moment | null;
  readonly kept: string | null;
}

export interface Ignored {
  /** As `FileName.file`; a folder ends with `/`. */
  readonly name: string;
  readonly bytes: number;
}
