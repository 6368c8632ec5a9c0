/**
 * Which of several daemons leads: the one whose connection holds the advisory lock. Lock and lease save time; what keeps
 * two from leading is the term, which stands in the head and is compared in each commit of a leader.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Leadership, Term } from '../leadership.ts';
import type { ServerConnections } from './connections.ts';
import { LOCKS } from './open-schema.ts';

/** A holder that was not heard of for so long is cut off by whoever waits. By the clock of the database. */
const LEASE_MS = 2000;
const BEAT_MS = LEASE_MS / 4;
const AGAIN_MS = 200;

/** The connection that holds the lock of this log, where it has not been heard of for the lease. */
const CUT_OFF = `select pg_terminate_backend(l.pid) from pg_locks l, head h
  where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2 and l.objsubid = 2
  and l.database = (select oid from pg_database where datname = current_database())
  and l.pid = h.holder_pid and h.heard_at < clock_timestamp() - $3 * interval '1 millisecond'`;

export class PostgresLeadership implements Leadership {
  readonly #connections: ServerConnections;
  readonly #key: number;

  constructor(connections: ServerConnections, epoch: string) {
    this.#connections = connections;
    // A positive integer: pg_locks shows it as it is.
    this.#key = Number.parseInt(epoch.slice(0, 7), 16);
  }

  async lead(signal: AbortSignal): Promise<Term> {
    for (;;) {
      signal.throwIfAborted();
      const client = this.#connections.single(0);
      const close = () => void client.end().catch(() => {});
      signal.addEventListener('abort', close, { once: true });
      try {
        await client.connect();
        await this.#lock(client);
        return { term: await begin(client), lost: this.#hold(client, signal) };
      } catch {
        close();
        signal.removeEventListener('abort', close);
        await delay(AGAIN_MS, undefined, { signal });
      }
    }
  }

  /** Waits in the call that takes the lock: whoever holds it, and dies, hands it on at once. */
  async #lock(client: Client): Promise<void> {
    const locks = [LOCKS, this.#key];
    const waiting = client.query('select pg_advisory_lock($1, $2)', locks);
    const watch = setInterval(() => {
      const values = [...locks, LEASE_MS];
      void this.#connections.readers.query(CUT_OFF, values).catch(() => {});
    }, BEAT_MS);
    try {
      await Promise.race([waiting, gone(client)]);
    } finally {
      clearInterval(watch);
      waiting.catch(() => {});
    }
  }

  /** Resolves when the lock is lost, or nobody can tell any more whether it is held. */
  async #hold(client: Client, signal: AbortSignal): Promise<void> {
    const end = gone(client).catch(() => {});
    let isOver = false;
    void end.then(() => {
      isOver = true;
    });
    while (!isOver && !signal.aborted) {
      const beat = client
        .query('update head set heard_at = clock_timestamp() where holder_pid = pg_backend_pid()')
        .then(({ rowCount }) => rowCount === 1);
      beat.catch(() => {});
      const late = delay(LEASE_MS, false, { ref: false });
      const isHeld = await Promise.race([beat, late, end.then(() => false)]).catch(() => false);
      if (!isHeld) break;
      await Promise.race([delay(BEAT_MS, undefined, { ref: false }), end]);
    }
    void client.end().catch(() => {});
  }
}

/** Rejects when the connection has ended. */
const gone = (client: Client): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => reject(new Error('The connection has ended.'));
    client.once('end', end);
    client.once('error', end);
  });

async function begin(client: Client): Promise<number> {
  const { rows } = await client.query<{ term: number }>(
    'update head set term = term + 1, holder_pid = pg_backend_pid(), heard_at = clock_timestamp() returning term',
  );
  const [head] = rows;
  if (!head) throw new Error('The database has no head.');
  return head.term;
}
