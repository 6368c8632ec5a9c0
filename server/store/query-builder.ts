/** Kysely builds the SQL; better-sqlite3 executes it. */
import { DummyDriver, Kysely, SqliteAdapter, SqliteQueryCompiler } from 'kysely';
import type { Tables } from './tables.ts';

export const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: () => {
      throw new Error('not used');
    },
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});
