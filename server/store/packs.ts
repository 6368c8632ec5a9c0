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
      for (const row of this.#rowsIn(pack, unit)) if (row.seq > at) yield row;
      at = pack.last;
    }
  }

  *before(seq: number, unit?: number): Iterable<Row> {
    const { packBefore, packOfUnitBefore } = this.#statements;
    for (let at = seq; ; ) {
      const found = unit === undefined ? packBefore.get(at) : packOfUnitBefore.get(unit, at);
      if (!found) return;
      const pack = found as Pack;
      for (const row of this.#rowsIn(pack, unit).toReversed()) if (row.seq < at) yield row;
      at = pack.first;
    }
  }

  /** Of one unit, without reading the others, unless the pack is read already. */
  #rowsIn(pack: Pack, unit: number | undefined): readonly Row[] {
    if (unit === undefined) return this.#rowsOf(pack);
    if (this.#last?.first !== pack.first) return rowsOfUnit(textIn(pack.events), unit);
    return this.#last.rows.filter((row) => row.unit === unit);
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

/**
 * The rows of one unit, found in the text: a quote within a string is escaped, so these keys can only be those of a row.
 * Reading all rows takes more time than unpacking them.
 */
function rowsOfUnit(text: string, unit: number): Row[] {
  const rows: Row[] = [];
  const mark = `,"unit":${unit},"type":"`;
  for (let at = text.indexOf(mark); at >= 0; ) {
    const begin = text.lastIndexOf('{"seq":', at);
    const next = text.indexOf(',{"seq":', at);
    rows.push(JSON.parse(text.slice(begin, next < 0 ? text.lastIndexOf(']') : next)) as Row);
    at = next < 0 ? -1 : text.indexOf(mark, next);
  }
  return rows;
}

const unpack = (events: Uint8Array): Row[] => JSON.parse(textIn(events)) as Row[];

function textIn(events: Uint8Array): string {
  try {
    return inflateRawSync(events, { maxOutputLength: MOST_BYTES }).toString('utf8');
  } catch (error) {
    throw new SyntaxError('a pack of events cannot be read', { cause: error });
  }
}
