/** Looks at a PostgreSQL database before it is used, and brings its tables to what this version knows. */
import { DatabaseProblem, newEpoch } from '../database-file.ts';
import { POSTGRES_STEPS } from './base.ts';
import { isAnswer, isNoEntry, type ServerConnections, wordsOf } from './connections.ts';

/** Since when everything that is used here is there. */
const OLDEST_VERSION = 130_000;
/** "SBOX", as the file of SQLite has it: which advisory locks are ours. */
export const LOCKS = 0x53424f58;
/** A start that waits for another one, or for a server that is just starting. */
const PATIENCE_MS = 10_000;

type Query = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

/** Returns the epoch of the log. Rejects with `DatabaseProblem`; then nothing has changed. */
export async function openSchema(connections: ServerConnections, name: string): Promise<string> {
  try {
    return await connections.untilAnswered(() => inTransaction(connections, name), PATIENCE_MS);
  } catch (error) {
    if (error instanceof DatabaseProblem) throw error;
    const how = isAnswer(error) ? 'cannot be used' : 'does not answer';
    throw new DatabaseProblem('unreachable', `${name} ${how}: ${wordsOf(error)}`);
  }
}

async function inTransaction(connections: ServerConnections, name: string): Promise<string> {
  const client = await connections.writer.connect().catch((error: unknown) => {
    if (isNoEntry(error))
      throw new DatabaseProblem('unreachable', `${name} lets nobody in: ${wordsOf(error)}`);
    throw error;
  });
  const query: Query = async <Row>(text: string, values: unknown[] = []) =>
    (await client.query(text, values)).rows as Row[];
  try {
    await query('begin');
    // Two daemons may start at once.
    await query('select pg_advisory_xact_lock($1, 0)', [LOCKS]);
    await refuseStrange(query, name);
    const epoch = await migrate(query, name);
    await query('commit');
    client.release();
    return epoch;
  } catch (error) {
    // With it the transaction ends.
    client.release(true);
    throw error;
  }
}

async function refuseStrange(query: Query, name: string): Promise<void> {
  const refuse = (why: string) => {
    throw new DatabaseProblem('unusable', `${name} ${why}. It was left as it is.`);
  };
  const [server] = await query<{
    version: number;
    encoding: string;
    standby: boolean;
    schema: string | null;
  }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
      pg_is_in_recovery() as standby, current_schema() as schema`,
  );
  if (!server || server.version < OLDEST_VERSION)
    return refuse(`is PostgreSQL ${(server?.version ?? 0) / 10_000}; Signalbox needs 13 or newer`);
  if (server.encoding !== 'UTF8') return refuse(`is encoded in ${server.encoding}; Signalbox needs UTF8`);
  if (server.standby) return refuse('is a standby, which takes no writes; name the primary');
  if (server.schema === null) return refuse('has no schema that you may use (see search_path)');
  const tables = await query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = current_schema() and tablename <> 'meta'",
  );
  const isOurs = (await formatOf(query)) !== null;
  if (!isOurs && tables.length > 0) refuse(`has tables of another program (${tables[0]?.name})`);
}

/** Rejects with `DatabaseProblem` where no daemon has ever used the database, or one that is newer. Changes nothing. */
export async function refuseEmpty(connections: ServerConnections, name: string): Promise<void> {
  const query: Query = async <Row>(text: string, values: unknown[] = []) =>
    (await connections.readers.query(text, values)).rows as Row[];
  const format = await formatOf(query);
  if (format === POSTGRES_STEPS.length) return;
  const why =
    format === null
      ? 'has no log yet: nothing was ever started on it'
      : `has another schema (${format}; this Signalbox has ${POSTGRES_STEPS.length})`;
  throw new DatabaseProblem('unusable', `${name} ${why}.`);
}

async function formatOf(query: Query): Promise<number | null> {
  const [there] = await query(
    "select 1 from pg_tables where schemaname = current_schema() and tablename = 'meta'",
  );
  if (!there) return null;
  const [row] = await query<{ value: string }>("select value from meta where key = 'signalbox-schema'");
  return row ? Number(row.value) : null;
}

async function migrate(query: Query, name: string): Promise<string> {
  const taken = (await formatOf(query)) ?? 0;
  if (taken > POSTGRES_STEPS.length)
    throw new DatabaseProblem(
      'unusable',
      `${name} was written by a newer Signalbox (schema ${taken}; this one knows ${POSTGRES_STEPS.length}). It was left as it is.`,
    );
  for (const step of POSTGRES_STEPS.slice(taken)) for (const statement of step) await query(statement);
  if (taken < POSTGRES_STEPS.length)
    await query(
      "insert into meta values ('signalbox-schema', $1) on conflict (key) do update set value = excluded.value",
      [String(POSTGRES_STEPS.length)],
    );
  await query("insert into meta values ('epoch', $1) on conflict do nothing", [newEpoch()]);
  const [row] = await query<{ value: string }>("select value from meta where key = 'epoch'");
  return row?.value ?? '';
}
