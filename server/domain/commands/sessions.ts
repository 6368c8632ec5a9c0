/** Ends the unit of a session that a person has started outside of Signalbox, when the session is over. */
import type { Moment, WorkUnit } from '../../../shared/words.ts';
import { isUndelivered } from '../delivery.ts';
import { isPending, liveRun, type State } from '../state.ts';
import type { Decision } from './decision.ts';
import { report } from './reports.ts';
import { closeUnit } from './steering.ts';

const ENDED = 'The session has ended.';

/**
 * Finishes its unit. Where questions are kept, one with a question open stays, for whoever takes it over and asks the same.
 * One that has an answer which nobody has taken is closed, so that the history says so.
 */
export function endSession(
  state: State,
  work: WorkUnit,
  keepsQuestions: boolean,
  at: Moment,
  key: string,
): Decision {
  const { chunk } = work.unit;
  const isLive = liveRun(work) !== null;
  const isWaiting = work.items.some(isPending);
  const told = (what: 'failed' | 'finished') =>
    report(state, { chunk, what, all: what === 'finished', override: false, words: ENDED }, at, key);
  if (isWaiting && keepsQuestions) return isLive ? told('failed') : { changes: [] };
  if (isWaiting || work.items.some(isUndelivered))
    return closeUnit(state, { chunk, reason: ENDED, kill: isLive });
  return told('finished');
}
