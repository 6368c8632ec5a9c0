/** Reads the event log, one page at a time. */
import { type Event, NO_UNIT } from '../../shared/events.ts';
import { workOf } from '../domain/lookup.ts';
import type { Store } from '../store/store.ts';

export interface HistoryInput {
  readonly after: number;
  readonly limit: number;
  readonly chunk?: string | undefined;
}

/** An event with the name of its unit; null: the event concerns no unit. */
type LoggedEvent = Event & { readonly chunk: string | null };
type Log = Pick<Store, 'state' | 'stateWith' | 'events' | 'archived'>;

/** Events after a number, at most `limit`; `next` is the number to continue from, null at the end. Throws a `Refusal`. */
export async function historyOf(store: Log, { after, limit, chunk }: HistoryInput) {
  const { seq } = store.state;
  const unit = chunk === undefined ? undefined : workOf(await store.stateWith(chunk), chunk).unit.id;
  const found: Event[] = [];
  let next: number | null = null;
  for await (const event of store.events(after, unit)) {
    if (found.length === limit) {
      next = found.at(-1)?.seq ?? null;
      break;
    }
    found.push(event);
  }
  const names = await namesOf(store, new Set(found.map((event) => event.unit)));
  const events: LoggedEvent[] = found.map((event) => ({ ...event, chunk: names.get(event.unit) ?? null }));
  return { seq, events, next };
}

async function namesOf(store: Log, units: ReadonlySet<number>): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>();
  for (const unit of units) {
    if (unit === NO_UNIT) continue;
    const work = store.state.works.get(unit) ?? (await store.archived(unit));
    if (work) names.set(unit, work.unit.chunk);
  }
  return names;
}
