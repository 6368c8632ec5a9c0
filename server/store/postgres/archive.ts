/** Units that have left the live state, in PostgreSQL. */
import type { QueryResult, QueryResultRow } from 'pg';
import type { WorkUnit } from '../../../shared/words.ts';
import { workIn } from '../archive.ts';
import type { ArchivedUnit, ArchiveSearch } from '../journal.ts';
import type { Tables } from '../tables.ts';
import { storable } from './storable.ts';

type Read = <Row extends QueryResultRow>(text: string, values: unknown[]) => Promise<QueryResult<Row>>;

/** As `Journal.archived`. Rejects with a `SyntaxError` where its facts cannot be read. */
export async function archivedIn(read: Read, unit: number): Promise<WorkUnit | undefined> {
  const { rows } = await read<Tables['archive']>('select * from archive where unit = $1::bigint', [unit]);
  return rows[0] && workIn(rows[0]);
}

const FIND = `select unit, chunk, title, over_at from archive
  where digest is not null and unit < $1::bigint and (strpos(chunk, $2) > 0 or strpos(lower(title), $2) > 0)
  order by unit desc limit $3`;

export async function findIn(read: Read, { q, before, most }: ArchiveSearch): Promise<ArchivedUnit[]> {
  return (await read<ArchivedUnit>(FIND, [before, storable(q.toLowerCase()), most])).rows;
}
