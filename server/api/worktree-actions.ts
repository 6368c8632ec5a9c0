import type { Ignored } from '../../shared/work-words.ts';

/** What is done with the folders of worktrees. Each throws a `WorkRefused` where it cannot be done. */
export interface WorktreeActions {
  /** Changes nothing. */
  outlook(unit: number): Promise<PruneOutcome>;
  prune(unit: number): Promise<PruneOutcome>;
  restore(unit: number): Promise<void>;
  /** Returns the refs that it drops, or with `dry` would drop. */
  forget(unit: number, dry: boolean): Promise<readonly string[]>;
}

/** What a prune kept, or would keep, and the files that no snapshot holds. */
export interface PruneOutcome {
  readonly ref: string | null;
  readonly ignored: readonly Ignored[];
}
