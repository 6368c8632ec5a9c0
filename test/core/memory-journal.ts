import { EMPTY, type State } from '../../server/domain/state.ts';
import type {
  Appended,
  ArchivedUnit,
  ArchiveSearch,
  Batch,
  Journal,
  KeptMutation,
} from '../../server/store/journal.ts';
import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';

/** What writers of one log share: a journal without a disk, whose answers come later, as those of a server would. */
export class MemoryLog {
  state: State = EMPTY;
  readonly events: Event[] = [];
  readonly keys = new Map<string, KeptMutation>();
  term = 0;
  readonly nudges = new Set<(seq: number) => void>();
  readonly archive = new Map<number, WorkUnit>();
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

  async append({ before, after, events, archived, term, executed, spent }: Batch): Promise<Appended> {
    await later();
    const log = this.#log;
    if (term !== null && term !== log.term) return 'deposed';
    if (log.state.seq !== before.seq) return 'behind';
    log.state = after;
    log.events.push(...events);
    for (const { type, unit, at } of events) {
      const work = archived.get(unit);
      if (type === 'unit.archived' && work)
        log.archive.set(unit, { ...work, unit: { ...work.unit, archived_at: at } });
    }
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

  async archived(unit: number): Promise<WorkUnit | undefined> {
    await later();
    return this.#log.archive.get(unit);
  }

  async findArchived({ q, before, most }: ArchiveSearch): Promise<readonly ArchivedUnit[]> {
    await later();
    const found = [...this.#log.archive.values()].flatMap(({ unit: { id, chunk, title, done_at } }) => {
      const isNamed = this.#log.state.archive.names.get(chunk)?.unit === id;
      const says = chunk.includes(q) || title.toLowerCase().includes(q.toLowerCase());
      return isNamed && says && id < before ? [{ unit: id, chunk, title, over_at: done_at ?? '' }] : [];
    });
    return found.reverse().slice(0, most);
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
