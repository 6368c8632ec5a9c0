/** What the operator says about lines of a change set: kept as a draft until the work is sent back. */
import type { DiffComment, DraftComment } from '../../../shared/diff.ts';
import { commentWords } from '../../../shared/sentences.ts';
import { workOf } from '../lookup.ts';
import { conflict, invalid } from '../refusal.ts';
import type { State } from '../state.ts';
import type { Decision, ItemRef } from './decision.ts';

const MOST_COMMENTS = 200;

/** Adds a comment to the draft. `id` is its name. */
export function addComment(
  state: State,
  input: { chunk: string; id: string } & DiffComment,
): Decision<ItemRef> {
  const { chunk, ...data } = input;
  const { id: unit, work } = workOf(state, chunk).unit;
  if (!work?.snapshot) throw conflict('no-changes', `Nothing is known yet of what ${chunk} has changed.`);
  if (work.end)
    throw conflict('not-merging', `${chunk} has been ${work.end.how}: nobody would read a comment.`);
  if (work.comments.length >= MOST_COMMENTS)
    throw conflict(
      'too-many',
      `There are ${MOST_COMMENTS} comments. Send the work back before you write more.`,
    );
  if (data.words.trim() === '') throw invalid('words', 'Write a comment first.');
  return { changes: [{ type: 'comment.added', unit, data }], result: { item: data.id } };
}

/** Removing what is not there changes nothing. */
export function removeComment(state: State, { chunk, id }: { chunk: string; id: string }): Decision {
  const { id: unit, work } = workOf(state, chunk).unit;
  const isThere = work?.comments.some((comment) => comment.id === id) === true;
  return { changes: isThere ? [{ type: 'comment.removed', unit, data: { id } }] : [] };
}

/** The words with which work is sent back: the operator's, then each comment with its place. */
export const wordsWithComments = (text: string, comments: readonly DraftComment[]): string =>
  [text, ...comments.map(commentWords)].filter((part) => part !== '').join('\n\n');
