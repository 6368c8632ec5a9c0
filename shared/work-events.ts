/** What can happen to the work of a unit. */
import type { DraftComment } from './diff.ts';
import type {
  MergeApproved,
  MergePlanned,
  SnapshotTaken,
  WorkEnd,
  WorktreeMade,
  WorktreePlanned,
} from './work-words.ts';

/** Of a unit's worktree, its snapshots and its merge. */
export type WorkChange =
  | { readonly type: 'worktree.planned'; readonly unit: number; readonly data: WorktreePlanned }
  | { readonly type: 'worktree.made'; readonly unit: number; readonly data: WorktreeMade }
  | { readonly type: 'worktree.ready'; readonly unit: number; readonly data: Record<string, never> }
  | { readonly type: 'worktree.pruned'; readonly unit: number; readonly data: { readonly ref: string } }
  /** What was kept of it is dropped for good. */
  | { readonly type: 'worktree.forgotten'; readonly unit: number; readonly data: Record<string, never> }
  | { readonly type: 'worktree.restored'; readonly unit: number; readonly data: Record<string, never> }
  | { readonly type: 'work.snapshot'; readonly unit: number; readonly data: SnapshotTaken }
  | { readonly type: 'comment.added'; readonly unit: number; readonly data: DraftComment }
  | { readonly type: 'comment.removed'; readonly unit: number; readonly data: { readonly id: string } }
  | { readonly type: 'merge.approved'; readonly unit: number; readonly data: MergeApproved }
  | { readonly type: 'merge.planned'; readonly unit: number; readonly data: MergePlanned }
  /** The base could not be moved; `why` is a code. */
  | {
      readonly type: 'merge.refused';
      readonly unit: number;
      readonly data: { readonly why: string; readonly files: readonly string[] };
    }
  /** Handed to its agent, to be put onto the base as it is now. */
  | { readonly type: 'merge.rebasing'; readonly unit: number; readonly data: Record<string, never> }
  | { readonly type: 'merge.ended'; readonly unit: number; readonly data: { readonly how: WorkEnd } };
