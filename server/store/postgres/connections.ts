/** ServerConnections to PostgreSQL. Every call on them has a deadline: a server that hangs is one that does not answer. */
import type { Client, ClientBase, ClientConfig, Pool, QueryResult, QueryResultRow } from 'pg';
import { Refusal } from '../../domain/refusal.ts';
import { DatabaseProblem } from '../database-file.ts';

/** Loaded only where there is a URL. */
const driver = async () => (await import('pg')).default;

const CONNECT_MS = 5000;
const ANSWER_MS = 10_000;
/** How long a caller waits for a database that does not answer. */
const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/** Numbers of events fit into a number; by default they come as text. */
const BIGINT = 20;

/** Where the server acknowledges what is not on a disk yet, ours are waited for all the same. */
const WAIT_FOR_DISK = `select set_config('synchronous_commit', 'on', false)
  where current_setting('synchronous_commit') in ('off', 'local')`;

interface Statement {
  readonly text: string;
  readonly values?: unknown[];
  /** Prepared once by that name on each connection. */
  readonly name?: string;
}

export class ServerConnections {
  readonly #config: ClientConfig;
  /** One: batches follow each other. */
  readonly writer: Pool;
  readonly readers: Pool;
  readonly #newClient: (config: ClientConfig) => Client;

  private constructor(config: ClientConfig, pg: Awaited<ReturnType<typeof driver>>) {
    this.#config = config;
    const onConnect = async (client: ClientBase) => void (await client.query(WAIT_FOR_DISK));
    this.writer = new pg.Pool({ ...config, max: 1, onConnect });
    this.readers = new pg.Pool({ ...config, max: 4 });
    this.#newClient = (more) => new pg.Client(more);
    // A connection that breaks while nobody uses it is replaced at its next use.
    for (const pool of [this.writer, this.readers]) pool.on('error', () => {});
  }

  /** Connects to nothing yet. Rejects with `DatabaseProblem` where the URL cannot be read. */
  static async to(url: string): Promise<ServerConnections> {
    const pg = await driver();
    const types = {
      getTypeParser: (id: number, format?: 'text' | 'binary') =>
        id === BIGINT ? Number : pg.types.getTypeParser(id, format),
    };
    const config = {
      connectionString: url,
      types: types as ClientConfig['types'],
      application_name: 'signalbox',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    } as ClientConfig;
    try {
      return new ServerConnections(config, pg);
    } catch {
      throw new DatabaseProblem('unusable', 'The URL of the database cannot be read.');
    }
  }

  /** A connection of its own. `answerMs`: 0 waits for as long as it takes. */
  single(answerMs: number = ANSWER_MS): Client {
    const client = this.#newClient({ ...this.#config, query_timeout: answerMs });
    client.on('error', () => {});
    return client;
  }

  /** Asks again while nobody answers. Rejects with a `Refusal`: `unreachable`. */
  read<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<QueryResult<Row>> {
    return this.untilAnswered(() => this.readers.query<Row>({ text, values }));
  }

  write(statement: Statement): Promise<QueryResult> {
    return this.writer.query(statement);
  }

  /** Tries again what the server has not answered; what it has answered stands. */
  async untilAnswered<T>(ask: () => Promise<T>, patience = PATIENCE_MS): Promise<T> {
    const end = Date.now() + patience;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await ask();
      } catch (error) {
        if (isAnswer(error)) throw error;
        if (Date.now() >= end) throw unreachable(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.writer.end(), this.readers.end()]);
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** Classes of SQLSTATE by which the server says that this statement, as it is, was not carried out, and never will be. */
const FINAL = ['22', '23', '42'];
export const NO_ROOM = '53100';

/** Whether the server has decided: nothing was done. Of everything else the outcome is unknown. */
export function isAnswer(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof Refusal || error instanceof DatabaseProblem) return true;
  return /^[0-9A-Z]{5}$/.test(code) && (FINAL.includes(code.slice(0, 2)) || code === NO_ROOM);
}

/** Nobody is let in, or the database is not there: trying again does not help a start. */
export const isNoEntry = (error: unknown): boolean => /^(28...|3D000)$/.test(codeOf(error));

/** The server's words, which have no password. */
export const wordsOf = (error: unknown): string =>
  codeOf(error) === '' || !(error instanceof Error)
    ? error instanceof Error
      ? error.message
      : String(error)
    : `${error.message || codeOf(error)}`;

export const unreachable = (error: unknown): Refusal =>
  new Refusal(
    'unavailable',
    'unreachable',
    `The database does not answer (${wordsOf(error)}). Whether this was saved is not known; the same again is not done twice. Try again.`,
  );
