import type { Asking } from '../../shared/item-words.ts';
import { statWords } from '../../shared/sentences.ts';
import type { SnapshotTaken } from '../../shared/work-words.ts';
import type { ChangeSummary } from '../work/change-summary.ts';
import { type ConflictHunks, conflictHunks } from '../work/conflict-hunks.ts';
import type { MergeTry } from '../work/merge-tree.ts';
import type { RebaseState } from '../work/rebase-state.ts';
import type { Repository } from '../work/repository.ts';
import { conflictLines } from './conflict-lines.ts';

const MOST_COMMITS = 20;
const MOST_FILES = 20;

export interface Reviewed {
  readonly repository: Repository;
  /** The branch that the work returns to. */
  readonly branch: string;
  readonly snapshot: SnapshotTaken;
  readonly changes: ChangeSummary;
  readonly rebase: RebaseState;
}

/** What a person has to know to decide about a change set, as parts of an item. */
export async function reviewContext(reviewed: Reviewed): Promise<Asking['context']> {
  const { repository, branch, snapshot, changes, rebase } = reviewed;
  const hunks = await hunksOf(repository, changes.merge);
  const parts = [
    { label: 'Changes', text: `${statWords(snapshot)}\n${baseLine(branch, changes)}` },
    { label: 'Commits', text: commitLines(changes) },
    { label: 'Conflicts', text: hunks.map(fileLine).join('\n') },
    { label: 'Unfinished rebase', text: rebaseLines(rebase) },
    {
      label: 'Conflicting lines',
      text: conflictLines(hunks, { ours: branch, theirs: 'this unit' }),
    },
    {
      label: 'In no commit',
      text: [...snapshot.nested, ...snapshot.unsaved].slice(0, MOST_FILES).join('\n'),
    },
  ];
  return parts.filter(({ text }) => text !== '');
}

const hunksOf = async (repository: Repository, merge: MergeTry): Promise<readonly ConflictHunks[]> =>
  merge.clean ? [] : conflictHunks(repository, merge.tree, merge.files);

function commitLines({ commits, commits_in_all }: ChangeSummary): string {
  const shown = commits.slice(0, MOST_COMMITS).map(({ short, subject }) => `${short} ${subject}`);
  const more = commits_in_all - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

const baseLine = (branch: string, { base_moved }: ChangeSummary): string =>
  base_moved === 0
    ? `${branch} has not moved since.`
    : `${branch} has moved by ${base_moved} ${base_moved === 1 ? 'commit' : 'commits'} since.`;

const KINDS = {
  'both-changed': 'both changed it',
  'both-added': 'both added it',
  'deleted-by-ours': 'the base deleted it',
  'deleted-by-theirs': 'the unit deleted it',
  other: 'a rename, or a folder in its place',
} as const;

function fileLine({ path, kind, hunks }: ConflictHunks): string {
  const sections = [...new Set(hunks.map(({ section }) => section).filter((section) => section !== ''))];
  return [`${path}: ${KINDS[kind]}`, ...sections.map((section) => `  in ${section}`)].join('\n');
}

function rebaseLines({ in_progress, unmerged, markers }: RebaseState): string {
  const files = (said: string, all: RebaseState['markers']) =>
    all.slice(0, MOST_FILES).map(({ path }) => `${path}: ${said}`);
  return [
    ...(in_progress ? ['a rebase is in progress in the worktree'] : []),
    ...files('unmerged', unmerged),
    ...files('holds conflict markers', markers),
  ].join('\n');
}
