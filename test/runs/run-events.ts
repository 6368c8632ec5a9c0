/** What a daemon has kept of its runs, read from its database, with or without a daemon. */
import Sqlite from 'better-sqlite3';
import { putTables } from '../../server/store/lagging-tables.ts';
import { Db } from '../../server/store/sqlite.ts';
import type { Moment, Outcome, ProcessIdentity, Run } from '../../shared/words.ts';
import type { DaemonFixture } from '../daemon-fixture.ts';

interface Row {
  readonly chunk: string;
  readonly at: Moment;
  readonly data: string;
}

export interface RunEvent {
  readonly chunk: string;
  readonly at: Moment;
  readonly number: number;
}

function query<T>({ paths }: DaemonFixture, statement: string): T[] {
  const sqlite = new Sqlite(paths.database, { readonly: true, timeout: 2000 });
  try {
    return sqlite.prepare(statement).all() as T[];
  } finally {
    sqlite.close();
  }
}

/** All events of one type about runs, as the log has them. */
export function runEvents<T extends object>(house: DaemonFixture, type: `run.${string}`): (RunEvent & T)[] {
  const rows = query<Row>(
    house,
    `select added.data->>'chunk' as chunk, events.at, events.data from events
      join events as added on added.unit = events.unit and added.type = 'unit.added'
      where events.type = '${type}' order by events.seq`,
  );
  return rows.map(({ chunk, at, data }) => ({ chunk, at, ...(JSON.parse(data) as { number: number } & T) }));
}

/**
 * How the runs of each chunk ended, in order. Throws unless each was started once and has ended once, in the log.
 */
export function endsOf(house: DaemonFixture): Map<string, string[]> {
  const started = runEvents(house, 'run.started');
  const ended = runEvents<{ outcome: Outcome }>(house, 'run.ended');
  const key = ({ chunk, number }: RunEvent) => `run ${number} of ${chunk}`;
  refuseTwice('started', started.map(key));
  refuseTwice('ended', ended.map(key));
  const ends = new Map<string, string[]>();
  for (const run of started) {
    const end = ended.find((each) => key(each) === key(run));
    if (!end) throw new Error(`${key(run)} has not ended`);
    ends.set(run.chunk, [...(ends.get(run.chunk) ?? []), wordsOf(end.outcome)]);
  }
  if (ended.length !== started.length) throw new Error('a run ended that was never started');
  return ends;
}

function refuseTwice(what: string, keys: readonly string[]): void {
  const twice = keys.filter((key, at) => keys.indexOf(key) !== at);
  if (twice.length > 0) throw new Error(`${what} twice: ${twice.join(', ')}`);
}

const wordsOf = (outcome: Outcome): string =>
  outcome.exit === 'exited' ? `exited with ${outcome.code}` : outcome.exit;

/** The record of the latest run of a chunk. */
export function runOf({ paths }: DaemonFixture, chunk: string): Run {
  const db = Db.look(paths.database);
  try {
    const work = [...db.state().works].find(({ unit }) => unit.chunk === chunk);
    const last = work?.runs.at(-1);
    if (!last) throw new Error(`${chunk} has no run`);
    return last;
  } finally {
    db.close();
  }
}

/** Makes the record of a run name another process. For a house without a daemon. */
export function renameProcess({ paths }: DaemonFixture, run: Run, process: ProcessIdentity): void {
  const db = Db.open(paths.database);
  try {
    db.begin();
    // What the tables say is not read from the log again.
    putTables(db, db.tables(), db.state());
    db.putRun({ ...run, process });
    db.commit();
  } finally {
    db.close();
  }
}
