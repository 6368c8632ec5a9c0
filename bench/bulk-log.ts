/** A long life made in bulk: a log that folds, packed as the daemon packs it, and the tables that it adds up to. */
import Sqlite from 'better-sqlite3';
import { OPERATOR } from '../server/domain/actors.ts';
import { reduce } from '../server/domain/reduce.ts';
import { EMPTY, type State } from '../server/domain/state.ts';
import { ArchiveTable } from '../server/store/archive.ts';
import { putTables } from '../server/store/lagging-tables.ts';
import { PACK, Packs } from '../server/store/packs.ts';
import { Db } from '../server/store/sqlite.ts';
import { prepareAll } from '../server/store/statements.ts';
import type { Event } from '../shared/events.ts';
import { spec } from '../test/core/store-fixture.ts';

export interface Life {
  /** Units that are through, with one run each. */
  readonly done: number;
  /** Units that are not. */
  readonly alive: number;
  readonly events: number;
  /** Whether those that are through are archived. */
  readonly archived?: boolean;
  /** How many events of one unit come in a row; absent: 20. */
  readonly burst?: number;
}

const KEPT = 100_000;
const BEGAN = Date.parse('2026-01-01T00:00:00.000Z');

type Change = Pick<Event, 'type' | 'unit' | 'data'>;

/** Much happens to a unit while it is at work, and then nothing for long. */
const BURST = 20;

/** First the units that are through, then the others; then these are changed again and again. */
function* changesOf({ done, alive, events, archived = false, burst = BURST }: Life): Iterable<Change> {
  let count = 0;
  for (let unit = 0; unit < done + alive; unit++)
    for (const change of unit < done ? lifeOf(unit) : [added(unit)]) {
      count++;
      yield change;
    }
  for (let unit = 0; archived && unit < done; unit++, count++)
    yield { type: 'unit.archived', unit, data: { digest: `digest-${unit}` } } as Change;
  for (; count < events; count++) {
    const unit = done + (Math.floor(count / burst) % alive);
    const priority = 1 + (count % 98);
    yield { type: 'unit.prioritized', unit, data: { priority } } as Change;
  }
}

const added = (unit: number): Change =>
  ({
    type: 'unit.added',
    unit,
    data: spec(`unit-${unit}`, { external: true, goal: `What unit ${unit} is for.` }),
  }) as Change;

function lifeOf(unit: number): Change[] {
  const run = { number: 1, phase: 'IMPLEMENT', agent: 'shell', marker: `marker-${unit}`, token: null };
  return [
    { type: 'unit.added', unit, data: spec(`unit-${unit}`, { goal: `What unit ${unit} is for.` }) },
    { type: 'run.started', unit, data: run },
    { type: 'run.spawned', unit, data: { number: 1, pid: 7, started: '77' } },
    { type: 'run.ended', unit, data: { number: 1, outcome: { exit: 'exited', code: 0 } } },
    { type: 'phase.finished', unit, data: { phase: 'IMPLEMENT' } },
  ] as Change[];
}

/** Writes the database. Nothing else may use it. */
export function writeLife(path: string, life: Life): void {
  Db.open(path).close();
  const sqlite = new Sqlite(path);
  sqlite.pragma('synchronous = off');
  const packs = new Packs(prepareAll(sqlite).packs);
  const { addEvent } = prepareAll(sqlite);
  let state: State = EMPTY;
  const archive = new ArchiveTable(prepareAll(sqlite).archive);
  let rows: Parameters<Packs['add']>[0][number][] = [];
  sqlite.exec('begin');
  for (const change of changesOf(life)) {
    const seq = state.seq + 1;
    const event = { ...change, seq, at: new Date(BEGAN + seq * 1000).toISOString(), by: OPERATOR } as Event;
    const leaving = event.type === 'unit.archived' && state.works.get(event.unit);
    if (event.type === 'unit.archived' && leaving) archive.add(event, leaving);
    state = reduce(state, event);
    const { at, by, unit, type, data } = event;
    rows.push({ seq, at, by: JSON.stringify(by), unit, type, data: JSON.stringify(data) });
    if (seq > life.events - KEPT) {
      for (const row of rows) addEvent.run(row.seq, row.at, row.by, row.unit, row.type, row.data);
      rows = [];
    } else if (rows.length === PACK) {
      packs.add(rows);
      rows = [];
    }
  }
  sqlite.exec('commit');
  sqlite.close();
  const db = Db.open(path);
  db.begin();
  putTables(db, EMPTY, state);
  db.commit();
  db.checkpoint();
  db.close();
}
