/**
 * What the daemon itself asks the operator, as codes and fields; `daemon-question-sentences.ts` makes the words. Agents
 * and people ask in words of their own (`Asking`).
 */
import type { ConflictReason, Judgement } from './conflict-words.ts';
import type { ChangeStat } from './diff.ts';
import type { AnyQuestion, Asking, ItemCode, ItemKind } from './item-words.ts';
import type { Outcome, ToolRefusal, WorkStuckCode } from './words.ts';
import type { WorkTrouble } from './work-problem.ts';

export type DaemonQuestion =
  /** May the phase of the item count as finished? `lines`: the last ones that its run printed. */
  | { readonly code: 'phase-review'; readonly lines: string }
  /** The run of the item has ended badly. */
  | {
      readonly code: 'run-ended';
      readonly outcome: Outcome;
      readonly refused: readonly ToolRefusal[];
      readonly lines: string;
    }
  | { readonly code: 'run-late'; readonly seconds: number }
  | { readonly code: WorkStuckCode; readonly trouble: WorkTrouble }
  | { readonly code: 'rivals'; readonly chunk: string; readonly rivals: readonly Rival[] }
  | ({ readonly code: 'merge-review' | 'merge-conflict' } & MergeQuestion)
  /** From a database of an earlier version, which kept the words that it had shown. */
  | {
      readonly code: WorkStuckCode | 'merge-review' | 'merge-conflict';
      readonly shown: Pick<Asking, 'prompt' | 'context' | 'options'>;
    };

/** A unit that may be in the way, and what was found about the two. */
export interface Rival extends ConflictReason {
  readonly unit: number;
  readonly chunk: string;
  readonly confidence: number;
  /** Names of files and symbols to show, and of how many files these are some. */
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  readonly file_count: number;
  /** Those that stand against each other; '' where nobody knows them. */
  readonly lines: string;
}

/** What a person has to know to decide about a change set, as of a moment. */
export interface MergeQuestion {
  readonly chunk: string;
  /** The base. */
  readonly branch: string;
  /** Whether it does not merge without a person's or an agent's help. */
  readonly conflicts: boolean;
  /** Whether its agent can put it onto the base as it is now. A command cannot. */
  readonly has_agent: boolean;
  readonly changes: ChangeFacts;
}

export interface ChangeFacts {
  readonly stat: ChangeStat;
  /** By how many commits the base has moved since. */
  readonly base_moved: number;
  /** The newest first: some, of so many. */
  readonly commits: readonly { readonly short: string; readonly subject: string }[];
  readonly commit_count: number;
  readonly conflicts: readonly ConflictFacts[];
  readonly rebase: {
    readonly in_progress: boolean;
    /** Files with conflicts of a rebase, and files that hold conflict markers. */
    readonly unmerged: readonly string[];
    readonly markers: readonly string[];
  };
  /** Files and repositories that no commit holds. */
  readonly unsaved: readonly string[];
}

/** A file that both sides changed. `other`: renamed on one side, or a file on one side and a folder on the other. */
export interface ConflictFacts {
  readonly path: string;
  readonly kind: ConflictKind;
  readonly hunks: readonly {
    readonly line: number;
    /** The head of the function or chapter around it; '' where there is none. */
    readonly section: string;
    readonly lines: readonly { readonly kind: MergedLineKind; readonly text: string }[];
  }[];
}
export type ConflictKind = 'both-changed' | 'both-added' | 'deleted-by-ours' | 'deleted-by-theirs' | 'other';
export type MergedLineKind = 'context' | 'marker' | 'ours' | 'theirs';

/** How an item can be answered: with the ids of what is offered, or with words. */
export interface AnswerTerms {
  readonly offered: readonly string[];
  readonly multiple: boolean;
  readonly allows_text: boolean;
}

export function termsOf(asked: AnyQuestion): AnswerTerms {
  if (asked.about === undefined) {
    const { options, multiple, allows_text } = asked;
    return { offered: options.map(({ id }) => id), multiple, allows_text };
  }
  const { about } = asked;
  const isChoice = about.code === 'run-late' || about.code === 'rivals' || about.code === 'merge-conflict';
  return { offered: offeredBy(about), multiple: false, allows_text: !isChoice };
}

/** The answer to a stuck item that has the next run read its answers from its file. */
export const BY_FILE = 'by-file';

function offeredBy(about: DaemonQuestion): readonly string[] {
  if ('shown' in about) return about.shown.options.map(({ id }) => id);
  switch (about.code) {
    case 'phase-review':
      return ['approve', 'send-back'];
    case 'run-ended':
      return isTooLong(about.outcome) ? [BY_FILE, 'retry', 'close'] : ['retry', 'close'];
    case 'run-late':
      return ['wait'];
    case 'worktree':
    case 'snapshot':
      return ['retry', 'close'];
    case 'merge':
      return ['retry', 'leave', 'close'];
    case 'rivals':
      return ['serialize', 'parallelize'];
    case 'merge-review':
      return [...(about.conflicts ? rebaseIn(about) : ['approve']), 'send-back', 'leave', 'discard'];
    case 'merge-conflict':
      return ['retry', ...rebaseIn(about), 'leave'];
  }
}

const rebaseIn = ({ has_agent }: MergeQuestion): string[] => (has_agent ? ['rebase'] : []);

const isTooLong = (outcome: Outcome): boolean =>
  outcome.exit === 'never-began' && outcome.code === 'answers-too-long';

/** Why it is asked, where something can be done about it beside trying again, or it is about a merge. */
export function codeOf({ about }: AnyQuestion): ItemCode | null {
  if (about === undefined) return null;
  switch (about.code) {
    case 'phase-review':
    case 'run-late':
    case 'rivals':
      return null;
    case 'run-ended':
      return isTooLong(about.outcome) ? 'answers-too-long' : null;
    default:
      return about.code;
  }
}

export const kindOf = ({ code }: DaemonQuestion): ItemKind =>
  code === 'phase-review' || code === 'merge-review'
    ? 'review'
    : code === 'rivals' || code === 'merge-conflict'
      ? 'conflict'
      : 'stuck';

const MOST_NAMES = 20;

/** What an item shows of a finding: no more names than a person reads. */
export const rivalOf = (
  unit: { readonly id: number; readonly chunk: string },
  finding: Judgement,
): Rival => ({
  unit: unit.id,
  chunk: unit.chunk,
  code: finding.code,
  text: finding.text,
  confidence: finding.confidence,
  files: finding.overlapping_files.slice(0, MOST_NAMES),
  symbols: finding.overlapping_symbols.slice(0, MOST_NAMES),
  file_count: finding.overlapping_files.length,
  lines: finding.overlapping_lines,
});
