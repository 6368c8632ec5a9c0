/** Runs on other machines: an executor takes one, and one carrier claims it. */
import type { RunCarrier } from '../../../shared/executor-words.ts';
import type { Run } from '../../../shared/words.ts';
import { conflict } from '../refusal.ts';
import { liveRun, type State } from '../state.ts';
import type { Decision } from './decision.ts';

/** A run by its unit and number. */
export interface RunRef {
  readonly unit: number;
  readonly run: number;
}

/** The executor has taken a run, and calls it `job`. */
export function submitted(state: State, input: RunRef & { job: string }): Decision {
  const run = liveOf(state, input);
  const data = { number: run.number, job: input.job };
  return { changes: [{ type: 'run.submitted', unit: input.unit, data }] };
}

/**
 * Grants a run to the first carrier that asks for it, and to no other; its own repeat succeeds. One that is to be killed
 * is granted to nobody.
 */
export function claimRun(state: State, input: RunRef & { carrier: RunCarrier; token: string }): Decision {
  const run = liveOf(state, input);
  const { carrier, token } = input;
  if (run.carrier) {
    refuseOther(run, carrier.id);
    if (run.token !== token) throw conflict('claimed', 'This carrier has claimed it with another token.');
    return { changes: [] };
  }
  if (run.kill) throw conflict('run-ending', `Run ${run.number} is being killed.`);
  const data = { number: run.number, carrier, token };
  return { changes: [{ type: 'run.claimed', unit: input.unit, data }] };
}

/** The run that this carrier carries. Throws a `Refusal` where it has ended, or another one does. */
export function carriedRun(state: State, input: RunRef & { carrier: string }): Run {
  const run = liveOf(state, input);
  refuseOther(run, input.carrier);
  return run;
}

function liveOf(state: State, { unit, run: number }: RunRef): Run {
  const work = state.works.get(unit);
  const run = work && liveRun(work);
  if (run?.number !== number) throw conflict('run-ended', `Run ${number} has ended.`);
  return run;
}

function refuseOther({ number, carrier }: Run, id: string): void {
  if (carrier?.id !== id) throw conflict('claimed', `Run ${number} is carried by another carrier.`);
}
