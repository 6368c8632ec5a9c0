/** Schema 15: tables for units that have left the live state; nothing of them is read at the start but their names. */
import { sql } from 'kysely';

export const ARCHIVE_TABLES = [
  // Sorted as it is looked through: what a start and a search need, without the facts.
  sql`create table archive (unit integer primary key, chunk text not null, title text not null, digest text,
    over_at text not null, at text not null, facts blob not null) strict`,
  sql`create index archive_names on archive (chunk, digest, title, over_at)`,
  sql`create table archive_sums (name text primary key, value text not null) strict, without rowid`,
  // The other unit of a pair may be in the archive.
  sql`create table conflicts_of_live (unit integer not null references units (id), other integer not null,
    facts text not null, primary key (unit, other)) strict`,
  sql`insert into conflicts_of_live select unit, other, facts from conflicts`,
  sql`drop table conflicts`,
  sql`alter table conflicts_of_live rename to conflicts`,
  // Whoever removes a unit looks for its items.
  sql`create index items_of_unit on items (unit, nth)`,
];
