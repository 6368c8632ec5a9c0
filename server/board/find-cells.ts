import type { Cell } from '../../shared/board.ts';
import { says } from './query-filter.ts';

/** The units whose name or title a text is part of, the nearest first: the name itself, names that begin with it, others. */
export function findCells(cells: Iterable<Cell>, q: string, most: number): Cell[] {
  const words = q.toLowerCase();
  const ranks: Cell[][] = [[], [], [], []];
  for (const cell of cells) {
    const at = cell.chunk.indexOf(words);
    const rank = cell.chunk === words ? 0 : at === 0 ? 1 : at > 0 ? 2 : says(q, cell.title) ? 3 : -1;
    ranks[rank]?.push(cell);
  }
  return ranks.flatMap((found) => found.sort(openFirst)).slice(0, most);
}

const openFirst = (a: Cell, b: Cell): number =>
  Number(a.status === 'DONE') - Number(b.status === 'DONE') || a.id - b.id;
