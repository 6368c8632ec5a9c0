/** A log in PostgreSQL as it is at one moment: one transaction, in which nothing else is done. */
import type { PoolClient } from 'pg';
import type { Event } from '../../../shared/events.ts';
import type { State } from '../../domain/state.ts';
import type { Tables } from '../tables.ts';
import type { KeyOfMutation, LogSnapshot } from '../whole-log.ts';
import { archivedIn } from './archive.ts';
import type { ServerConnections } from './connections.ts';
import { stateIn } from './read-tables.ts';

const PAGE = 1000;

/** Rejects with what `use` rejects with. */
export async function atOneMoment<T>(
  connections: ServerConnections,
  name: string,
  use: (snapshot: LogSnapshot) => T | Promise<T>,
): Promise<T> {
  const client = await connections.readers.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const result = await use(await snapshotOn(client, name));
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function snapshotOn(client: PoolClient, name: string): Promise<LogSnapshot> {
  const { rows } = await client.query<{ seq: number }>('select seq from head');
  return {
    seq: rows[0]?.seq ?? 0,
    events: () => events(client),
    keys: () => keys(client),
    archived: (unit) => archivedIn((text, values) => client.query(text, values), unit),
    state: (): Promise<State> => stateIn(client, name),
  };
}

async function* events(client: PoolClient): AsyncIterable<Event> {
  for (let after = 0; ; ) {
    const { rows } = await client.query<Tables['events']>(
      'select seq, at, by, unit, type, data from events where seq > $1 order by seq limit $2',
      [after, PAGE],
    );
    for (const row of rows) yield { ...row, by: JSON.parse(row.by), data: JSON.parse(row.data) } as Event;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

async function* keys(client: PoolClient): AsyncIterable<KeyOfMutation> {
  for (let after: string | null = null; ; ) {
    const { rows }: { rows: Tables['keys'][] } = await client.query<Tables['keys']>(
      'select * from keys where $1::text is null or key > $1 order by key limit $2',
      [after, PAGE],
    );
    for (const row of rows) yield { ...row, spent: row.spent === 1 };
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.key ?? after;
  }
}
