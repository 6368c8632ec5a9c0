import type { Event } from '../../shared/events.ts';
import type { WaitedToday } from '../../shared/waited.ts';
import type { Moment, WorkUnit } from '../../shared/words.ts';
import { isAsking, type State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import { askingAt, type QueueStep, queueSteps } from './asking-spans.ts';
import { sinceIn } from './time-spent.ts';

/** What is read of a store. */
type Log = Pick<Store, 'state' | 'events' | 'eventsBackwards'>;

/**
 * How long units have waited for the operator since midnight. Read from the log: at first all of today, then what is new
 * since it was asked last. So it is the same after a restart, and costs nothing while nobody asks.
 */
export class DayWaits {
  readonly #store: Log;
  #midnight = '';
  /** The last event that was read. */
  #seq = 0;
  /** Of the units that waited before: milliseconds. */
  #waited = 0;
  #reading: Promise<void> = Promise.resolve();
  /** By unit: what is in the queue, and since when, today. */
  readonly #asking = new Map<number, { readonly items: Set<string>; readonly since: Moment }>();

  constructor(store: Log) {
    this.#store = store;
  }

  async at(now: Date): Promise<WaitedToday> {
    // One after the other: two that read at once would count the same events twice.
    this.#reading = this.#reading.catch(() => {}).then(() => this.#read(now));
    await this.#reading;
    const at = now.toISOString();
    const open = [...this.#asking.values()].map(({ since }) => lengthOf(since, at));
    return {
      at,
      waited_ms: this.#waited + open.reduce((sum, each) => sum + each, 0),
      waiting: open.length,
      oldest: this.#oldest(),
    };
  }

  async #read(now: Date): Promise<void> {
    const midnight = midnightBefore(now);
    const { state } = this.#store;
    if (midnight !== this.#midnight) return this.#begin(midnight, state);
    if (this.#seq >= state.seq) return;
    const events: Event[] = [];
    for await (const event of this.#store.events(this.#seq)) if (event.seq <= state.seq) events.push(event);
    this.#takeAll(events, state.seq);
  }

  /** The first look, and the first of a day. */
  async #begin(midnight: Moment, state: State): Promise<void> {
    const backwards = this.#store.eventsBackwards(null, state.seq + 1);
    const events = await sinceIn(backwards, midnight, Number.POSITIVE_INFINITY);
    this.#midnight = midnight;
    this.#waited = 0;
    this.#asking.clear();
    const steps = new Map<number, QueueStep[]>();
    for (const step of events.flatMap(queueSteps)) {
      const known = steps.get(step.unit);
      if (known) known.push(step);
      else steps.set(step.unit, [step]);
    }
    for (const work of state.works) {
      if (work.items.length === 0) continue;
      const items = askingAt(work.items, steps.get(work.unit.id) ?? [], midnight);
      if (items.length > 0) this.#asking.set(work.unit.id, { items: new Set(items), since: midnight });
    }
    this.#takeAll(events, state.seq);
  }

  #takeAll(events: readonly Event[], seq: number): void {
    for (const event of events) for (const step of queueSteps(event)) this.#take(step);
    this.#seq = seq;
  }

  #take({ unit, id, at, isInQueue }: QueueStep): void {
    const asking = this.#asking.get(unit);
    if (isInQueue && asking) asking.items.add(id);
    else if (isInQueue) this.#asking.set(unit, { items: new Set([id]), since: at });
    else if (asking?.items.delete(id) && asking.items.size === 0) {
      this.#waited += lengthOf(asking.since, at);
      this.#asking.delete(unit);
    }
  }

  #oldest(): WaitedToday['oldest'] {
    const works = [...this.#asking.keys()].map((unit) => this.#store.state.works.get(unit));
    const waits = works.filter((work) => work !== undefined).flatMap(waitOf);
    return waits.sort((a, b) => (a.asked_at < b.asked_at ? -1 : 1))[0] ?? null;
  }
}

const waitOf = ({ unit, items }: WorkUnit) =>
  items.filter(isAsking).map(({ asked_at }) => ({ chunk: unit.chunk, asked_at }));

const lengthOf = (from: Moment, to: Moment): number => Math.max(0, Date.parse(to) - Date.parse(from));

/** Of the daemon's own clock. */
function midnightBefore(now: Date): Moment {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
}
