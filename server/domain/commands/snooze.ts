/** Takes an item out of the queue for a while, and puts it back. */
import type { Change } from '../../../shared/events.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { Moment, WorkUnit } from '../../../shared/words.ts';
import { aheadOf, cycleThrough, cycleWords } from '../cycle.ts';
import { itemOf, workOf } from '../lookup.ts';
import { conflict, invalid } from '../refusal.ts';
import { serialRivals } from '../serial-order.ts';
import { findWork, isDone, isOpen, isSnoozed, isTaken, liveRun, type State, sleepsFor } from '../state.ts';
import { endedRefusal } from './answers.ts';
import type { Decision, ItemRef } from './decision.ts';

export interface SnoozeInput {
  readonly chunk: string;
  readonly item: string;
  readonly version: number;
  /** One of these: how long from now, a moment, or the chunk that is to be DONE first. */
  readonly minutes?: number | undefined;
  readonly until?: Moment | undefined;
  readonly until_done?: string | undefined;
}

/** Takes an item out of the queue for a while. Its waiting clock goes on. */
export function snooze(state: State, input: SnoozeInput, at: Moment): Decision<ItemRef> {
  const work = workOf(state, input.chunk);
  const item = itemOf(work, input.item);
  if (!isOpen(item)) throw endedRefusal(item);
  if (item.version !== input.version)
    throw conflict('stale', 'The question has changed since you saw it.', [item]);
  const data = { id: item.id, ...untilOf(state, work, input, at) };
  return { changes: [{ type: 'item.snoozed', unit: work.unit.id, data }], result: { item: item.id } };
}

function untilOf(state: State, work: WorkUnit, input: SnoozeInput, at: Moment) {
  if (input.until_done !== undefined) return { until: null, for: doneLater(state, work, input.until_done) };
  const until = input.until ?? new Date(Date.parse(at) + (input.minutes ?? 0) * 60_000).toISOString();
  if (until <= at) throw invalid('until', 'Choose a moment that is still to come.');
  return { until, for: null };
}

/** The chunk, if it can ever be DONE while this unit sleeps. */
function doneLater(state: State, work: WorkUnit, chunk: string): string {
  const { unit } = work;
  const other = findWork(state, chunk);
  if (!other && isTaken(state, chunk)) throw invalid('until_done', `${chunk} is done already.`, 'unit-done');
  if (!other)
    throw invalid('until_done', `There is no unit called ${chunk}: it could never be done.`, 'never-done');
  if (isDone(other)) throw invalid('until_done', `${chunk} is done already.`, 'unit-done');
  const cycle = cycleThrough(state, [
    { chunk: unit.chunk, after: [...unit.open, ...sleepsFor(work), chunk] },
  ]);
  if (cycle) throw invalid('until_done', `${chunk} waits for ${unit.chunk}: ${cycleWords(cycle)}.`, 'cycle');
  const rival =
    liveRun(work) && serialRivals(state, work).find((each) => aheadOf(state, chunk).has(each.unit.chunk));
  if (rival)
    throw invalid(
      'until_done',
      `${rival.unit.chunk} may not start beside ${unit.chunk}, which is at work: it would never be done.`,
      'never-done',
    );
  return chunk;
}

/** Puts a snoozed item back into the queue. */
export function wake(state: State, input: { chunk: string; item: string }): Decision<ItemRef> {
  const work = workOf(state, input.chunk);
  const item = itemOf(work, input.item);
  if (!isSnoozed(item)) return { changes: [], result: { item: item.id } };
  return { changes: [waking(item, 'operator')], result: { item: item.id } };
}

export const waking = (item: Item, code: 'operator' | 'due'): Change => ({
  type: 'item.woke',
  unit: item.unit,
  data: { id: item.id, code },
});
