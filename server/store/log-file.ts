/**
 * The log as lines of JSON: first what it is, then each event in order, then the keys of executed mutations. What folds
 * to the same state elsewhere, number for number.
 */
import type { Event } from '../../shared/events.ts';
import { reduce } from '../domain/reduce.ts';
import { EMPTY, type State } from '../domain/state.ts';
import { DatabaseProblem } from './database-file.ts';
import { MIGRATIONS } from './migrations.ts';
import type { KeyOfMutation, LogSnapshot, LogTarget } from './whole-log.ts';

const FORMAT = 'signalbox-log';

/** The lines of a log, each with its line break. */
export async function* linesOf(log: LogSnapshot): AsyncIterable<string> {
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  yield line({ format: FORMAT, schema: MIGRATIONS.length, events: log.seq });
  for await (const event of log.events()) yield line({ event });
  for await (const key of log.keys()) yield line({ key });
}

/** How many events and keys were taken over. */
export interface Imported {
  readonly events: number;
  readonly keys: number;
}

/**
 * Takes a log over into an empty database, in one transaction: all of it or nothing. Throws `DatabaseProblem`, which
 * names the line.
 */
export async function importLines(target: LogTarget, lines: AsyncIterable<string>): Promise<Imported> {
  try {
    const { state, expected, keys } = await takeOver(target, lines);
    if (state.seq !== expected)
      throw new DatabaseProblem(
        'unusable',
        `The file ends after ${state.seq} of ${expected} events: it was cut off.`,
      );
    await target.finish(state);
    return { events: state.seq, keys };
  } finally {
    await target.end();
  }
}

interface Taken {
  readonly state: State;
  readonly expected: number;
  readonly keys: number;
}

async function takeOver(target: LogTarget, lines: AsyncIterable<string>): Promise<Taken> {
  let number = 0;
  let taken: Taken = { state: EMPTY, expected: 0, keys: 0 };
  for await (const text of lines) {
    number++;
    try {
      const line = JSON.parse(text) as Record<string, unknown>;
      taken = number === 1 ? { ...taken, expected: eventsIn(line) } : await takeLine(target, taken, line);
    } catch (error) {
      const why = error instanceof LineProblem ? error.message : 'It cannot be read.';
      throw new DatabaseProblem('unusable', `Line ${number}: ${why}`);
    }
  }
  if (number === 0) throw new DatabaseProblem('unusable', 'The file is empty.');
  return taken;
}

class LineProblem extends Error {}

function eventsIn({ format, schema, events }: Record<string, unknown>): number {
  if (format !== FORMAT || typeof events !== 'number')
    throw new LineProblem('This is no log of Signalbox: its first line says what the file is.');
  if (schema !== MIGRATIONS.length)
    throw new LineProblem(
      `The log was exported by another version (schema ${String(schema)}; this one has ${MIGRATIONS.length}). Take a backup over, which is migrated: signalbox restore`,
    );
  return events;
}

async function takeLine(target: LogTarget, taken: Taken, line: Record<string, unknown>): Promise<Taken> {
  if (isKey(line.key)) {
    const { key, digest, seq, result, spent } = line.key;
    await target.addKey({ key, digest, seq, result, spent });
    return { ...taken, keys: taken.keys + 1 };
  }
  const event = line.event as Event;
  if (event?.seq !== taken.state.seq + 1)
    throw new LineProblem(`It should hold event ${taken.state.seq + 1}.`);
  const state = reduce(taken.state, event);
  await target.addEvent(event, taken.state.works.get(event.unit));
  return { ...taken, state };
}

const isKey = (value: unknown): value is KeyOfMutation =>
  typeof value === 'object' &&
  value !== null &&
  ['key', 'digest', 'result'].every(
    (field) => typeof (value as Record<string, unknown>)[field] === 'string',
  ) &&
  typeof (value as KeyOfMutation).seq === 'number' &&
  typeof (value as KeyOfMutation).spent === 'boolean';
