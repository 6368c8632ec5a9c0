/** Reads the state from the tables in PostgreSQL. */
import type { PoolClient } from 'pg';
import type { State } from '../../domain/state.ts';
import { archiveFrom, idsIn, type LastIds, type NameRow } from '../archive.ts';
import { DatabaseProblem } from '../database-file.ts';
import { type ArchiveRows, readState, type StateRows } from '../read-state.ts';
import type { Tables } from '../tables.ts';

type Row = Record<string, unknown>;

/** In the order in which SQLite reads them. */
const READS = {
  units: 'select facts from units order by id',
  runs: 'select facts from runs order by unit, number',
  items: 'select facts from items order by unit, nth',
  conflicts: 'select * from conflicts order by unit, other',
  settings: 'select * from settings',
  agents: 'select digest, facts, work from agents',
  executors: 'select digest, facts from executors',
  channels: 'select * from notify',
  tokens: 'select facts from tokens order by nth',
  sessions: 'select facts from sessions order by nth',
  archived: 'select chunk, unit, digest from archive where digest is not null',
  archiveSums: 'select * from archive_sums',
  ids: 'select (select max(id) from units) as live, (select max(unit) from archive) as archived',
} as const;
type Name = keyof typeof READS;

/** Within a transaction. Rejects with `DatabaseProblem` where the log has gaps or a row cannot be read. */
export async function stateIn(client: PoolClient, name: string): Promise<State> {
  const all = async (text: string) => (await client.query(text)).rows as Row[];
  const [head] = await all('select seq from head');
  const [log] = await all('select count(*) as count, coalesce(max(seq), 0) as last from events');
  const rows = new Map<string, Row[]>();
  for (const [table, text] of Object.entries(READS)) rows.set(table, await all(text));
  if (!head || log?.count !== head.seq || log?.last !== head.seq)
    throw unusable(name, `has gaps in its log: ${log?.count} events up to number ${head?.seq}`);
  return stateFrom(rows, Number(head.seq), name);
}

const unusable = (name: string, why: string) => new DatabaseProblem('unusable', `${name} ${why}.`);

function archiveIn(rows: ReadonlyMap<string, Row[]>): ArchiveRows {
  const of = (table: Name): unknown[] => rows.get(table) ?? [];
  const sums = of('archiveSums') as Tables['archive_sums'][];
  return { read: () => archiveFrom(of('archived') as NameRow[], sums), ids: idsIn(of('ids')[0] as LastIds) };
}

function stateFrom(rows: ReadonlyMap<string, Row[]>, seq: number, name: string): State {
  const of = (table: Name) => ({ all: () => rows.get(table) ?? [] });
  const tables: StateRows = {
    units: of('units'),
    runs: of('runs'),
    items: of('items'),
    conflicts: of('conflicts'),
    settings: of('settings'),
    agents: of('agents'),
    executors: of('executors'),
    channels: of('channels'),
    tokens: { all: of('tokens') },
    sessions: { all: of('sessions') },
  };
  try {
    return readState(tables, archiveIn(rows), seq);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unusable(name, 'holds what cannot be read');
  }
}
