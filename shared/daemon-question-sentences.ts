/** The words of an item: those of its asker, or, of what the daemon asks, made from its codes and fields. */

import { budgetOptions, budgetPrompt } from './budget-sentences.ts';
import {
  BY_FILE,
  type ChangeFacts,
  type ConflictFacts,
  type DaemonQuestion,
  isAboutBudget,
  type MergeQuestion,
  type Rival,
  termsOf,
} from './daemon-questions.ts';
import type { AnyQuestion, Asking, Item, ItemOption } from './item-words.ts';
import { ruleWords } from './policy-sentences.ts';
import { ALLOW_UNIT, type NewRule } from './policy-words.ts';
import { conflictReasonWords, outcomeWords } from './reason-sentences.ts';
import { refusalWords, saidWords, statWords } from './sentences.ts';
import { troubleWords } from './work-problem-sentences.ts';

/** Of which phase and run an item is. */
interface Where {
  readonly phase: string;
  readonly run: number;
}
type Context = Asking['context'];

/** What an item says. */
export function askingOf(item: AnyQuestion & Where): Asking {
  const { multiple, allows_text, offered } = termsOf(item);
  if (item.about === undefined) {
    const { prompt, context, offers } = item;
    const options = item.options.map((option) => (offers ? withRule(option, offers) : option));
    return { prompt, context, options, multiple, allows_text };
  }
  const { about } = item;
  if ('shown' in about) return { ...about.shown, multiple, allows_text };
  const words = isAboutBudget(about) ? budgetOptions(about) : (OPTIONS_OF[about.code] ?? OPTIONS);
  const options = offered.map((id) => ({ id, ...words[id] })) as ItemOption[];
  const context = contextOf(about).filter(({ text }) => text !== '');
  return { prompt: promptOf(about, item), context, options, multiple, allows_text };
}

/** The choice that the daemon adds to what an agent offers. */
const withRule = (option: ItemOption, rule: NewRule): ItemOption =>
  option.id === ALLOW_UNIT
    ? {
        id: ALLOW_UNIT,
        label: 'Allow for this unit',
        description: `${ruleWords({ ...rule, agents: [] }).slice(0, 300)} is not asked again in this unit.`,
      }
    : option;

/** The answer to an item as text; empty: it has none. */
export const answerWordsOf = (item: Item): string =>
  saidWords({ answer: item.answer, options: askingOf(item).options });

type Words = Omit<ItemOption, 'id'>;

const OPTIONS: Readonly<Record<string, Words>> = {
  retry: { label: 'Try again', description: 'Runs the same phase again, with the text that you add.' },
  close: { label: 'Count as done', description: 'The unit is closed; the text that you add is the reason.' },
  [BY_FILE]: {
    label: 'Hand your answers over in a file',
    description: 'The agent is told where the file is; nothing is cut.',
  },
  wait: { label: 'Let it go on', description: 'You will not be asked again about this run.' },
  serialize: {
    label: 'One after the other',
    description: 'Never both at work; the one under way goes first.',
  },
  parallelize: { label: 'Side by side', description: 'They may be at work at the same time.' },
  approve: { label: 'Approve', description: 'The next phase may start.' },
  'send-back': {
    label: 'Send back',
    description: 'Runs the same phase again, with the text that you add.',
  },
  leave: {
    label: 'Leave as a branch',
    description: 'Nothing is merged; the branch keeps the work, and the unit is done.',
  },
  rebase: {
    label: 'Hand to the agent',
    description: 'Its agent puts the work onto the base as it is now; you are asked again.',
  },
  discard: {
    label: 'Discard',
    description: 'Nothing is merged, and the unit is done. The work stays kept under a ref.',
  },
};

const SAME_AGAIN: Readonly<Record<string, Words>> = {
  ...OPTIONS,
  retry: { label: 'Try again', description: 'The same once more.' },
};
/** Where an option does something else than usual. */
const OPTIONS_OF: { readonly [Code in DaemonQuestion['code']]?: Readonly<Record<string, Words>> } = {
  worktree: SAME_AGAIN,
  snapshot: SAME_AGAIN,
  merge: SAME_AGAIN,
  'merge-review': {
    ...OPTIONS,
    approve: { label: 'Merge', description: 'The base gets these changes.' },
    'send-back': {
      label: 'Send back',
      description: 'The agent goes on in the same worktree, with your words.',
    },
  },
  'merge-conflict': {
    ...OPTIONS,
    retry: {
      label: 'Try again',
      description: 'After you have changed the base or the worktree yourself.',
    },
  },
};

type Known = Exclude<DaemonQuestion, { shown: unknown }>;

function promptOf(about: Known, { phase, run }: Where): string {
  switch (about.code) {
    case 'phase-review':
      return `${phase} is finished. Do you agree?`;
    case 'run-ended':
      return `Run ${run} ${outcomeWords(about.outcome)}. What now?`;
    case 'run-late':
      return `Run ${run} has been at work for more than ${about.seconds} s. What now?`;
    case 'worktree':
      return 'The worktree could not be made. What now?';
    case 'snapshot':
      return 'What is in the worktree could not be kept. What now?';
    case 'merge':
      return 'The work could not be merged. What now?';
    case 'budget':
    case 'day-budget':
      return budgetPrompt(about);
    case 'rivals':
      return `${about.chunk} may be in the way of ${namesOf(about.rivals)}. May they be at work at the same time?`;
    case 'merge-review':
      return about.conflicts
        ? `${about.chunk} is finished, but does not merge into ${about.branch} as it is.`
        : `${about.chunk} is finished. Merge it into ${about.branch}?`;
    case 'merge-conflict':
      return `${about.chunk} does not merge into ${about.branch}: ${whyNotMerged(about)}.`;
  }
}

const namesOf = (rivals: readonly Rival[]): string => rivals.map(({ chunk }) => chunk).join(', ');

const whyNotMerged = ({ conflicts }: MergeQuestion): string =>
  conflicts ? 'both changed the same lines' : 'it is to be rebased, and does not stand on it';

function contextOf(about: Known): Context {
  switch (about.code) {
    case 'phase-review':
      return [{ label: 'Last lines', text: about.lines }];
    case 'run-ended':
      return [
        { label: 'Refused', text: about.refused.map(refusalWords).join('\n') },
        { label: 'Last lines', text: about.lines },
      ];
    case 'budget':
    case 'day-budget':
    case 'run-late':
      return [];
    case 'worktree':
    case 'snapshot':
    case 'merge':
      return [{ label: 'Git', text: troubleWords(about.trouble) }];
    case 'rivals':
      return about.rivals.flatMap((rival) => [
        { label: rival.chunk, text: findingWords(rival) },
        { label: `Conflicting lines, ${rival.chunk}`, text: rival.lines },
      ]);
    case 'merge-review':
    case 'merge-conflict':
      return changeContext(about);
  }
}

function findingWords({ confidence, files, symbols, file_count, ...reason }: Rival): string {
  const why = `${conflictReasonWords(reason, file_count)} (confidence ${confidence.toFixed(2)})`;
  return [why, ...files, ...symbols.map((symbol) => `in ${symbol}`)].join('\n');
}

function changeContext({ branch, changes }: MergeQuestion): Context {
  const { stat, conflicts, rebase, unsaved } = changes;
  const hunks = conflicts.map((file) => hunkText(file, branch)).filter((text) => text !== '');
  return [
    { label: 'Changes', text: `${statWords(stat)}\n${baseLine(branch, changes)}` },
    { label: 'Commits', text: commitLines(changes) },
    { label: 'Conflicts', text: conflicts.map(fileLine).join('\n') },
    { label: 'Unfinished rebase', text: rebaseLines(rebase) },
    { label: 'Conflicting lines', text: hunks.join('\n\n') },
    { label: 'In no commit', text: unsaved.join('\n') },
  ];
}

function commitLines({ commits, commit_count }: ChangeFacts): string {
  const shown = commits.map(({ short, subject }) => `${short} ${subject}`);
  const more = commit_count - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

const baseLine = (branch: string, { base_moved }: ChangeFacts): string =>
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

function fileLine({ path, kind, hunks }: ConflictFacts): string {
  const sections = [...new Set(hunks.map(({ section }) => section).filter((section) => section !== ''))];
  return [`${path}: ${KINDS[kind]}`, ...sections.map((section) => `  in ${section}`)].join('\n');
}

type Hunk = ConflictFacts['hunks'][number];

const hunkText = ({ path, hunks }: ConflictFacts, branch: string): string =>
  hunks
    .map(({ line, lines }) => [`${path}:${line}`, ...lines.map((each) => lineText(each, branch))].join('\n'))
    .join('\n\n');

/** Git names the commits; a person knows the base and the unit. */
function lineText({ kind, text }: Hunk['lines'][number], branch: string): string {
  if (kind !== 'marker') return text;
  if (text.startsWith('<')) return `<<<<<<< ${branch}`;
  return text.startsWith('>') ? '>>>>>>> this unit' : text;
}

function rebaseLines({ in_progress, unmerged, markers }: ChangeFacts['rebase']): string {
  return [
    ...(in_progress ? ['a rebase is in progress in the worktree'] : []),
    ...unmerged.map((path) => `${path}: unmerged`),
    ...markers.map((path) => `${path}: holds conflict markers`),
  ].join('\n');
}
