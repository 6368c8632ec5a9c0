/** Checks a database against its own log: the tables must be what the reducer makes of the events. */
import { isDeepStrictEqual } from 'node:util';
import type { Event } from '../../shared/events.ts';
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
  const differences: DatabaseDifference[] = [];
  const folded = await foldedFrom(log, differences);
  if (folded === null) return { events: log.seq, units: 0, items: 0, differences };
  differences.push(...differencesOf(folded, await log.state()));
  const items = [...folded.works].reduce((count, work) => count + work.items.length, 0);
  return { events: log.seq, units: folded.works.length, items, differences };
}

/** null: the log itself cannot be folded. */
async function foldedFrom(log: LogSnapshot, differences: DatabaseDifference[]): Promise<State | null> {
  let state = EMPTY;
  const failed = (difference: DatabaseDifference) => {
    differences.splice(0, differences.length, difference);
    return null;
  };
  for await (const event of log.events()) {
    if (event.seq !== state.seq + 1) return failed({ code: 'gap', seq: state.seq + 1 });
    const work = state.works.get(event.unit);
    try {
      state = reduce(state, event);
    } catch {
      return failed({ code: 'fold', seq: event.seq });
    }
    if (event.type === 'unit.archived' && work && !(await isArchivedAs(log, event, work)))
      differences.push({ code: 'unit', chunk: work.unit.chunk });
  }
  return state;
}

/** The fold forgets what is archived, so it is compared in between. */
async function isArchivedAs(log: LogSnapshot, { at, unit }: Event, work: WorkUnit): Promise<boolean> {
  try {
    const found = await log.archived(unit);
    return isDeepStrictEqual(found, { ...work, unit: { ...work.unit, archived_at: at } });
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function differencesOf(log: State, tables: State): DatabaseDifference[] {
  const differences: DatabaseDifference[] = [];
  const named = {
    settings: 'settings',
    agents: 'trusted',
    executors: 'executors',
    tokens: 'tokens',
    sessions: 'sessions',
    notifications: 'notify',
  } as const;
  for (const [code, field] of Object.entries(named) as [keyof typeof named, keyof State][])
    if (!isDeepStrictEqual(log[field], tables[field])) differences.push({ code });
  if (!isDeepStrictEqual(archiveIn(log), archiveIn(tables))) differences.push({ code: 'archive' });
  const most = Math.max(log.works.length, tables.works.length);
  for (let id = 0; id < most; id++) {
    const [ours, theirs] = [log.works.get(id), tables.works.get(id)];
    if (!isDeepStrictEqual(ours, theirs)) differences.push({ code: 'unit', chunk: chunkOf(ours ?? theirs) });
  }
  return differences;
}

/** A persistent map does not show its entries to a comparison. */
export const archiveIn = ({ archive }: State) => ({ ...archive, names: new Map(archive.names) });

const chunkOf = (work: WorkUnit | undefined): string => work?.unit.chunk ?? '';
