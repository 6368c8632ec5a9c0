/** A gate against the oracle, cell by cell. */

import { cellAt } from './all-requests.ts';
import { type Door, oracle } from './oracle.ts';
import { type Gate, headOf, inWords } from './scene.ts';
import { DOORS } from './table-row.ts';

export const EACH_DOOR: readonly Door[] = ['shut', 'open', 'socket'];

/** What a gate makes of a cell of the product; what it throws, too, is a verdict. */
export function verdictAt(gate: Gate, door: Door, number: number): string {
  const { listener, known } = DOORS[door];
  try {
    return inWords(gate(listener, headOf(cellAt(number)), known));
  } catch (error) {
    return `throws ${error}`;
  }
}

export interface Disagreement {
  readonly number: number;
  readonly expected: string;
  readonly actual: string;
}

export function disagreements(gate: Gate, door: Door, numbers: Iterable<number>): Disagreement[] {
  const found: Disagreement[] = [];
  for (const number of numbers) {
    const expected = oracle(door, cellAt(number));
    const actual = verdictAt(gate, door, number);
    if (actual !== expected) found.push({ number, expected, actual });
  }
  return found;
}
