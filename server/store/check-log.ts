/** Checks a database against its own log: the tables must be what the reducer makes of the events. */
import { isDeepStrictEqual } from 'node:util';
import type { CheckedDatabase, DatabaseDifference } from '../../shared/offline.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { reduce } from '../domain/reduce.ts';
import { EMPTY, type State } from '../domain/state.ts';
import type { Db } from './sqlite.ts';
import { type LogSnapshot, sqliteSnapshot } from './whole-log.ts';

/** Reads everything at one moment; a daemon may be writing meanwhile. Throws errors of the database. */
export function checkLog(db: Db): Promise<CheckedDatabase> {
  return db.atOneMoment(() => checkSnapshot(sqliteSnapshot(db)));
}

export async function checkSnapshot(log: LogSnapshot): Promise<CheckedDatabase> {
  const folded = await foldedFrom(log);
  const tables = await log.state();
  const differences = 'code' in folded ? [folded] : differencesOf(folded, tables);
  const items = [...tables.works].reduce((count, work) => count + work.items.length, 0);
  return { events: log.seq, units: tables.works.length, items, differences };
}

async function foldedFrom(log: LogSnapshot): Promise<State | DatabaseDifference> {
  let state = EMPTY;
  for await (const event of log.events()) {
    if (event.seq !== state.seq + 1) return { code: 'gap', seq: state.seq + 1 };
    try {
      state = reduce(state, event);
    } catch {
      return { code: 'fold', seq: event.seq };
    }
  }
  return state;
}

function differencesOf(log: State, tables: State): DatabaseDifference[] {
  const differences: DatabaseDifference[] = [];
  const named = {
    settings: 'settings',
    agents: 'trusted',
    tokens: 'tokens',
    sessions: 'sessions',
    notifications: 'notify',
  } as const;
  for (const [code, field] of Object.entries(named) as [keyof typeof named, keyof State][])
    if (!isDeepStrictEqual(log[field], tables[field])) differences.push({ code });
  const most = Math.max(log.works.length, tables.works.length);
  for (let id = 0; id < most; id++) {
    const [ours, theirs] = [log.works.get(id), tables.works.get(id)];
    if (!isDeepStrictEqual(ours, theirs)) differences.push({ code: 'unit', chunk: chunkOf(ours ?? theirs) });
  }
  return differences;
}

const chunkOf = (work: WorkUnit | undefined): string => work?.unit.chunk ?? '';
