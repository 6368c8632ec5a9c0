import type { UnitSpec } from '../../shared/words.ts';
import { circleThrough, circleWords } from '../circle.ts';
import { conflict, invalid } from '../refusal.ts';
import { findWork, isDone, isOpen, liveRun, type State } from '../state.ts';
import { type Giving, give } from './answers.ts';
import { type Decision, workOf } from './decision.ts';

/** Adds units, all or none. A unit that exists with equal facts is left as it is. */
export function addUnits(state: State, specs: readonly UnitSpec[]): Decision {
  const named = new Map<string, UnitSpec>();
  for (const spec of specs) {
    const there = findWork(state, spec.chunk)?.unit.spec ?? named.get(spec.chunk);
    if (!there) named.set(spec.chunk, spec);
    else if (!sameFacts(there, spec))
      throw conflict(`${spec.chunk}: a unit of this name exists with other facts. Choose another name.`);
  }
  const fresh = [...named.values()];
  const circle = circleThrough(state, fresh);
  if (circle) throw invalid('after', `${circleWords(circle)} would wait for itself. Leave one of these out.`);
  const first = state.works.length;
  return {
    changes: fresh.map((data, nth) => ({ type: 'unit.added', unit: first + nth, data })),
    made: { chunks: specs.map(({ chunk }) => chunk) },
  };
}

const sameFacts = (a: UnitSpec, b: UnitSpec): boolean =>
  JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

const canonical = (spec: UnitSpec): unknown => [
  spec.title,
  spec.goal,
  spec.steps.map(({ phase, command }) => [phase, command]),
  [...spec.after].sort(),
  [...spec.env].sort(),
  spec.priority,
];

/** Closes a unit: it counts as DONE, for the reason given. */
export function closeUnit(state: State, input: { chunk: string; reason: string }): Decision {
  const work = workOf(state, input.chunk);
  if (isDone(work)) throw conflict(`${input.chunk} is done already.`);
  const run = liveRun(work);
  if (run) throw conflict(`${input.chunk} has a live run (${run.number}). Wait until it ends.`);
  return { changes: [{ type: 'unit.closed', unit: work.unit.id, data: { reason: input.reason } }] };
}

/** Tries a stuck unit again: the same as answering its item with "try again". */
export function retryUnit(state: State, input: { chunk: string } & Giving): Decision {
  const work = workOf(state, input.chunk);
  const stuck = work.items.find((item) => item.kind === 'stuck' && isOpen(item));
  if (!stuck) throw conflict(`${input.chunk} is not stuck: there is nothing to try again.`);
  return give(work, stuck, { options: ['retry'], text: '' }, input);
}
