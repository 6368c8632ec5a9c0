import type { Outcome } from './words.ts';

/** Whether a run did what was asked of it. */
export const isWell = (outcome: Outcome): boolean =>
  (outcome.exit === 'exited' && outcome.code === 0) || (outcome.exit === 'reported' && outcome.success);
