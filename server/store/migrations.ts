import { type Kysely, type RawBuilder, sql } from 'kysely';
import { ARCHIVE_TABLES } from './archive-tables.ts';
import { reasonIn, rivalsIn, verdictIn } from './earlier-conflicts.ts';
import { EVENT_PACKS } from './event-packs.ts';
import { LINES_AND_LACKS } from './lines-and-lacks.ts';
import { QUESTION_CODES } from './question-codes.ts';
import { REASON_CODES } from './reason-codes.ts';
import type { Tables } from './tables.ts';
import { WORKTREE_FACTS } from './worktree-facts.ts';

type Step = (tables: Kysely<Tables>) => readonly { compile(): { sql: string } }[];

/** Backfills a new field with its default. */
const fill = (tables: Kysely<Tables>, statement: RawBuilder<unknown>) => ({
  compile: () => statement.compile(tables),
});

/**
 * The migrations, in order. A published migration is frozen: a database stores how many it has
 * applied, and a test holds the digest of each.
 */
export const MIGRATIONS: readonly Step[] = [
  ({ schema }) => [
    schema
      .createTable('meta')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
    schema
      .createTable('events')
      .addColumn('seq', 'integer', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('unit', 'integer', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
    schema.createIndex('events_of_unit').on('events').columns(['unit', 'seq']),
    schema
      .createTable('units')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('chunk', 'text', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
    schema
      .createTable('runs')
      .addColumn('unit', 'integer', (column) => column.notNull().references('units.id'))
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('runs_key', ['unit', 'number'])
      .modifyEnd(sql`strict`),
    schema
      .createTable('items')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('unit', 'integer', (column) => column.notNull().references('units.id'))
      .addColumn('nth', 'integer', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
    schema
      .createTable('keys')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('made', 'text', (column) => column.notNull())
      .addColumn('spent', 'integer', (column) => column.notNull())
      .modifyEnd(sql`strict`),
  ],
  (tables) => [
    tables.schema
      .createTable('conflicts')
      .addColumn('unit', 'integer', (column) => column.notNull().references('units.id'))
      .addColumn('other', 'integer', (column) => column.notNull().references('units.id'))
      .addColumn('facts', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('conflicts_key', ['unit', 'other'])
      .modifyEnd(sql`strict`),
    tables.schema
      .createTable('settings')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
    fill(
      tables,
      sql`update units set facts = json_insert(facts, '$.held', null, '$.removed_at', null, '$.retry_due', null, '$.counted_from', 0,
        '$.paths', json('[]'), '$.spec.paths', json('[]'), '$.spec.external', json('false'),
        '$.spec.review', json('[]'), '$.spec.retry', null, '$.spec.time_limit', null)`,
    ),
    fill(tables, sql`update runs set facts = json_insert(facts, '$.kill', null)`),
    fill(
      tables,
      sql`update items set facts = json_insert(facts, '$.snoozed_until', null, '$.snoozed_for', null)`,
    ),
    fill(
      tables,
      sql`update events set data = json_insert(data, '$.paths', json('[]'), '$.external', json('false'),
        '$.review', json('[]'), '$.retry', null, '$.time_limit', null) where type = 'unit.added'`,
    ),
  ],
  (tables) => [
    tables.schema
      .createTable('agents')
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
    fill(tables, sql`update units set facts = json_insert(facts, '$.spec.agent', null)`),
    fill(tables, sql`update runs set facts = json_insert(facts, '$.messages', json('[]'), '$.told', 0)`),
    fill(tables, sql`update events set data = json_insert(data, '$.agent', null) where type = 'unit.added'`),
  ],
  (tables) => [
    ...(['tokens', 'sessions'] as const).map((name) =>
      tables.schema
        .createTable(name)
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('facts', 'text', (column) => column.notNull())
        .modifyEnd(sql`strict`),
    ),
    tables.schema
      .createTable('refusals')
      .addColumn('what', 'text', (column) => column.notNull())
      .addColumn('host', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('times', 'integer', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('refusals_key', ['what', 'host', 'origin'])
      .modifyEnd(sql`strict`),
    fill(tables, sql`update runs set facts = json_insert(facts, '$.token', null)`),
  ],
  // Earlier versions counted an answer as delivered at the start of a run; it stays so.
  (tables) => [
    fill(tables, sql`update items set facts = json_insert(facts, '$.code', null, '$.given_to', null)`),
  ],
  (tables) => [
    fill(tables, sql`update runs set facts = json_insert(facts, '$.session', null, '$.refused', json('[]'))`),
    fill(
      tables,
      sql`update agents set facts =
        (select json_group_array(json_insert(value, '$.resume', null)) from json_each(facts))`,
    ),
    fill(
      tables,
      sql`update events set data = json_set(data, '$.agents',
        json((select json_group_array(json_insert(value, '$.resume', null)) from json_each(data, '$.agents'))))
        where type = 'agents.trusted'`,
    ),
  ],
  // An item's answer, snooze, delivery and withdrawal are records; an end of a run has an `exit`, a mutation a `result`.
  (tables) => [
    fill(tables, sql`alter table keys rename column made to result`),
    fill(tables, sql`update keys set result = replace(result, '","sentence":"', '","message":"')`),
    fill(
      tables,
      sql`update items set facts = json_remove(json_set(facts,
        '$.snooze', json(iif(coalesce(facts->>'snoozed_until', facts->>'snoozed_for') is null, 'null',
          json_object('until', facts->>'snoozed_until', 'for', facts->>'snoozed_for'))),
        '$.answer', json(iif(facts->>'answered_at' is null, 'null', json_object(
          'options', json(facts->'$.answer.options'), 'text', facts->>'$.answer.text', 'by', facts->>'answered_by',
          'via', facts->>'answered_via', 'at', facts->>'answered_at', 'key', facts->>'answer_key',
          'release_due', facts->>'release_due', 'released_at', facts->>'released_at', 'given_to', facts->>'given_to'))),
        '$.delivery', json(iif(facts->>'delivered_at' is null, 'null',
          json_object('at', facts->>'delivered_at', 'to', facts->>'delivered_to'))),
        '$.withdrawal', json(iif(facts->>'withdrawn_at' is null, 'null',
          json_object('at', facts->>'withdrawn_at', 'why', facts->>'withdrawn_why')))),
        '$.snoozed_until', '$.snoozed_for', '$.answered_by', '$.answered_via', '$.answered_at', '$.answer_key',
        '$.release_due', '$.released_at', '$.given_to', '$.delivered_at', '$.delivered_to', '$.withdrawn_at',
        '$.withdrawn_why')`,
    ),
    fill(tables, sql`update items set facts = json_set(facts, '$.rivals', json('[]'))`),
    fill(
      tables,
      sql`update items set facts = json_set(facts, '$.rivals', json(${rivalsIn('items.facts')}))
        where facts->>'kind' = 'conflict'`,
    ),
    fill(
      tables,
      sql`update events set data = json_set(data, '$.rivals', json(${rivalsIn('events.data')}))
        where type in ('item.asked', 'item.changed')
        and data->>'id' in (select id from items where facts->>'kind' = 'conflict')`,
    ),
    fill(
      tables,
      sql`update conflicts set facts = json_set(facts, '$.noted', json(iif(facts->>'noted' = '', 'null',
        json_object('verdict', ${verdictIn(`facts->>'noted'`)}, 'reason', ${reasonIn(`facts->>'noted'`)}))))`,
    ),
    fill(
      tables,
      sql`update events set data = json_object('with', data->'with', 'verdict', ${verdictIn(`data->>'note'`)},
        'reason', ${reasonIn(`data->>'note'`)}) where type = 'conflict.noted'`,
    ),
    ...(['runs', 'events'] as const).map((table) => {
      const column = sql.ref(table === 'runs' ? 'facts' : 'data');
      // Quotes in a string are escaped, so these are keys.
      return fill(
        tables,
        sql`update ${sql.table(table)} set ${column} = replace(replace(${column},
          '"outcome":{"how":', '"outcome":{"exit":'),
          '"outcome":{"exit":"reported","well":', '"outcome":{"exit":"reported","success":')`,
      );
    }),
  ],
  // Reasons are codes with fields.
  (tables) => REASON_CODES.map((statement) => fill(tables, statement)),
  // Units work in worktrees.
  (tables) => WORKTREE_FACTS.map((statement) => fill(tables, statement)),
  ({ schema }) => [
    schema
      .createTable('followers')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('seq', 'integer', (column) => column.notNull())
      .modifyEnd(sql`strict`),
  ],
  ({ schema }) => [
    schema
      .createTable('notify')
      .addColumn('channel', 'text', (column) => column.primaryKey())
      .addColumn('facts', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
  ],
  // What the daemon asks is kept as codes.
  (tables) => QUESTION_CODES.map((statement) => fill(tables, statement)),
  // What stands against each other is known of a conflict; of a worktree, what it lacks.
  (tables) => LINES_AND_LACKS.map((statement) => fill(tables, statement)),
  (tables) => EVENT_PACKS.map((statement) => fill(tables, statement)),
  (tables) => ARCHIVE_TABLES.map((statement) => fill(tables, statement)),
  ({ schema }) => [
    schema
      .createTable('executors')
      .addColumn('one', 'integer', (column) => column.primaryKey())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
  ],
  // The tables follow the log in steps: up to here they have followed.
  (tables) => [
    fill(
      tables,
      sql`insert into meta values ('tables', cast(max(
        (select coalesce(max(seq), 0) from events), (select coalesce(max(last), 0) from packs)) as text)) on conflict (key) do update set value = excluded.value`,
    ),
    fill(tables, sql`delete from meta where key = 'mark'`),
  ],
];
