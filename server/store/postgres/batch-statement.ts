/** One statement for a batch: one round trip, one transaction. Where the head has moved on, nothing of it happens. */
import type { Session, Token } from '../../../shared/access-words.ts';
import type { TrustedAgents } from '../../../shared/agent-words.ts';
import type { Conflict } from '../../../shared/conflict-words.ts';
import type { Event } from '../../../shared/events.ts';
import type { ExecutorSettings } from '../../../shared/executor-words.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { Run, Unit } from '../../../shared/words.ts';
import { archiveRow, sumsSince } from '../archive.ts';
import type { Batch, ExecutedMutation } from '../journal.ts';
import { type ArchiveWriter, type TableWriter, writeArchive, writeTables } from '../write-tables.ts';
import { storable } from './storable.ts';

/** A write to one table: rows as one array for each column. */
interface Part {
  /** `from`: what must be there, with a comma behind it, or nothing. */
  readonly sql: (columns: string, from: string) => string;
  readonly types: readonly string[];
}

const put = (table: string, names: string, conflict: string, types: readonly string[]): Part => ({
  types,
  sql: (columns, from) =>
    `insert into ${table} (${names}) select r.* from ${from} unnest(${columns}) as r ${conflict}`,
});
const remove = (table: string, column = 'id', type = 'text'): Part => ({
  types: [type],
  sql: (columns, from) =>
    `delete from ${table} where ${column} in (select r from ${from} unnest(${columns}) as r)`,
});
const update = (table: string, set: string, key: string, type: string): Part => ({
  types: [type],
  sql: (columns, from) =>
    `update ${table} set ${set} where ${key} in (select r from ${from} unnest(${columns}) as r)`,
});
const facts = (key: string) => `on conflict (${key}) do update set facts = excluded.facts`;

const PARTS = {
  units: put('units', 'id, chunk, facts', facts('id'), ['int', 'text', 'text']),
  runs: put('runs', 'unit, number, facts', facts('unit, number'), ['int', 'int', 'text']),
  items: put('items', 'id, unit, nth, facts', facts('id'), ['text', 'int', 'int', 'text']),
  conflicts: put('conflicts', 'unit, other, facts', facts('unit, other'), ['int', 'int', 'text']),
  // A batch without events that is sent again finds its keys there.
  keys: put('keys', 'key, digest, seq, result, spent', 'on conflict do nothing', [
    'text',
    'text',
    'bigint',
    'text',
    'int',
  ]),
  spent: update('keys', 'spent = 1', 'key', 'text'),
  settings: put('settings', 'name, value', 'on conflict (name) do update set value = excluded.value', [
    'text',
    'text',
  ]),
  agents: put(
    'agents',
    'digest, facts, work',
    'on conflict (one) do update set digest = excluded.digest, facts = excluded.facts, work = excluded.work',
    ['text', 'text', 'text'],
  ),
  executors: put(
    'executors',
    'digest, facts',
    'on conflict (one) do update set digest = excluded.digest, facts = excluded.facts',
    ['text', 'text'],
  ),
  notify: put('notify', 'channel, facts', facts('channel'), ['text', 'text']),
  tokens: put('tokens', 'id, facts', facts('id'), ['text', 'text']),
  tokensGone: remove('tokens'),
  sessions: put('sessions', 'id, facts', facts('id'), ['text', 'text']),
  sessionsGone: remove('sessions'),
  archive: put('archive', 'unit, chunk, title, digest, over_at, at, facts', '', [
    'int',
    'text',
    'text',
    'text',
    'text',
    'text',
    'bytea',
  ]),
  archiveFreed: update('archive', 'digest = null', 'unit', 'int'),
  archiveSums: put('archive_sums', 'name, value', 'on conflict (name) do update set value = excluded.value', [
    'text',
    'text',
  ]),
  unitsLeft: remove('units', 'id', 'int'),
  runsLeft: remove('runs', 'unit', 'int'),
  itemsLeft: remove('items', 'unit', 'int'),
  conflictsLeft: remove('conflicts', 'unit', 'int'),
} as const satisfies Readonly<Record<string, Part>>;
type PartName = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as PartName[];

/** The rows of a unit in the tables of the live state. */
const LEFT = ['unitsLeft', 'runsLeft', 'itemsLeft', 'conflictsLeft'] as const;

/** Collects rows by table. */
export class Rows implements TableWriter {
  readonly of: Partial<Record<PartName, unknown[][]>> = {};

  readonly archive: ArchiveWriter = {
    add: (event, work) => {
      const { unit, chunk, title, digest, over_at, at, facts } = archiveRow(event, work);
      this.add('archive', unit, chunk, storable(title), digest, over_at, at, facts);
      for (const part of LEFT) this.add(part, unit);
    },
    free: (unit) => {
      const [units = [], , , digests = []] = this.of.archive ?? [];
      const nth = units.indexOf(unit);
      // No statement changes a row that it has brought.
      if (nth >= 0) digests[nth] = null;
      else this.add('archiveFreed', unit);
    },
    putSums: (before, after) => {
      for (const { name, value } of sumsSince(before, after)) this.add('archiveSums', name, value);
    },
  };

  parts(): [PartName, unknown[][]][] {
    return Object.entries(this.of) as [PartName, unknown[][]][];
  }

  add(part: PartName, ...values: unknown[]): void {
    const columns = this.of[part] ?? values.map(() => []);
    this.of[part] = columns;
    for (const [nth, value] of values.entries()) columns[nth]?.push(value);
  }

  putUnit(unit: Unit): void {
    this.add('units', unit.id, unit.chunk, JSON.stringify(unit));
  }
  putRun(run: Run): void {
    this.add('runs', run.unit, run.number, JSON.stringify(run));
  }
  putItem(item: Item, nth: number): void {
    this.add('items', item.id, item.unit, nth, JSON.stringify(item));
  }
  putConflict(unit: number, conflict: Conflict): void {
    this.add('conflicts', unit, conflict.with, JSON.stringify(conflict));
  }
  putSetting(name: string, value: unknown): void {
    this.add('settings', name, JSON.stringify(value));
  }
  putTrusted({ digest, agents, work }: TrustedAgents): void {
    this.add('agents', digest, JSON.stringify(agents), JSON.stringify(work));
  }
  putExecutors({ digest, ...facts }: ExecutorSettings): void {
    this.add('executors', digest, JSON.stringify(facts));
  }
  putChannel(channel: string, state: object): void {
    this.add('notify', channel, JSON.stringify(state));
  }
  putToken(token: Token): void {
    this.add('tokens', token.id, JSON.stringify(token));
  }
  removeToken({ id }: Token): void {
    this.add('tokensGone', id);
  }
  putSession(session: Session): void {
    this.add('sessions', session.id, JSON.stringify(session));
  }
  removeSession({ id }: Session): void {
    this.add('sessionsGone', id);
  }
  putKey({ key, digest, seq, result }: ExecutedMutation, isSpent: boolean): void {
    this.add('keys', key, digest, seq, result, isSpent ? 1 : 0);
  }
}

export interface BatchStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** `id`: by which the batch is known again. Returns one row where it was kept, none where it was not. */
export function statementOf(batch: Batch, id: string, channel: string): BatchStatement {
  const rows = rowsOf(batch);
  const parts = NAMES.filter((part) => rows.of[part]);
  const values: unknown[] = [batch.before.seq, batch.after.seq, batch.term, id, channel];
  values.push(...columnsOf(batch.events));
  for (const part of parts) values.push(...(rows.of[part] ?? []));
  // The server takes 63 characters: one bit for each part.
  const name = `batch ${NAMES.reduce((bits, part, nth) => bits + (rows.of[part] ? 2 ** nth : 0), 0)}`;
  return { name, text: textOf(name, parts), values };
}

/** A key that is used up in the batch that brings it is one row: no statement changes a row twice. */
function rowsOf({ before, after, events, archived, executed, spent }: Batch): Rows {
  const rows = new Rows();
  for (const event of events) writeArchive(rows, event, archived.get(event.unit));
  for (const each of executed) rows.putKey(each, spent.includes(each.key));
  for (const key of spent) if (!executed.some((each) => each.key === key)) rows.add('spent', key);
  writeTables(rows, before, after);
  return rows;
}

export const EVENT_TYPES = ['bigint', 'text', 'text', 'int', 'text', 'text'];

export const columnsOf = (events: readonly Event[]): unknown[][] => [
  events.map(({ seq }) => seq),
  events.map(({ at }) => at),
  events.map(({ by }) => JSON.stringify(by)),
  events.map(({ unit }) => unit),
  events.map(({ type }) => type),
  events.map(({ data }) => JSON.stringify(data)),
];

/** Writes rows of one table whatever the head says. */
export function insertOf(part: PartName): string {
  const { types, sql } = PARTS[part];
  return sql(types.map((type, nth) => `$${nth + 1}::${type}[]`).join(', '), '');
}

/** There are few kinds of batches, and the text of each is always the same. */
const texts = new Map<string, string>();

function textOf(name: string, parts: readonly PartName[]): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  let nth = 5;
  const columns = (types: readonly string[]) => types.map((type) => `$${++nth}::${type}[]`).join(', ');
  const writes = [
    `events_in as (insert into events (seq, at, by, unit, type, data, batch)
      select r.*, $4::uuid from moved, unnest(${columns(EVENT_TYPES)}) as r)`,
    ...parts.map((part) => `${part}_in as (${PARTS[part].sql(columns(PARTS[part].types), 'moved,')})`),
  ];
  const text = `with moved as (update head set seq = $2::bigint,
      heard_at = case when $3::bigint is null then heard_at else clock_timestamp() end
      where seq = $1::bigint and ($3::bigint is null or term = $3) returning seq),
    ${writes.join(',\n')}
    select pg_notify($5, seq::text) from moved`;
  texts.set(name, text);
  return text;
}
