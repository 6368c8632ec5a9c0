import type { By } from '../../shared/access-words.ts';
import type { Change, Event } from '../../shared/events.ts';
import { consequencesOf } from '../domain/consequences.ts';
import { reduce } from '../domain/reduce.ts';
import type { State } from '../domain/state.ts';

/** Folds changes and the consequences of each, in order. */
export function applyAll(
  state: State,
  changes: readonly Change[],
  by: By,
  at: string,
  events: Event[],
): State {
  let next = state;
  for (const change of changes) {
    const event: Event = { ...change, seq: next.seq + 1, at, by };
    const before = next;
    next = reduce(before, event);
    events.push(event);
    next = applyAll(next, consequencesOf(before, next, event), by, at, events);
  }
  return next;
}
