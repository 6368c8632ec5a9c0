/** The units of a board by status, in lots that stay what they are while nothing in them changes. */
import { type Board, type Cell, inOrder } from './board.ts';
import { STATUSES, type Status } from './words.ts';

/** As many cells as are drawn at once; one lot may grow to twice that. */
export const LOT_CELLS = 100;

/** Neighbours in a section, in order; never none. The same object as long as they all look the same. */
export interface Lot {
  readonly key: number;
  readonly cells: readonly Cell[];
}

export interface Section {
  readonly key: string;
  readonly status: Status;
  /** The chunk that holds all of them up; empty: each has its own reason. */
  readonly cause: string;
  /** How many units it has, in all its lots. */
  readonly size: number;
  readonly lots: readonly Lot[];
}

/**
 * Follows a board. A lot keeps its place and its key when units come and go elsewhere: what is drawn of it
 * need not be drawn again. From the same board two of these make the same lots.
 */
export class Sections {
  #known: ReadonlyMap<string, Cell> = new Map();
  readonly #lots = new Map<string, Lot[]>();
  /** Lots of this look: only they may be written to. */
  readonly #fresh = new Set<Lot>();
  #next = 0;

  /** The sections that have a unit, in their order. */
  look({ rows }: Board): readonly Section[] {
    const now = new Map<string, Cell>();
    const come: Cell[] = [];
    for (const row of rows.values()) {
      if (row.row !== 'unit') continue;
      now.set(row.key, row);
      const before = this.#known.get(row.key);
      if (before !== row && !(before && this.#replace(before, row))) come.push(row);
    }
    for (const [key, cell] of this.#known) if (!now.has(key)) this.#remove(cell);
    this.#known = now;
    for (const cell of come.sort(inOrder)) this.#insert(cell);
    this.#fresh.clear();
    for (const [key, lots] of this.#lots) if (lots.length === 0) this.#lots.delete(key);
    return [...this.#lots].flatMap(([key, lots]) => sectionOf(key, lots) ?? []).sort(byStatusAndCause);
  }

  /** Whether the unit looks otherwise in the same place; else it has left the old one. */
  #replace(before: Cell, cell: Cell): boolean {
    if (keyOf(before) !== keyOf(cell) || inOrder(before, cell) !== 0) {
      this.#remove(before);
      return false;
    }
    const { lots, at } = this.#placeOf(cell);
    const cells = this.#cellsToWrite(lots, at);
    cells[cells.findIndex(({ key }) => key === cell.key)] = cell;
    return true;
  }

  #remove(cell: Cell): void {
    const { lots, at } = this.#placeOf(cell);
    const cells = this.#cellsToWrite(lots, at);
    cells.splice(
      cells.findIndex(({ key }) => key === cell.key),
      1,
    );
    if (cells.length === 0) lots.splice(at, 1);
    else if (!this.#join(lots, at)) this.#join(lots, at - 1);
  }

  /** Two neighbours that have become small are one, lest a section end as a row of single units. */
  #join(lots: Lot[], at: number): boolean {
    const [left, right] = [lots[at], lots[at + 1]];
    if (!left || !right || left.cells.length + right.cells.length > LOT_CELLS / 2) return false;
    this.#cellsToWrite(lots, at).push(...right.cells);
    lots.splice(at + 1, 1);
    return true;
  }

  #insert(cell: Cell): void {
    const { lots, at } = this.#placeOf(cell);
    const there = lots[at]?.cells ?? [];
    const before = there.findLastIndex((each) => inOrder(each, cell) < 0) + 1;
    const isNext = at === lots.length - 1 && before === there.length && there.length >= LOT_CELLS;
    if (lots.length === 0 || isNext) {
      lots.push(this.#make([cell]));
      return;
    }
    const cells = this.#cellsToWrite(lots, at);
    cells.splice(before, 0, cell);
    if (cells.length > 2 * LOT_CELLS) lots.splice(at + 1, 0, this.#make(cells.splice(LOT_CELLS)));
  }

  /** The lot in which a unit stands or would stand: the last that begins no later. */
  #placeOf(cell: Cell): { readonly lots: Lot[]; readonly at: number } {
    const key = keyOf(cell);
    const lots = this.#lots.get(key) ?? [];
    this.#lots.set(key, lots);
    const at = lots.findLastIndex(({ cells: [first] }) => first !== undefined && inOrder(first, cell) <= 0);
    return { lots, at: Math.max(0, at) };
  }

  #cellsToWrite(lots: Lot[], at: number): Cell[] {
    const lot = lots[at];
    if (!lot) throw new Error('a unit stands in no lot');
    const own = this.#fresh.has(lot) ? lot : { key: lot.key, cells: [...lot.cells] };
    this.#fresh.add(own);
    lots[at] = own;
    return own.cells as Cell[];
  }

  #make(cells: Cell[]): Lot {
    const lot = { key: this.#next++, cells };
    this.#fresh.add(lot);
    return lot;
  }
}

/** Units of one status; the blocked ones apart by what holds them. */
const keyOf = ({ status, cause }: Cell): string => (cause === '' ? status : `${status} ${cause}`);

function sectionOf(key: string, lots: readonly Lot[]): Section | null {
  const first = lots[0]?.cells[0];
  if (!first) return null;
  const { status, cause } = first;
  return { key, status, cause, lots, size: lots.reduce((sum, { cells }) => sum + cells.length, 0) };
}

/** By name, so that a group does not move when its number of units changes. */
const byStatusAndCause = (a: Section, b: Section): number =>
  STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
  (a.cause < b.cause ? -1 : Number(a.cause > b.cause));
