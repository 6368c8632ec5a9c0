/** What a caller named, or the refusal that says there is none. */
import type { Item } from '../../shared/item-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { conflict, notFound } from './refusal.ts';
import { findWork, isTaken, type State } from './state.ts';

export function workOf(state: State, chunk: string): WorkUnit {
  const work = findWork(state, chunk);
  if (!work && isTaken(state, chunk))
    throw conflict(
      'archived',
      `${chunk} is done and was archived: its pages stay, and nothing more happens to it. It can be removed.`,
    );
  if (!work) throw notFound(`There is no unit called ${chunk}.`);
  return work;
}

export function itemOf(work: WorkUnit, id: string): Item {
  const item = work.items.find((each) => each.id === id);
  if (!item) throw notFound(`${work.unit.chunk} has no item ${id}.`);
  return item;
}
