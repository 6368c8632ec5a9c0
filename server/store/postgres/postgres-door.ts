/** A PostgreSQL database for commands: opened, used, and closed again. */
import { DatabaseProblem } from '../database-file.ts';
import type { TableSizes } from '../table-sizes.ts';
import type { LogSnapshot, LogTarget } from '../whole-log.ts';
import { nameOfDatabase } from './address.ts';
import { ServerConnections, wordsOf } from './connections.ts';
import { openSchema, refuseEmpty } from './open-schema.ts';
import { atOneMoment } from './postgres-snapshot.ts';
import { postgresTarget } from './postgres-target.ts';

export async function withSnapshot<T>(url: string, use: (log: LogSnapshot) => Promise<T>): Promise<T> {
  const name = nameOfDatabase(url);
  return withConnections(url, async (connections) => {
    await refuseEmpty(connections, name);
    return atOneMoment(connections, name, use);
  });
}

export async function withTarget<T>(url: string, use: (target: LogTarget) => Promise<T>): Promise<T> {
  return withConnections(url, async (connections) => {
    await openSchema(connections, nameOfDatabase(url));
    return use(await postgresTarget(connections));
  });
}

async function withConnections<T>(
  url: string,
  use: (connections: ServerConnections) => Promise<T>,
): Promise<T> {
  const connections = await ServerConnections.to(url);
  try {
    return await use(connections);
  } catch (error) {
    if (error instanceof DatabaseProblem || !isOfServer(error)) throw error;
    throw new DatabaseProblem('unreachable', `${nameOfDatabase(url)} does not answer: ${wordsOf(error)}`);
  } finally {
    await connections.close();
  }
}

const isOfServer = (error: unknown): boolean =>
  error instanceof Error && ('code' in error || /connection|timeout/i.test(error.message));

export interface ServerFacts {
  readonly version: string;
  readonly events: number;
  /** Of the machine that asks, ahead of the server; in seconds. */
  readonly clock_ahead: number;
  /** How the log itself is written: `off` loses what was acknowledged. */
  readonly fsync: string;
  readonly synchronous_commit: string;
  /** Standbys by how they are fed: `async`, `sync`, `quorum`, `potential`. */
  readonly standbys: readonly string[];
}

export async function lookAtServer(url: string): Promise<ServerFacts> {
  return withConnections(url, async (connections) => {
    await refuseEmpty(connections, nameOfDatabase(url));
    const before = Date.now();
    const { rows } = await connections.readers.query(
      `select current_setting('server_version') as version, (select seq from head) as events,
        extract(epoch from clock_timestamp())::float8 as now, current_setting('fsync') as fsync,
        current_setting('synchronous_commit') as synchronous_commit,
        array(select coalesce(sync_state, 'unknown') from pg_stat_replication) as standbys`,
    );
    const { now, ...facts } = rows[0] as Omit<ServerFacts, 'clock_ahead'> & { now: number };
    return { ...facts, clock_ahead: (before + Date.now()) / 2000 - now };
  });
}

export async function sizesIn(url: string): Promise<TableSizes> {
  return withConnections(url, async (connections) => {
    await refuseEmpty(connections, nameOfDatabase(url));
    const { rows } = await connections.readers.query<{ name: string; bytes: number }>(
      `select c.relname as name, pg_total_relation_size(c.oid) as bytes from pg_class c
        where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace`,
    );
    const sizes = { events: 0, packed: 0, keys: 0, facts: 0, free: 0 };
    for (const { name, bytes } of rows) sizes[name === 'events' || name === 'keys' ? name : 'facts'] += bytes;
    return sizes;
  });
}
