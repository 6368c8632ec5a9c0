import type { ChangeFacts, ConflictFacts } from '../../shared/daemon-questions.ts';
import type { SnapshotTaken } from '../../shared/work-words.ts';
import type { ChangeSummary } from '../work/change-summary.ts';
import { type ConflictHunks, conflictHunks } from '../work/conflict-hunks.ts';
import type { RebaseState } from '../work/rebase-state.ts';
import type { Repository } from '../work/repository.ts';

const MOST_COMMITS = 20;
const MOST_FILES = 20;

export interface Reviewed {
  readonly repository: Repository;
  readonly snapshot: SnapshotTaken;
  readonly changes: ChangeSummary;
  readonly rebase: RebaseState;
}

/** What a person has to know to decide about a change set, no more of it than is shown. */
export async function reviewFacts(reviewed: Reviewed): Promise<ChangeFacts> {
  const { repository, snapshot, changes, rebase } = reviewed;
  const { merge, commits, commits_in_all, base_moved } = changes;
  const { files, added, deleted, nested, unsaved } = snapshot;
  const hunks = merge.clean ? [] : await conflictHunks(repository, merge.tree, merge.files);
  return {
    stat: { files, added, deleted },
    base_moved,
    commits: commits.slice(0, MOST_COMMITS).map(({ short, subject }) => ({ short, subject })),
    commit_count: commits_in_all,
    conflicts: hunks.map(conflictFacts),
    rebase: {
      in_progress: rebase.in_progress,
      unmerged: pathsIn(rebase.unmerged),
      markers: pathsIn(rebase.markers),
    },
    unsaved: [...nested, ...unsaved].slice(0, MOST_FILES),
  };
}

const pathsIn = (files: RebaseState['markers']): string[] =>
  files.slice(0, MOST_FILES).map(({ path }) => path);

const conflictFacts = ({ path, kind, hunks }: ConflictHunks): ConflictFacts => ({
  path,
  kind,
  hunks: hunks.map(({ line, section, lines }) => ({ line, section, lines })),
});
