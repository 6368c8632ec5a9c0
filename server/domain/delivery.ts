/** How answers and messages reach the waiting asker, or a run. */
import { BY_FILE } from '../../shared/daemon-questions.ts';
import type { Change } from '../../shared/events.ts';
import { isWell } from '../../shared/is-well.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Message, WorkUnit } from '../../shared/words.ts';
import { isPending, isReleased } from './state.ts';

/** Asked by an agent, or by somebody at a terminal: not a review, a stuck unit or a conflict. */
export const isAsked = ({ kind }: Pick<Item, 'kind'>): boolean => kind === 'question' || kind === 'decision';

/**
 * Whether somebody is to use what was answered. A bare "approve", "retry" or "serialize" takes effect by itself, and
 * the words with which a unit is closed are its reason.
 */
export function hasReceiver(item: Item): boolean {
  if (item.answer === null) return false;
  if (isAsked(item)) return true;
  const { options, text } = item.answer;
  if (item.kind === 'conflict' || (item.kind === 'stuck' && options.includes('close'))) return false;
  return text !== '' || options.includes(BY_FILE);
}

/** Sent, but not confirmed as used. */
export const isUndelivered = (item: Item): boolean =>
  isReleased(item) && item.delivery === null && hasReceiver(item);

/** A starting run gets every answer that no run has used yet. */
export const givenTo = (work: WorkUnit, run: number): Change[] =>
  work.items
    .filter(isUndelivered)
    .map((item) => ({ type: 'item.given', unit: work.unit.id, data: { id: item.id, run } }));

/** A run that succeeded has used its answers. One that failed, vanished or never began has used none. */
export const usedBy = (work: WorkUnit, run: number): Change[] =>
  work.items
    .filter((item) => isUndelivered(item) && item.answer?.given_to === run)
    .map((item) => ({ type: 'item.delivered', unit: work.unit.id, data: { id: item.id, run } }));

/** What was said to runs before this one while they were at work, and that none has heard that ended well. */
export function unheard({ runs }: Pick<WorkUnit, 'runs'>, before: number): readonly Message[] {
  const earlier = runs.filter(({ number }) => number < before);
  const well = earlier.findLast(({ outcome }) => outcome !== null && isWell(outcome));
  return earlier
    .filter(({ number }) => number >= (well?.number ?? 0))
    .flatMap((run) => (run === well ? run.messages.slice(run.told) : run.messages));
}

/** Why a phase is not finished although its run ended well. */
export interface Unfinished {
  readonly code: 'open-items' | 'undelivered-answers';
  readonly items: readonly Item[];
}

/**
 * Whether something keeps a phase from being finished, now that run `ended` has ended well (null: by somebody's
 * word, not by a run). Further reasons belong here: everybody who finishes a phase asks.
 */
export function whyUnfinished({ items }: WorkUnit, ended: number | null): Unfinished | null {
  const open = items.filter((item) => isPending(item) && item.kind !== 'stuck');
  if (open.length > 0) return { code: 'open-items', items: open };
  const left = items.filter(
    (item) => isAsked(item) && isUndelivered(item) && (ended === null || item.answer?.given_to !== ended),
  );
  return left.length > 0 ? { code: 'undelivered-answers', items: left } : null;
}
