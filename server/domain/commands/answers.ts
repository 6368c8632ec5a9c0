import { answerWordsOf } from '../../../shared/daemon-question-sentences.ts';
import { termsOf } from '../../../shared/daemon-questions.ts';
import type { Change } from '../../../shared/events.ts';
import { type Answer, askingKey, type Item } from '../../../shared/item-words.ts';
import { withdrawalWords } from '../../../shared/reason-sentences.ts';

import type { Moment, WorkUnit } from '../../../shared/words.ts';
import { itemOf, workOf } from '../lookup.ts';
import { conflict, invalid, type Refusal, type RefusalCode } from '../refusal.ts';
import { findItem, isGoingOut, isOpen, isReleased, type State } from '../state.ts';
import { wordsWithComments } from './comments.ts';
import type { Decision, ItemRef } from './decision.ts';

/** How an answer is given: when it goes out (`at` = now: at once), and under which key. */
export interface Giving {
  readonly at: Moment;
  readonly release_due: Moment;
  readonly key: string | null;
}

export interface AnswerInput extends Answer {
  readonly chunk: string;
  readonly item: string | null;
  readonly version: number | null;
  /** Items that ask the same, of any unit, with the versions that the operator saw: they get the same answer. */
  readonly also?: readonly { readonly item: string; readonly version: number }[] | undefined;
}

/** Answers the item and the version that the operator saw. */
export function answer(state: State, input: AnswerInput, giving: Giving): Decision<ItemRef> {
  const work = workOf(state, input.chunk);
  const open = work.items.filter(isOpen);
  if (input.item === null && open.length === 0)
    throw conflict('nothing-open', `${input.chunk} asks nothing now.`);
  if (input.item === null || input.version === null)
    throw conflict(
      'no-version',
      'Say which item and which version this answers; here is what is open.',
      open,
    );
  const item = itemOf(work, input.item);
  if (!isOpen(item)) throw endedRefusal(item);
  if (item.version !== input.version)
    throw conflict('stale', 'The question has changed since you saw it. Read it again, then answer.', [item]);
  const given = checked(item, withComments(work, item, input));
  const decision = give(work, item, given, giving);
  return { ...decision, changes: [...decision.changes, ...giveToEqual(state, item, given, input, giving)] };
}

/** What has ended or changed since the operator looked, or is not the same question, is left open. */
function giveToEqual(
  state: State,
  item: Item,
  given: Answer,
  { also = [] }: Pick<AnswerInput, 'also'>,
  giving: Giving,
): readonly Change[] {
  const ids = new Map(also.map((each) => [each.item, each.version]));
  ids.delete(item.id);
  return [...ids].flatMap(([id, version]) => {
    const found = findItem(state, id);
    if (!found || !isOpen(found.item) || found.item.version !== version) return [];
    if (found.item.about || item.about || askingKey(found.item) !== askingKey(item)) return [];
    return give(found.work, found.item, given, { ...giving, key: null }).changes;
  });
}

export function give(
  work: WorkUnit,
  item: Item,
  answer: Answer,
  { at, release_due, key }: Giving,
): Decision<ItemRef> {
  const unit = work.unit.id;
  const changes: Change[] = [
    { type: 'item.answered', unit, data: { id: item.id, answer, release_due, key } },
  ];
  if (release_due <= at) changes.push({ type: 'item.released', unit, data: { id: item.id } });
  return { changes, result: { item: item.id } };
}

/** What was said about lines goes along when the work is sent back. */
function withComments({ unit }: WorkUnit, item: Item, answer: Answer): Answer {
  const isSentBack = item.about?.code === 'merge-review' && answer.options.includes('send-back');
  if (!isSentBack || !unit.work) return answer;
  return { ...answer, text: wordsWithComments(answer.text, unit.work.comments) };
}

/** The answer, if the item allows it. Words alone on a stuck item are guidance for another try. */
function checked(item: Item, { options, text }: Answer): Answer {
  const { offered, multiple, allows_text } = termsOf(item);
  const unknown = options.find((id) => !offered.includes(id));
  if (unknown !== undefined)
    throw invalid(
      'option',
      `"${unknown}" is not offered. Choose from: ${offered.join(', ')}.`,
      'not-offered',
    );
  if (options.length > 1 && !multiple) throw invalid('option', 'Choose one option only.');
  if (text !== '' && !allows_text) throw invalid('text', 'Choose an option; this item takes no words.');
  if (text === '' && options.length === 0)
    throw allows_text
      ? invalid('text', 'Write an answer first.')
      : invalid('option', 'Choose an option first.');
  if (item.kind === 'stuck' && options.length === 0) return { options: [offered[0] ?? 'retry'], text };
  if (item.kind === 'conflict' && options.length === 0) throw invalid('option', 'Choose one.');
  if (item.kind === 'review' && options.length === 0) throw invalid('option', 'Approve it, or send it back.');
  if (options.includes('send-back') && item.kind === 'review' && text === '')
    throw invalid('text', 'Say what is missing.');
  return { options, text };
}

/** An item that has ended: withdrawn, or answered by somebody before. */
export function endedRefusal(item: Item): Refusal {
  const message = item.withdrawal
    ? `This was withdrawn: ${withdrawalWords(item)}.`
    : `Already answered by ${item.answer?.by} (${item.answer?.via}): ${answerWordsOf(item)}`;
  return conflict(endedCode(item), message, [item]);
}

export const endedCode = (item: Item): RefusalCode => (item.withdrawal ? 'withdrawn' : 'answered');

const nothingGoingOut = (item: Item): Refusal =>
  conflict('not-answered', 'There is no answer going out to take back.', [item]);

/** Why the answer to an item cannot be taken back (any more); null: it can. */
export function undoRefusal(item: Item): Refusal | null {
  if (isReleased(item)) return conflict('already-sent', 'Already sent: it cannot be taken back.', [item]);
  return isGoingOut(item) ? null : nothingGoingOut(item);
}

/** Takes back an answer that is still going out. */
export function undo(
  state: State,
  input: { chunk: string; item: string; version: number },
): Decision<ItemRef> {
  const work = workOf(state, input.chunk);
  const item = itemOf(work, input.item);
  const late = undoRefusal(item);
  if (late !== null) throw late;
  if (item.version !== input.version) throw nothingGoingOut(item);
  return {
    changes: [
      { type: 'item.reopened', unit: work.unit.id, data: { id: item.id, spends: item.answer?.key ?? null } },
    ],
    result: { item: item.id },
  };
}
