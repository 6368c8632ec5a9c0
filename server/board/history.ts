/** Reads the event log, one page at a time. */
import type { Event } from '../../shared/events.ts';
import { workOf } from '../domain/lookup.ts';
import type { State } from '../domain/state.ts';

export interface HistoryInput {
  readonly after: number;
  readonly limit: number;
  readonly chunk?: string | undefined;
}

/** An event with the name of its unit; null: the event concerns no unit. */
type LoggedEvent = Event & { readonly chunk: string | null };

/** Events after a number, at most `limit`; `next` is the number to continue from, null at the end. Throws a `Refusal`. */
export async function historyOf(
  state: State,
  { after, limit, chunk }: HistoryInput,
  events: (after: number, unit?: number) => AsyncIterable<Event>,
) {
  const unit = chunk === undefined ? undefined : workOf(state, chunk).unit.id;
  const found: LoggedEvent[] = [];
  let next: number | null = null;
  for await (const event of events(after, unit)) {
    if (found.length === limit) {
      next = found.at(-1)?.seq ?? null;
      break;
    }
    found.push({ ...event, chunk: state.works.get(event.unit)?.unit.chunk ?? null });
  }
  return { seq: state.seq, events: found, next };
}
