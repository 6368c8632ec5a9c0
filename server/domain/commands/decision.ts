/**
 * The commands. Each reads the state and returns changes, or refuses
 * with a code and a message. Pure: no clock, no randomness, no I/O; consequences of a change are added in `consequences.ts`.
 */
import type { Change } from '../../../shared/events.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import { notFound } from '../refusal.ts';
import { findWork, type State } from '../state.ts';

/** What a command decided: the changes, and what its caller is told. */
export interface Decision<Result extends object = Made> {
  readonly changes: readonly Change[];
  /** What follows by the operator's rules, not by who called: it comes after the others. */
  readonly byPolicy?: readonly Change[];
  /** Kept whole with the key of the mutation: what is not in here, a repeat cannot answer. */
  readonly result?: Result;
}
/** The ids of what a command made or meant. */
export interface Made {
  readonly item?: string;
  readonly items?: readonly string[];
  readonly chunks?: readonly string[];
  readonly run?: number;
  readonly token?: string;
  /** How many sessions. */
  readonly ended?: number;
}

export function workOf(state: State, chunk: string): WorkUnit {
  const work = findWork(state, chunk);
  if (!work) throw notFound(`There is no unit called ${chunk}.`);
  return work;
}

export function itemOf(work: WorkUnit, id: string): Item {
  const item = work.items.find((each) => each.id === id);
  if (!item) throw notFound(`${work.unit.chunk} has no item ${id}.`);
  return item;
}
