/** The log in the database: its latest events are rows, those before them are packed. */
import { isDeepStrictEqual } from 'node:util';
import type { Event } from '../../shared/events.ts';
import { PACK, Packs } from './packs.ts';
import type { prepareAll } from './statements.ts';
import type { Tables } from './tables.ts';

type Row = Tables['events'];

export class EventLog {
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #packs: Packs;

  constructor(statements: ReturnType<typeof prepareAll>) {
    this.#statements = statements;
    this.#packs = new Packs(statements.packs);
  }

  get last(): number {
    return (this.#statements.lastSeq.get() as { seq: number | null }).seq ?? 0;
  }

  add(event: Event): void {
    const { seq, at, by, unit, type, data } = rowOf(event);
    this.#statements.addEvent.run(seq, at, by, unit, type, data);
  }

  /** Whether this very event is there. */
  has(event: Event): boolean {
    const found = this.#statements.events.get(event.seq - 1) as Row | undefined;
    return found !== undefined && isDeepStrictEqual(found, rowOf(event));
  }

  /** From behind a number on; of one unit, if given. */
  *after(seq: number, unit?: number): Iterable<Event> {
    const { events, eventsOfUnit } = this.#statements;
    for (const row of this.#packs.after(seq, unit)) yield eventIn(row);
    const from = Math.max(seq, this.#packs.end);
    const rows = unit === undefined ? events.iterate(from) : eventsOfUnit.iterate(unit, from);
    for (const row of rows as Iterable<Row>) yield eventIn(row);
  }

  /** Backwards, from before a number; of one unit, if given. */
  *before(seq: number, unit?: number): Iterable<Event> {
    const { eventsBefore, eventsOfUnitBefore } = this.#statements;
    const rows = unit === undefined ? eventsBefore.iterate(seq) : eventsOfUnitBefore.iterate(unit, seq);
    for (const row of rows as Iterable<Row>) yield eventIn(row);
    for (const row of this.#packs.before(seq, unit)) yield eventIn(row);
  }

  /** How many of the latest events are not packed. */
  get unpacked(): number {
    return this.last - this.#packs.end;
  }

  /** Packs the oldest of them, inside a transaction. */
  packOldest(): void {
    const rows: Row[] = [];
    for (const row of this.#statements.events.iterate(this.#packs.end) as Iterable<Row>)
      if (rows.push(row) === PACK) break;
    this.#packs.add(rows);
  }
}

const rowOf = ({ seq, at, by, unit, type, data }: Event): Row => ({
  seq,
  at,
  by: JSON.stringify(by),
  unit,
  type,
  data: JSON.stringify(data),
});

const eventIn = (row: Row): Event =>
  ({ ...row, by: JSON.parse(row.by), data: JSON.parse(row.data) }) as Event;
