/**
 * The tables in PostgreSQL: what all steps of the schema of SQLite have come to, in this dialect. Published, it is frozen
 * (a test holds its digest); what comes later is a step behind it. No foreign keys: rows are written by the fold of the
 * log alone, in one statement.
 */
export const POSTGRES_BASE: readonly string[] = [
  'create table meta (key text primary key, value text not null)',
  // Every batch changes this one row: room for its next versions on the same page.
  `create table head (one boolean primary key default true check (one), seq bigint not null, term bigint not null,
    holder_pid integer, heard_at timestamptz not null) with (fillfactor = 10)`,
  "insert into head (seq, term, heard_at) values (0, 0, '-infinity')",
  `create table events (seq bigint primary key, at text not null, by text not null, unit integer not null,
    type text not null, data text not null, batch uuid not null)`,
  'create index events_of_unit on events (unit, seq)',
  'create table units (id integer primary key, chunk text not null, facts text not null)',
  `create table runs (unit integer not null, number integer not null, facts text not null,
    primary key (unit, number))`,
  'create table items (id text primary key, unit integer not null, nth integer not null, facts text not null)',
  'create index items_of_unit on items (unit, nth)',
  `create table conflicts (unit integer not null, other integer not null, facts text not null,
    primary key (unit, other))`,
  // The facts, packed already, lie beside the rows: a start and a search walk over names and titles alone.
  `create table archive (unit integer primary key, chunk text not null, title text not null, digest text,
    over_at text not null, at text not null, facts bytea not null) with (toast_tuple_target = 512)`,
  'alter table archive alter column facts set storage external',
  'create table archive_sums (name text primary key, value text not null)',
  `create table keys (key text primary key, digest text not null, seq bigint not null, result text not null,
    spent integer not null)`,
  'create table settings (name text primary key, value text not null)',
  `create table agents (one boolean primary key default true check (one), digest text not null, facts text not null,
    work text not null)`,
  ...['tokens', 'sessions'].map(
    (name) =>
      `create table ${name} (id text primary key, facts text not null, nth bigint generated always as identity)`,
  ),
  'create table notify (channel text primary key, facts text not null)',
  'create table followers (name text primary key, seq bigint not null)',
  `create table refusals (what text not null, host text not null, origin text not null, times integer not null,
    first_at text not null, last_at text not null, primary key (what, host, origin))`,
];

/** Steps after the base. */
export const POSTGRES_STEPS: readonly (readonly string[])[] = [
  POSTGRES_BASE,
  [
    `create table executors (one boolean primary key default true check (one), digest text not null,
      facts text not null)`,
  ],
];
