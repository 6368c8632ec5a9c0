/** Ends the unit of a session that a person has started outside of Signalbox, when the session is over. */
import type { Change } from '../../../shared/events.ts';
import type { Moment, WorkUnit } from '../../../shared/words.ts';
import { isUndelivered } from '../delivery.ts';
import { isPending, liveRun, type State } from '../state.ts';
import type { Decision } from './decision.ts';
import { mootItems } from './kill.ts';
import { report } from './reports.ts';

/**
 * Finishes its unit. Where questions are kept, one with a question or an answer that nobody has taken stays, for whoever takes it
 * over and asks the same; else it is closed, so that the history says so.
 */
export function endSession(
  state: State,
  work: WorkUnit,
  keepsQuestions: boolean,
  at: Moment,
  key: string,
): Decision {
  const { chunk } = work.unit;
  const isLive = liveRun(work) !== undefined;
  const told = (what: 'failed' | 'finished') =>
    report(state, { chunk, what, all: what === 'finished', override: false, words: '' }, at, key);
  if (!isOwed(work)) return told('finished');
  if (!keepsQuestions) return { changes: closed(work) };
  return isLive ? told('failed') : { changes: [] };
}

/** It has a question that is open, or an answer that nobody has taken. */
export const isOwed = ({ items }: WorkUnit): boolean =>
  items.some((item) => isPending(item) || isUndelivered(item));

function closed(work: WorkUnit): Change[] {
  const { id: unit } = work.unit;
  const run = liveRun(work);
  const ended: Change[] = run
    ? [
        {
          type: 'run.ended',
          unit,
          data: { number: run.number, outcome: { exit: 'reported', success: false } },
        },
      ]
    : [];
  return [
    ...ended,
    ...mootItems(work),
    { type: 'unit.closed', unit, data: { code: 'session-ended', text: '' } },
  ];
}
