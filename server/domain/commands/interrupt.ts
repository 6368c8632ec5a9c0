import type { Change } from '../../../shared/events.ts';
import { workOf } from '../lookup.ts';
import { conflict } from '../refusal.ts';
import { liveRun, type State } from '../state.ts';
import type { Decision } from './decision.ts';

export interface InterruptInput {
  readonly chunk: string;
  readonly text: string;
  /** The run that is meant; null: the live one, whichever it is. */
  readonly run: number | null;
}

/** Says something to a live run: it finds the words in its answers file, and is told by its agent's signal. */
export function interruptRun(state: State, { chunk, text, run: wanted }: InterruptInput): Decision {
  const work = workOf(state, chunk);
  if (work.unit.spec.external)
    throw conflict('external', `${chunk} is done elsewhere: tell those who do it.`);
  const run = liveRun(work);
  if (!run) throw conflict('no-live-run', `${chunk} has no live run that could be told.`);
  if (wanted !== null && wanted !== run.number)
    throw conflict('run-ended', `Run ${wanted} of ${chunk} has ended; run ${run.number} is live.`);
  if (run.kill) throw conflict('run-ending', `Run ${run.number} of ${chunk} is being killed.`);
  const data = { number: run.number, text };
  return { changes: [{ type: 'run.interrupted', unit: work.unit.id, data }] };
}

/** Records that a run has been told its first `count` messages. */
export function runTold(state: State, input: { unit: number; run: number; count: number }): Decision {
  const work = state.works.get(input.unit);
  const run = work && liveRun(work);
  if (run?.number !== input.run || run.told >= input.count) return { changes: [] };
  const told: Change = {
    type: 'run.told',
    unit: input.unit,
    data: { number: input.run, count: input.count },
  };
  return { changes: [told] };
}
