/** Copies a log from one database to another, number for number, and compares what both fold to. */
import { isDeepStrictEqual } from 'node:util';
import type { CheckedDatabase } from '../../shared/offline.ts';
import { reduce } from '../domain/reduce.ts';
import { EMPTY, type State } from '../domain/state.ts';
import { archiveIn, checkSnapshot } from './check-log.ts';
import { DatabaseProblem } from './database-file.ts';
import type { LogSnapshot, LogTarget } from './whole-log.ts';

export interface CopiedLog {
  readonly state: State;
  readonly keys: number;
}

/** All or nothing. Rejects with `DatabaseProblem` where the source does not agree with its own log. */
export async function copyLog(source: LogSnapshot, target: LogTarget): Promise<CopiedLog> {
  try {
    let state = EMPTY;
    for await (const event of source.events()) {
      if (event.seq !== state.seq + 1) throw different(`it has no event ${state.seq + 1}`);
      const work = state.works.get(event.unit);
      state = reduce(state, event);
      await target.addEvent(event, work);
    }
    const tables = await source.state();
    if (!isSame(state, tables)) throw different('its tables say something else than its log');
    let keys = 0;
    for await (const key of source.keys()) {
      await target.addKey(key);
      keys++;
    }
    await target.finish(state);
    return { state, keys };
  } finally {
    await target.end();
  }
}

/** What was copied is what was read: by its own log, by its tables, and by its keys. Rejects with `DatabaseProblem`. */
export async function verifyCopy(copied: CopiedLog, made: LogSnapshot): Promise<CheckedDatabase> {
  const checked = await checkSnapshot(made);
  let keys = 0;
  for await (const _ of made.keys()) keys++;
  const isWhole = checked.differences.length === 0 && keys === copied.keys;
  if (!isWhole || !isSame(copied.state, await made.state()))
    throw new DatabaseProblem('unusable', 'The copy is not what was copied. Do not use it.');
  return checked;
}

const isSame = (one: State, other: State): boolean =>
  one.seq === other.seq &&
  one.works.length === other.works.length &&
  isDeepStrictEqual([...one.works], [...other.works]) &&
  isDeepStrictEqual(archiveIn(one), archiveIn(other)) &&
  (['settings', 'trusted', 'executors', 'tokens', 'sessions', 'notify'] as const).every((field) =>
    isDeepStrictEqual(one[field], other[field]),
  );

const different = (why: string) =>
  new DatabaseProblem('unusable', `Not copied: ${why}. Look closer: signalbox check`);
