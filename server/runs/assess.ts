/** Finds out whether what a unit changed can be merged now. */
import type { WorkUnit } from '../../shared/words.ts';
import type { SnapshotTaken, UnitWork } from '../../shared/work-words.ts';
import { newId } from '../system/new-id.ts';
import { summariseChanges } from '../work/change-summary.ts';
import { rebaseState } from '../work/rebase-state.ts';
import type { Repository } from '../work/repository.ts';
import { openWorktree } from '../work/worktree.ts';
import { reviewFacts } from './review-facts.ts';

/** What a unit in its last step has, and where. */
export interface Merging {
  readonly work: WorkUnit;
  readonly facts: UnitWork & { readonly base: string };
  readonly repository: Repository;
  readonly snapshot: SnapshotTaken;
  /** Where the base is now. */
  readonly base: string;
}

/** Whether the work merges as it is now, and what a person is asked about it. */
export async function assess({ work, repository, facts, snapshot, base }: Merging) {
  const changes = await summariseChanges(repository, { base, snapshot: snapshot.commit });
  const rebase = await rebaseState(repository, openWorktree(repository, facts.path), base);
  const isBroken = rebase.in_progress || rebase.unmerged.length > 0 || rebase.markers.length > 0;
  const conflicts = !changes.merge.clean || isBroken;
  const shown = await reviewFacts({ repository, snapshot, changes, rebase });
  const { id: unit } = work.unit;
  const finding = { unit, snapshot: snapshot.commit, changes: shown, conflicts, key: newId() };
  return { tree: changes.merge.tree, conflicts, finding };
}
