/** Tables for older events, packed. From here on, a step that changes events has to unpack them first. */
import { sql } from 'kysely';

export const EVENT_PACKS = [
  sql`create table packs (first integer primary key, last integer not null, events blob not null) strict`,
  sql`create table pack_units (unit integer not null, first integer not null, primary key (unit, first))
    strict, without rowid`,
];
