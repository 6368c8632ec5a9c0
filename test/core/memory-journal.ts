import { EMPTY, type State } from '../../server/domain/state.ts';
import type { Appended, Batch, Journal, KeptMutation } from '../../server/store/journal.ts';
import type { Event } from '../../shared/events.ts';

/** What writers of one log share: a journal without a disk, whose answers come later, as those of a server would. */
export class MemoryLog {
  state: State = EMPTY;
  readonly events: Event[] = [];
  readonly keys = new Map<string, KeptMutation>();
  term = 0;
  readonly nudges = new Set<(seq: number) => void>();
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class MemoryJournal implements Journal {
  readonly epoch = 'memory';
  readonly #log: MemoryLog;

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  async open(): Promise<State> {
    await later();
    return this.#log.state;
  }

  async kept(keys: readonly string[]): Promise<ReadonlyMap<string, KeptMutation>> {
    await later();
    return new Map([...this.#log.keys].filter(([key]) => keys.includes(key)));
  }

  async append({ before, after, term, events, executed, spent }: Batch): Promise<Appended> {
    await later();
    const log = this.#log;
    if (term !== null && term !== log.term) return 'deposed';
    if (log.state.seq !== before.seq) return 'behind';
    log.state = after;
    log.events.push(...events);
    for (const { key, ...mutation } of executed) log.keys.set(key, { ...mutation, spent: false });
    for (const key of spent) {
      const known = log.keys.get(key);
      if (known) log.keys.set(key, { ...known, spent: true });
    }
    for (const nudge of log.nudges) nudge(after.seq);
    return 'kept';
  }

  follow(nudge: (seq: number) => void): () => void {
    this.#log.nudges.add(nudge);
    return () => this.#log.nudges.delete(nudge);
  }

  async *events(after: number, unit?: number): AsyncIterable<Event> {
    await later();
    for (const event of this.#log.events)
      if (event.seq > after && (unit === undefined || event.unit === unit)) yield event;
  }

  async *eventsBackwards(unit: number | undefined, before = Number.POSITIVE_INFINITY): AsyncIterable<Event> {
    await later();
    for (const event of this.#log.events.toReversed())
      if (event.seq < before && (unit === undefined || event.unit === unit)) yield event;
  }
}
