import { type Cell, type Counts, inOrder } from '../../shared/board.ts';
import { STATUSES, type Status } from '../../shared/words.ts';

/** From so many on, what is put is sorted in at once. */
const MANY = 100;

/** The cells of all units: by key, and for each status in the order in which they are shown. */
export class Cells {
  readonly #byKey = new Map<string, Cell>();
  readonly #sections = bySection(() => [] as Cell[]);

  get(key: string): Cell | undefined {
    return this.#byKey.get(key);
  }

  all(): Iterable<Cell> {
    return this.#byKey.values();
  }

  /** Those of a status, in order. */
  of(status: Status): readonly Cell[] {
    return this.#sections[status];
  }

  sizes(): Counts['units'] {
    return bySection((status) => this.#sections[status].length);
  }

  /** Puts cells in place of those with the same keys; of several with one key the last. */
  put(cells: readonly Cell[]): void {
    const latest = [...new Map(cells.map((cell) => [cell.key, cell])).values()];
    for (const { key } of latest) this.delete(key);
    const isMany = latest.length >= MANY;
    for (const cell of latest) {
      this.#byKey.set(cell.key, cell);
      const section = this.#sections[cell.status];
      section.splice(isMany ? section.length : placeIn(section, cell), 0, cell);
    }
    if (isMany) for (const status of STATUSES) this.#sections[status].sort(inOrder);
  }

  delete(key: string): void {
    const cell = this.#byKey.get(key);
    if (!cell) return;
    this.#byKey.delete(key);
    const section = this.#sections[cell.status];
    section.splice(placeIn(section, cell), 1);
  }
}

const bySection = <T>(make: (status: Status) => T): Record<Status, T> =>
  Object.fromEntries(STATUSES.map((status) => [status, make(status)])) as Record<Status, T>;

/** Where a cell is among sorted ones, or belongs. */
function placeIn(section: readonly Cell[], cell: Cell): number {
  let [from, to] = [0, section.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (inOrder(section[middle] as Cell, cell) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
