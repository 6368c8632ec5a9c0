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
  /** By unit: what is in the queue, and since when, today. */
  readonly #asking = new Map<number, { readonly items: Set<string>; readonly since: Moment }>();

  #reading: Promise<void> = Promise.resolve();

  constructor(store: Log) {
    this.#store = store;
  }

  async at(now: Date): Promise<WaitedToday> {
    const before = this.#reading;
    // One after the other: nothing is counted twice.
    this.#reading = before.catch(() => {}).then(() => this.#read(midnightBefore(now)));
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

  /** Reads as far as the state knows, which may go on meanwhile. */
  async #read(midnight: Moment): Promise<void> {
    const { state } = this.#store;
    if (midnight !== this.#midnight) await this.#begin(state, midnight);
    else if (this.#seq < state.seq)
      for await (const event of this.#store.events(this.#seq)) {
        if (event.seq > state.seq) break;
        this.#takeAll([event]);
      }
    this.#seq = state.seq;
  }

  /** The first look, and the first of a day. */
  async #begin(state: State, midnight: Moment): Promise<void> {
    const all = this.#store.eventsBackwards(undefined, state.seq + 1);
    const events = await sinceIn(all, midnight, Number.POSITIVE_INFINITY);
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
    this.#takeAll(events);
  }

  #takeAll(events: Iterable<Event>): void {
    for (const event of events) for (const step of queueSteps(event)) this.#take(step);
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
