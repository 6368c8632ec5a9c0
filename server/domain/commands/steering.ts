import { termsOf } from '../../../shared/daemon-questions.ts';
import type { UnitEdit } from '../../../shared/events.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import { cycleThrough, cycleWords } from '../cycle.ts';
import { workOf } from '../lookup.ts';
import { conflict, invalid } from '../refusal.ts';
import { findWork, isDone, isOpen, liveRun, type State } from '../state.ts';
import { type Giving, give } from './answers.ts';
import type { Decision, ItemRef } from './decision.ts';
import { killRun, unlinked } from './kill.ts';

/** The operator's actions on a unit. An action whose effect already holds succeeds and changes nothing. */

const NOTHING: Decision = { changes: [] };

/** Closes a unit: it counts as DONE, for the reason given. */
export function closeUnit(state: State, input: { chunk: string; reason: string; kill?: boolean }): Decision {
  const work = undoneWork(state, input.chunk);
  if (input.kill && liveRun(work))
    return killRun(state, { chunk: input.chunk, run: null, next: 'close', text: input.reason });
  refuseLive(work);
  return {
    changes: [{ type: 'unit.closed', unit: work.unit.id, data: { code: 'operator', text: input.reason } }],
  };
}

/**
 * Tries a stuck unit again: the same as answering its item with "try again". One that would be tried anyway
 * is tried now, and one whose run was killed goes on.
 */
export function retryUnit(state: State, input: { chunk: string } & Giving): Decision<Partial<ItemRef>> {
  const work = undoneWork(state, input.chunk);
  if (work.unit.retry_due !== null)
    return { changes: [{ type: 'retry.due', unit: work.unit.id, data: { anew: true } }] };
  const last = work.runs.at(-1);
  if (work.unit.held !== null && last?.outcome?.exit === 'killed')
    return { changes: [{ type: 'unit.released', unit: work.unit.id, data: {} }] };
  const stuck = work.items.find((item) => isOpen(item) && termsOf(item).offered.includes('retry'));
  if (!stuck) throw conflict('not-stuck', `${input.chunk} is not stuck: there is nothing to try again.`);
  return give(work, stuck, { options: ['retry'], text: '' }, input);
}

/** Keeps the next phase from starting; a run at work goes on. */
export function holdUnit(state: State, input: { chunk: string; why: string }): Decision {
  const work = undoneWork(state, input.chunk);
  const { held } = work.unit;
  if (held?.code === 'operator' && held.text === input.why) return NOTHING;
  return {
    changes: [{ type: 'unit.held', unit: work.unit.id, data: { code: 'operator', text: input.why } }],
  };
}

export function releaseUnit(state: State, input: { chunk: string }): Decision {
  const work = undoneWork(state, input.chunk);
  if (work.unit.held === null) return NOTHING;
  return { changes: [{ type: 'unit.released', unit: work.unit.id, data: {} }] };
}

export function prioritizeUnit(state: State, input: { chunk: string; priority: number }): Decision {
  const work = undoneWork(state, input.chunk);
  if (work.unit.priority === input.priority) return NOTHING;
  return { changes: [{ type: 'unit.prioritized', unit: work.unit.id, data: { priority: input.priority } }] };
}

/** Changes the words of a unit, or which files it says it touches. */
export function editUnit(state: State, input: { chunk: string } & UnitEdit): Decision {
  const { unit } = workOf(state, input.chunk);
  const data: UnitEdit = {
    ...(input.title !== undefined && input.title !== unit.title && { title: input.title }),
    ...(input.goal !== undefined && input.goal !== unit.goal && { goal: input.goal }),
    ...(input.paths !== undefined &&
      JSON.stringify(input.paths) !== JSON.stringify(unit.paths) && { paths: input.paths }),
  };
  return Object.keys(data).length === 0
    ? NOTHING
    : { changes: [{ type: 'unit.edited', unit: unit.id, data }] };
}

/** Makes a unit wait for another, unless that would close a cycle. */
export function linkUnit(state: State, input: { chunk: string; after: string }): Decision {
  const { unit } = undoneWork(state, input.chunk);
  const other = findWork(state, input.after);
  // A dependency met once stays met; a new unit of the same name is another unit.
  const isMet = unit.met.includes(input.after) && (!other || isDone(other));
  if (unit.open.includes(input.after) || isMet) return NOTHING;
  const cycle = cycleThrough(state, [{ chunk: unit.chunk, after: [...unit.open, input.after] }]);
  if (cycle) throw invalid('after', `${cycleWords(cycle)} would wait for itself.`, 'cycle');
  return { changes: [{ type: 'dependency.added', unit: unit.id, data: { on: input.after } }] };
}

export function unlinkUnit(state: State, input: { chunk: string; after: string }): Decision {
  const { unit } = workOf(state, input.chunk);
  if (!unit.open.includes(input.after)) return NOTHING;
  const data = { on: input.after, code: 'unlinked' } as const;
  return { changes: [{ type: 'dependency.removed', unit: unit.id, data }] };
}

/** Removes a unit. Those that wait for it would wait for ever: they are named, or, if asked, unlinked. */
export function removeUnit(
  state: State,
  input: { chunk: string; unlink: boolean; kill?: boolean },
): Decision {
  const archived = state.archive.names.get(input.chunk);
  if (archived)
    return { changes: [{ type: 'unit.removed', unit: archived.unit, data: { chunk: input.chunk } }] };
  const work = workOf(state, input.chunk);
  if (!input.kill) refuseLive(work);
  const waiting = isDone(work) ? [] : unlinked(state, input.chunk);
  const names = waiting.map(({ unit }) => state.works.get(unit)?.unit.chunk).join(', ');
  if (waiting.length > 0 && !input.unlink)
    throw conflict(
      'has-dependents',
      `${names} would wait for ${input.chunk} for ever. Unlink, or ask for it with the removal.`,
    );
  if (liveRun(work)) return killRun(state, { chunk: input.chunk, run: null, next: 'remove' });
  return { changes: [...waiting, { type: 'unit.removed', unit: work.unit.id, data: {} }] };
}

function undoneWork(state: State, chunk: string): WorkUnit {
  const work = workOf(state, chunk);
  if (isDone(work)) throw conflict('unit-done', `${chunk} is done already.`);
  return work;
}

function refuseLive(work: WorkUnit): void {
  const run = liveRun(work);
  if (run)
    throw conflict(
      'run-live',
      `${work.unit.chunk} has a live run (${run.number}). Wait until it ends, or ask for it to be killed.`,
    );
}
