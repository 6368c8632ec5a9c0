/** Checks a database against its own log: the tables must be what the reducer makes of the events. */
import { isDeepStrictEqual } from 'node:util';
import type { Event } from '../../shared/events.ts';
import type { CheckedDatabase, DatabaseDifference } from '../../shared/offline.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { reduce } from '../domain/reduce.ts';
import { EMPTY, type State } from '../domain/state.ts';
import type { Db } from './sqlite.ts';

/** Reads everything at one moment; a daemon may be writing meanwhile. Throws errors of the database. */
export function checkLog(db: Db): Promise<CheckedDatabase> {
  return db.atOneMoment(() => {
    const differences: DatabaseDifference[] = [];
    const folded = foldedFrom(db, differences);
    const tables = db.state();
    if (folded !== null) differences.push(...differencesOf(folded, tables));
    const items = [...tables.works].reduce((count, work) => count + work.items.length, 0);
    return { events: db.lastSeq(), units: tables.works.length, items, differences };
  });
}

/** null: the log itself cannot be folded. */
function foldedFrom(db: Db, differences: DatabaseDifference[]): State | null {
  let state = EMPTY;
  const failed = (difference: DatabaseDifference) => {
    differences.splice(0, differences.length, difference);
    return null;
  };
  for (const event of db.events()) {
    if (event.seq !== state.seq + 1) return failed({ code: 'gap', seq: state.seq + 1 });
    try {
      const work = state.works.get(event.unit);
      state = reduce(state, event);
      if (event.type === 'unit.archived' && work && !isArchivedAs(db, event, work))
        differences.push({ code: 'unit', chunk: work.unit.chunk });
    } catch {
      return failed({ code: 'fold', seq: event.seq });
    }
  }
  return state;
}

/** The fold forgets what is archived, so it is compared in between. */
function isArchivedAs(db: Db, { at, unit }: Event, work: WorkUnit): boolean {
  return isDeepStrictEqual(db.archive.get(unit), { ...work, unit: { ...work.unit, archived_at: at } });
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
  if (!isDeepStrictEqual(archiveIn(log), archiveIn(tables))) differences.push({ code: 'archive' });
  const most = Math.max(log.works.length, tables.works.length);
  for (let id = 0; id < most; id++) {
    const [ours, theirs] = [log.works.get(id), tables.works.get(id)];
    if (!isDeepStrictEqual(ours, theirs)) differences.push({ code: 'unit', chunk: chunkOf(ours ?? theirs) });
  }
  return differences;
}

/** A persistent map does not show its entries to a comparison. */
const archiveIn = ({ archive }: State) => ({ ...archive, names: new Map(archive.names) });

const chunkOf = (work: WorkUnit | undefined): string => work?.unit.chunk ?? '';
