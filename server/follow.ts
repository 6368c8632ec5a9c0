import type { Change, Event, WorkUnit } from '../shared/words.ts';
import { findWork, isDone, isPending, type State } from './state.ts';

/**
 * What follows from an event, in the same commit, whoever caused it: a unit that became DONE has no open item
 * and nobody waits for it; a new unit does not wait for what is DONE; "close the unit" closes it.
 */
export function followsFrom(before: State, after: State, event: Event): Change[] {
  const work = after.works.get(event.unit);
  if (!work) return [];
  if (event.type === 'unit.added') return metAlready(after, work);
  const was = before.works.get(event.unit);
  if (isDone(work) && was && !isDone(was)) return [...withdrawals(work), ...strikes(after, work)];
  if (event.type === 'item.released') return closing(work, event.data.id);
  return [];
}

function metAlready(state: State, { unit }: WorkUnit): Change[] {
  const done = unit.open.filter((chunk) => {
    const work = findWork(state, chunk);
    return work !== undefined && isDone(work);
  });
  return done.map((on) => ({ type: 'dependency.met', unit: unit.id, data: { on } }));
}

function withdrawals({ unit, items }: WorkUnit): Change[] {
  return items.filter(isPending).map((item) => ({
    type: 'item.withdrawn',
    unit: unit.id,
    data: {
      id: item.id,
      why: item.answered_at ? 'the unit was closed; never delivered' : 'the unit was closed',
    },
  }));
}

function strikes(state: State, { unit }: WorkUnit): Change[] {
  const waiting = state.waiting.get(unit.chunk) ?? [];
  return waiting.map((id) => ({ type: 'dependency.met', unit: id, data: { on: unit.chunk } }));
}

function closing(work: WorkUnit, id: string): Change[] {
  const item = work.items.find((each) => each.id === id);
  if (item?.kind !== 'stuck' || !item.answer?.options.includes('close') || isDone(work)) return [];
  return [
    { type: 'unit.closed', unit: work.unit.id, data: { reason: item.answer.text || 'closed when stuck' } },
  ];
}
