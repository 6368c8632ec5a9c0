/** How facts read that only the page of a unit and its history say. */
import type { Cell } from './board.ts';
import type { ConflictVerdict } from './conflict-words.ts';
import type { ItemLine } from './detail.ts';
import type { WorktreeProgress } from './work-words.ts';
import { MERGE, REBASE, SETUP } from './work-words.ts';

/** Which phase of how many; null where there is one alone, and in steps that no plan names: SETUP, REBASE, MERGE. */
export const phaseCount = ({ phase, finished, phases }: Pick<Cell, 'phase' | 'finished' | 'phases'>) =>
  phases > 1 && ![SETUP, REBASE, MERGE].includes(phase)
    ? { at: Math.min(finished + 1, phases), of: phases }
    : null;

/** The delivery state of an answer, to be shown after it; empty: nothing to deliver. */
export function deliveryWords({
  delivery,
  given_to,
  delivered_to,
}: Pick<ItemLine, 'delivery' | 'given_to' | 'delivered_to'>): string {
  switch (delivery) {
    case null:
      return '';
    case 'undelivered':
      return 'not yet delivered';
    case 'given':
      return `not yet delivered: given to run ${given_to}`;
    case 'delivered':
      return delivered_to ? `delivered to run ${delivered_to}` : 'delivered';
    case 'never':
      return 'never delivered';
  }
}

/** What a verdict on two units means. */
export const verdictWords = (verdict: ConflictVerdict): string =>
  ({
    INDEPENDENT: 'may be at work at the same time',
    SERIALIZE: 'never at work at the same time',
    ASK_OPERATOR: 'may be in each other’s way',
  })[verdict];

/** What became of a change set. */
export const END_WORDS = { merged: 'merged', left: 'left as a branch', discarded: 'discarded' } as const;

/** How far a worktree is that is being made. */
export function progressWords(progress: WorktreeProgress): string {
  if (progress.code === 'files') return `files: ${progress.percent} %`;
  return progress.code === 'waiting' ? 'waiting for its turn in the repository' : 'copying what git ignores';
}
