/** The whole table, by hand: one request each, and what the door does with it. */
import { CELLS_OF_CALLERS } from './cells-of-callers.ts';
import { CELLS_OF_ORIGINS } from './cells-of-origins.ts';
import { CELLS_OF_PAGES } from './cells-of-pages.ts';
import { CELLS_OF_REQUESTS } from './cells-of-requests.ts';
import { type Gate, headOf, inWords } from './scene.ts';
import { DOORS, type Row } from './table-row.ts';

export const ROWS: readonly Row[] = [
  ...CELLS_OF_REQUESTS,
  ...CELLS_OF_ORIGINS,
  ...CELLS_OF_CALLERS,
  ...CELLS_OF_PAGES,
];

/** What a gate does with a row, in the row's own words; with what it says where the row names that. */
export function outcomeOf(gate: Gate, { door, cell, more, said }: Row): string {
  const { listener, known } = DOORS[door];
  const verdict = gate(listener, headOf(cell, more), known);
  if (said === null) return inWords(verdict);
  return `${inWords(verdict)}: ${verdict.admitted ? verdict.caller?.actor : verdict.message}`;
}

export function expectedOf({ expected, said }: Row): string {
  return said === null ? expected : `${expected}: ${said}`;
}
