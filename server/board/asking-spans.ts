/** When a unit waited for the operator, read from its items and from what the log says happened to them. */
import type { Event } from '../../shared/events.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Moment } from '../../shared/words.ts';
import { isSnoozed } from '../domain/state.ts';

/** A stretch of time; `to` null: it goes on. */
export interface OpenSpan {
  readonly from: Moment;
  readonly to: Moment | null;
}

/** What happens to items, and whether they are in the queue after it. */
const IN_QUEUE_AFTER: Readonly<Partial<Record<Event['type'], boolean>>> = {
  'item.asked': true,
  'item.woke': true,
  'item.reopened': true,
  'item.snoozed': false,
  'item.answered': false,
  'item.withdrawn': false,
};

/**
 * When at least one of the items was in the queue, from `from` on. `events`: all about this unit since then, in order.
 */
export function askingSpans(items: readonly Item[], events: readonly Event[], from: Moment): OpenSpan[] {
  const steps = events.flatMap(queueSteps);
  const asking = new Set(askingAt(items, steps, from));
  const spans: OpenSpan[] = [];
  let since: Moment | null = asking.size > 0 ? from : null;
  for (const { id, at, isInQueue } of steps) {
    if (isInQueue) asking.add(id);
    else asking.delete(id);
    if (asking.size > 0) since ??= at;
    else if (since !== null) {
      spans.push({ from: since, to: at });
      since = null;
    }
  }
  return since === null ? spans : [...spans, { from: since, to: null }];
}

/** An item came into the queue, or left it. */
export interface QueueStep {
  readonly unit: number;
  readonly id: string;
  readonly at: Moment;
  readonly isInQueue: boolean;
}

export function queueSteps({ type, at, unit, data }: Event): QueueStep[] {
  const isInQueue = IN_QUEUE_AFTER[type];
  return isInQueue === undefined || !('id' in data) ? [] : [{ unit, id: data.id, at, isInQueue }];
}

/** Which were in the queue at a moment: the opposite of what happened to them next, or as they are now. */
export function askingAt(items: readonly Item[], steps: readonly QueueStep[], at: Moment): string[] {
  const next = new Map<string, boolean>();
  for (const { id, isInQueue } of steps) if (!next.has(id)) next.set(id, isInQueue);
  return items
    .filter((item) => item.asked_at < at)
    .filter((item) => {
      const becomes = next.get(item.id);
      return becomes === undefined ? item.answer === null && !item.withdrawal && !isSnoozed(item) : !becomes;
    })
    .map(({ id }) => id);
}
