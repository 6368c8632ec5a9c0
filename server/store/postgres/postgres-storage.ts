/** All that daemons keep, in one PostgreSQL database. */
import { MOST_REFUSALS, type RefusedVisitor } from '../sqlite.ts';
import { type Storage, StorageLost } from '../storage.ts';
import { nameOfDatabase } from './address.ts';
import { ServerConnections } from './connections.ts';
import { PostgresLeadership } from './leadership.ts';
import { Listening } from './listening.ts';
import { openSchema } from './open-schema.ts';
import { PostgresJournal } from './postgres-journal.ts';
import { storable } from './storable.ts';

export interface PostgresStorage extends Storage {
  readonly connections: ServerConnections;
}

/** Opens the database, with tables made where it has none. Rejects with `DatabaseProblem`. */
export async function openPostgres(url: string): Promise<PostgresStorage> {
  const name = nameOfDatabase(url);
  const connections = await ServerConnections.to(url);
  try {
    const epoch = await openSchema(connections, name);
    const listening = new Listening(connections, epoch);
    const journal = new PostgresJournal({ connections, listening, epoch, name });
    return {
      connections,
      journal,
      leadership: new PostgresLeadership(connections, epoch),
      chores: [],
      // The server looks after its pages.
      readRest: async () => {},
      ...placesIn(connections),
      ...refusalsIn(connections),
      checkInPlace: () => {
        if (journal.lost !== null) throw new StorageLost(journal.lost);
      },
      // The lock of a row is given only by a server that takes writes.
      checkReady: async () => void (await connections.read('select from head for update')),
      settle: () => {},
      close: async () => {
        await listening.close();
        await connections.close();
      },
    };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

const placesIn = (connections: ServerConnections): Pick<Storage, 'followedTo' | 'keepFollowedTo'> => ({
  async followedTo(name) {
    const { rows } = await connections.read<{ seq: number }>('select seq from followers where name = $1', [
      name,
    ]);
    return rows[0]?.seq ?? null;
  },
  async keepFollowedTo(name, seq) {
    const text = 'insert into followers values ($1, $2) on conflict (name) do update set seq = excluded.seq';
    await connections.read(text, [name, seq]);
  },
});

const ADD = `insert into refusals select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[])
  on conflict (what, host, origin) do update set times = refusals.times + excluded.times, last_at = excluded.last_at`;
const BOUND = `delete from refusals where ctid not in (select ctid from refusals order by last_at desc limit $1)`;

const refusalsIn = (connections: ServerConnections): Pick<Storage, 'refusals' | 'keepRefusals'> => ({
  async refusals() {
    return (await connections.read<RefusedVisitor>('select * from refusals order by last_at desc')).rows;
  },
  async keepRefusals(refused) {
    const texts = (field: 'what' | 'host' | 'origin' | 'first_at' | 'last_at') =>
      refused.map((each) => storable(each[field]));
    const columns = [texts('what'), texts('host'), texts('origin'), refused.map(({ times }) => times)];
    await connections.write({ text: ADD, values: [...columns, texts('first_at'), texts('last_at')] });
    await connections.write({ text: BOUND, values: [MOST_REFUSALS] });
  },
});
