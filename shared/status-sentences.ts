/** Why a unit has its status, in words. */
import { answerWordsOf } from './daemon-question-sentences.ts';
import type { Item } from './item-words.ts';
import { closingWords, holdWords, limitWords } from './reason-sentences.ts';
import type { Overridden, StatusReason } from './reason-words.ts';
import { snoozedWords } from './sentences.ts';

/** A part of a sentence; empty: the status alone says it. `items`: those of the unit. */
export function statusReasonWords(reason: StatusReason | null, items: readonly Item[]): string {
  switch (reason?.code) {
    case undefined:
      return '';
    case 'closed':
      return closingWords(reason.closing);
    case 'asks':
      return reason.count > 1 ? `${reason.count} open items` : reason.kind;
    case 'held':
      return `held: ${holdWords(reason.hold)}`;
    case 'held-after-phase':
      return `held after this phase: ${holdWords(reason.hold)}`;
    case 'depends':
      return `waits for ${reason.on.join(', ')}`;
    case 'retry':
      return `tries again at ${reason.due.slice(11, 19)} UTC`;
    case 'snoozed':
      return snoozedWords(reason.snooze);
    case 'waits-snoozed':
      return `waiting for you, ${snoozedWords(reason.snooze)}`;
    case 'answer-out':
      return `going out: ${saidIn(items, reason.item)}`;
    case 'waits-answer-out':
      return 'the answer is going out';
    case 'agent-not-trusted':
      return `the agent ${reason.agent} is not trusted: signalbox trust`;
    case 'unknown-executor':
      return `there is no executor ${reason.executor}: signalbox executors`;
    case 'day-budget':
      return `the budget of the day is spent: waits for your answer about ${reason.chunk}`;
    case 'comes-after':
      return `comes after ${reason.chunks.join(', ')}: not both at work`;
    case 'rival-at-work':
      return `${reason.chunks.join(', ')} is at work: not both at the same time`;
    case 'merging':
      return 'being merged';
    case 'preparing':
      return 'preparing its worktree';
    case 'killing':
      return 'being killed';
    case 'stopping':
      return `being stopped: ${limitWords(reason.limit)}`;
    case 'says':
      return lineOf(reason.text);
    case 'earlier':
      return reason.text;
  }
}

function saidIn(items: readonly Item[], id: string): string {
  const item = items.find((each) => each.id === id);
  return item ? answerWordsOf(item) : '';
}

/** A row has room for a line. */
function lineOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 120)} …` : line;
}

/** What was overridden, to stand after "although". */
export const overriddenWords = ({ status, why }: Overridden, items: readonly Item[]): string =>
  statusReasonWords(why, items) || status.toLowerCase().replace('_', ' ');
