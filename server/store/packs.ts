/** Older events of the log, compressed, many in a row of the database: the same events, in a tenth of the room. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { packStatements } from './statements.ts';
import type { Tables } from './tables.ts';

type Row = Tables['events'];
type Statements = ReturnType<typeof packStatements>;
type Pack = Tables['packs'];

/** Events in a pack: packing one takes a few milliseconds, in which the daemon does nothing else. */
export const PACK = 1000;
/** What a pack may unpack to, in bytes; no event has more than a megabyte. */
const MOST_BYTES = 1 << 30;

export class Packs {
  readonly #statements: Statements;
  /** A walk in pages asks for the same pack several times. */
  #last: { readonly first: number; readonly rows: readonly Row[] } | null = null;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The number of the last event that is packed; 0: none is. */
  get end(): number {
    return (this.#statements.packEnd.get() as { last: number | null }).last ?? 0;
  }

  /** Inside a transaction: these are the oldest events that are no pack yet, and leave their table. */
  add(rows: readonly Row[]): void {
    const { addPack, addPackUnit, dropEvents } = this.#statements;
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return;
    addPack.run(first.seq, last.seq, deflateRawSync(JSON.stringify(rows)));
    for (const unit of new Set(rows.map((row) => row.unit))) addPackUnit.run(unit, first.seq);
    dropEvents.run(last.seq);
  }

  *after(seq: number, unit?: number): Iterable<Row> {
    const { packAfter, packOfUnitAfter } = this.#statements;
    for (let at = seq; ; ) {
      const found = unit === undefined ? packAfter.get(at) : packOfUnitAfter.get(unit, at);
      if (!found) return;
      const pack = found as Pack;
      for (const row of this.#rowsOf(pack)) if (row.seq > at && isOf(row, unit)) yield row;
      at = pack.last;
    }
  }

  *before(seq: number, unit?: number): Iterable<Row> {
    const { packBefore, packOfUnitBefore } = this.#statements;
    for (let at = seq; ; ) {
      const found = unit === undefined ? packBefore.get(at) : packOfUnitBefore.get(unit, at);
      if (!found) return;
      const pack = found as Pack;
      for (const row of this.#rowsOf(pack).toReversed()) if (row.seq < at && isOf(row, unit)) yield row;
      at = pack.first;
    }
  }

  /** Throws a `SyntaxError` where a pack holds something else. */
  #rowsOf({ first, last, events }: Pack): readonly Row[] {
    if (this.#last?.first === first) return this.#last.rows;
    const rows = unpack(events);
    if (rows[0]?.seq !== first || rows.at(-1)?.seq !== last || rows.length !== last - first + 1)
      throw new SyntaxError(`the pack of events ${first} to ${last} holds others`);
    this.#last = { first, rows };
    return rows;
  }
}

const isOf = (row: Row, unit: number | undefined): boolean => unit === undefined || row.unit === unit;

function unpack(events: Uint8Array): Row[] {
  try {
    return JSON.parse(inflateRawSync(events, { maxOutputLength: MOST_BYTES }).toString('utf8')) as Row[];
  } catch (error) {
    throw new SyntaxError('a pack of events cannot be read', { cause: error });
  }
}
