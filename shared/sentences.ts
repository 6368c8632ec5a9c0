/** Sentences made from facts, the same on every door. */

import type { Disagreement } from './conflict-words.ts';
import type { ChangeStat, DiffComment } from './diff.ts';
import type { Answer, AskerWait, Asking, Snooze } from './item-words.ts';
import { conflictReasonWords } from './reason-sentences.ts';
import type { ToolRefusal } from './words.ts';

/** An answer as text: the labels of the chosen options, then the words. */
export function saidWords(item: {
  readonly answer: Answer | null;
  readonly options: Asking['options'];
}): string {
  if (!item.answer) return '';
  const { options, text } = item.answer;
  const labels = options.map((id) => item.options.find((option) => option.id === id)?.label ?? id);
  return [labels.join(', '), text].filter((part) => part !== '').join(': ');
}

/** A name at the beginning of a sentence: "The agent". */
export const sentenceStart = (name: string): string => name.replace(/^./u, (letter) => letter.toUpperCase());

/** What becomes of an answer that comes when its asker no longer waits. True before that moment and after it. */
export function laterAnswerWords(after: AskerWait['after'], hasNextRun: boolean): string {
  if (after === 'terminal') return 'After that, only its terminal takes an answer.';
  return `An answer after that is kept until it asks again${hasNextRun ? ', or for its next run' : ''}.`;
}

/** Until when an item is out of the queue. */
export const snoozedWords = (snooze: Snooze | null): string =>
  snooze?.for == null
    ? `snoozed until ${snooze?.until?.slice(0, 16).replace('T', ' ')} UTC`
    : `snoozed until ${snooze.for} is done`;

/** A refused tool call: `Bash: npm test`. */
export const refusalWords = ({ tool, subject }: ToolRefusal): string =>
  subject === '' ? tool : `${tool}: ${subject}`;

/** An analysis came to another verdict than the operator; empty: none has. */
export const disagreementWords = (noted: Disagreement | null): string =>
  noted === null
    ? ''
    : `an analysis disagrees: ${noted.verdict}, ${conflictReasonWords(noted, noted.overlapping_files.length)}`;

/** `src/a.ts:12: Why?` */
export const commentWords = ({ file, side, line, words }: DiffComment): string =>
  `${file}:${line}${side === 'old' ? ' (before)' : ''}: ${words.trim()}`;

/** `3 files, +12 −4` */
export const statWords = ({ files, added, deleted }: ChangeStat): string =>
  `${files} ${files === 1 ? 'file' : 'files'}, +${added} −${deleted}`;
