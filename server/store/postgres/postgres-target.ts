/** Takes a whole log over into PostgreSQL, in one transaction. */
import { randomUUID } from 'node:crypto';
import type { Event } from '../../../shared/events.ts';
import { EMPTY } from '../../domain/state.ts';
import { type KeyOfMutation, type LogTarget, refuseFilled } from '../whole-log.ts';
import { writeArchive, writeTables } from '../write-tables.ts';
import { columnsOf, EVENT_TYPES, insertOf, Rows } from './batch-statement.ts';
import type { ServerConnections } from './connections.ts';

const AT_ONCE = 1000;

/** Rejects with `DatabaseProblem` where the database has a log. */
export async function postgresTarget(connections: ServerConnections): Promise<LogTarget> {
  const client = await connections.writer.connect();
  const batch = randomUUID();
  let events: Event[] = [];
  let rows = new Rows();
  let count = 0;
  const flush = async () => {
    const columns = EVENT_TYPES.map((type, nth) => `$${nth + 2}::${type}[]`).join(', ');
    await client.query(
      `insert into events (seq, at, by, unit, type, data, batch) select r.*, $1::uuid from unnest(${columns}) as r`,
      [batch, ...columnsOf(events)],
    );
    for (const [part, values] of rows.parts()) await client.query(insertOf(part), values);
    events = [];
    rows = new Rows();
    count = 0;
  };
  await client.query('begin');
  // No daemon writes meanwhile.
  const { rows: found } = await client.query<{ seq: number }>('select seq from head for update');
  try {
    refuseFilled(found[0]?.seq ?? 0);
  } catch (error) {
    client.release(true);
    throw error;
  }
  return {
    async addEvent(event, work) {
      events.push(event);
      writeArchive(rows, event, work);
      if (++count === AT_ONCE) await flush();
    },
    async addKey({ key, digest, seq, result, spent }: KeyOfMutation) {
      rows.putKey({ key, digest, seq, result }, spent);
      if (++count === AT_ONCE) await flush();
    },
    async finish(state) {
      await flush();
      writeTables(rows, EMPTY, state);
      await flush();
      await client.query('update head set seq = $1', [state.seq]);
      await client.query('commit');
    },
    // What was not committed ends with the connection.
    end: () => client.release(true),
  };
}
