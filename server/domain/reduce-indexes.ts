/** The indexes of a state after an event: who waits for whom, and where an item is. */
import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { asksAboutDay, isActive, isOver, isSnoozed, type State } from './state.ts';

/** Whether somebody may wait for somebody else than before. */
export function changesGraph(before: WorkUnit, after: WorkUnit): boolean {
  const sleeps = (work: WorkUnit) => work.items.some(isSnoozed);
  return (
    isOver(after) !== isOver(before) ||
    before.unit.open !== after.unit.open ||
    before.conflicts !== after.conflicts ||
    (before.runs.length === 0 && after.runs.length > 0) ||
    (before.items !== after.items && (sleeps(before) || sleeps(after)))
  );
}

export function itemsAfter({ byItem }: State, event: Event): State['byItem'] {
  if (event.type === 'item.asked') return byItem.with(event.data.id, event.unit);
  return event.type === 'item.attached' ? byItem.with(event.data.key, event.unit) : byItem;
}

/** The same list where nothing has changed about it. */
export function activeAfter({ active }: State, before: WorkUnit, after: WorkUnit): State['active'] {
  if (isActive(before) === isActive(after)) return active;
  const { id } = after.unit;
  return isActive(after) ? [...active, id].sort((a, b) => a - b) : active.filter((each) => each !== id);
}

/** The same list where nothing has changed about it. */
export function dayAskedAfter({ dayAsked }: State, after: WorkUnit): State['dayAsked'] {
  const { id } = after.unit;
  const asks = asksAboutDay(after);
  if (asks === dayAsked.includes(id)) return dayAsked;
  return asks ? [...dayAsked, id].sort((a, b) => a - b) : dayAsked.filter((each) => each !== id);
}

/** Which units wait for which, after the open dependencies of one unit have changed. */
export function rewait(
  waiting: State['waiting'],
  unit: number,
  before: readonly string[],
  after: readonly string[],
): State['waiting'] {
  let next = waiting;
  for (const chunk of before) {
    if (after.includes(chunk)) continue;
    const left = (next.get(chunk) ?? []).filter((id) => id !== unit);
    next = left.length > 0 ? next.with(chunk, left) : next.without(chunk);
  }
  for (const chunk of after)
    if (!before.includes(chunk))
      next = next.with(
        chunk,
        [...(next.get(chunk) ?? []), unit].sort((a, b) => a - b),
      );
  return next;
}
