/** Counts the cells that tell one mutant of the gate from the gate: table and sample, and where they do not, all. */
import { parentPort, workerData } from 'node:worker_threads';
import { CELLS } from './all-requests.ts';
import { disagreements, EACH_DOOR } from './disagreements.ts';
import { expectedOf, outcomeOf, ROWS } from './gate-table.ts';
import type { Door } from './oracle.ts';
import { randomFrom } from './random.ts';
import type { Gate } from './scene.ts';
import type { Row } from './table-row.ts';

/** Spread over the doors. */
const SAMPLE = 20_000;

/** What a worker is given: the module with the gate in question, and the seed of the sample. */
export interface Asked {
  readonly module: string;
  readonly seed: number;
  /** Whether all of the product is asked where the sample says nothing. */
  readonly whole: boolean;
}
/** What it tells; null before that, where sample and table say nothing and all of the product is next. */
export interface Told {
  readonly red: number;
  readonly of: number;
}

const { module, seed, whole } = workerData as Asked;
const { gate } = (await import(module)) as { readonly gate: Gate };

function isRed(row: Row): boolean {
  try {
    return outcomeOf(gate, row) !== expectedOf(row);
  } catch {
    return true;
  }
}

function redAt(doors: readonly Door[], numbers: readonly number[]): number {
  return doors.map((door) => disagreements(gate, door, numbers).length).reduce((all, each) => all + each, 0);
}

function redOfSample(): number {
  const random = randomFrom(seed);
  const sample = Array.from({ length: SAMPLE }, () => Math.floor(random() * CELLS));
  return EACH_DOOR.map((door, at) =>
    redAt(
      [door],
      sample.filter((_, number) => number % EACH_DOOR.length === at),
    ),
  ).reduce((all, each) => all + each, 0);
}

function told(): Told {
  const red = ROWS.filter(isRed).length + redOfSample();
  if (red > 0 || !whole) return { red, of: ROWS.length + SAMPLE };
  parentPort?.postMessage(null);
  const all = Array.from({ length: CELLS }, (_, number) => number);
  return { red: redAt(EACH_DOOR, all), of: ROWS.length + CELLS * EACH_DOOR.length };
}

parentPort?.postMessage(told());
