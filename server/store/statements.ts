/** Every SQL statement, prepared once. The values given here are only placeholders. */
import type Sqlite from 'better-sqlite3';
import { type CompiledQuery, sql } from 'kysely';
import { archiveStatements } from './archive-statements.ts';
import { builder } from './query-builder.ts';

/** Named, so that the types of this file can be written down. */
export type Statement = Pick<Sqlite.Statement, 'run' | 'get' | 'all' | 'iterate'>;
export type Prepare = (query: { compile(): CompiledQuery }) => Statement;

const one = 0;
const text = '';

export function prepareAll(sqlite: Sqlite.Database) {
  const prepare: Prepare = (query) => sqlite.prepare(query.compile().sql);
  return {
    ...logStatements(prepare),
    ...workStatements(prepare),
    ...settingStatements(prepare),
    tokens: credentialStatements(prepare, 'tokens'),
    sessions: credentialStatements(prepare, 'sessions'),
    ...refusalStatements(prepare),
    ...followerStatements(prepare),
    ...notifyStatements(prepare),
    packs: packStatements(prepare),
    archive: archiveStatements(prepare),
  };
}

/** Statements on packed events. Of a unit: through the list of the packs that have some of it. */
export function packStatements(prepare: Prepare) {
  const packs = builder.selectFrom('packs').selectAll('packs');
  const ofUnit = packs
    .innerJoin('pack_units', 'pack_units.first', 'packs.first')
    .where('pack_units.unit', '=', one);
  return {
    packEnd: prepare(builder.selectFrom('packs').select((to) => to.fn.max('last').as('last'))),
    packAfter: prepare(packs.where('packs.last', '>', one).orderBy('packs.first').limit(sql.lit(1))),
    packOfUnitAfter: prepare(
      ofUnit.where('packs.last', '>', one).orderBy('pack_units.first').limit(sql.lit(1)),
    ),
    packBefore: prepare(
      packs.where('packs.first', '<', one).orderBy('packs.first', 'desc').limit(sql.lit(1)),
    ),
    packOfUnitBefore: prepare(
      ofUnit.where('packs.first', '<', one).orderBy('pack_units.first', 'desc').limit(sql.lit(1)),
    ),
    addPack: prepare(builder.insertInto('packs').values({ first: one, last: one, events: new Uint8Array() })),
    addPackUnit: prepare(builder.insertInto('pack_units').values({ unit: one, first: one })),
    dropEvents: prepare(builder.deleteFrom('events').where('seq', '<=', one)),
  };
}

/** Statements on the log, the file's metadata, and mutation keys. */
function logStatements(prepare: Prepare) {
  const event = { seq: one, at: text, by: text, unit: one, type: text, data: text };
  return {
    meta: prepare(builder.selectFrom('meta').select('value').where('key', '=', text)),
    putMeta: prepare(
      builder
        .insertInto('meta')
        .values({ key: text, value: text })
        .onConflict((on) => on.column('key').doUpdateSet((to) => ({ value: to.ref('excluded.value') }))),
    ),
    lastSeq: prepare(builder.selectFrom('events').select((to) => to.fn.max('seq').as('seq'))),
    addEvent: prepare(builder.insertInto('events').values(event)),
    events: prepare(builder.selectFrom('events').selectAll().where('seq', '>', one).orderBy('seq')),
    eventsOfUnit: prepare(
      builder.selectFrom('events').selectAll().where('unit', '=', one).where('seq', '>', one).orderBy('seq'),
    ),
    eventsBefore: prepare(
      builder.selectFrom('events').selectAll().where('seq', '<', one).orderBy('seq', 'desc'),
    ),
    eventsOfUnitBefore: prepare(
      builder
        .selectFrom('events')
        .selectAll()
        .where('unit', '=', one)
        .where('seq', '<', one)
        .orderBy('seq', 'desc'),
    ),
    key: prepare(builder.selectFrom('keys').selectAll().where('key', '=', text)),
    keys: prepare(builder.selectFrom('keys').selectAll().orderBy('key')),
    addKey: prepare(
      builder.insertInto('keys').values({ key: text, digest: text, seq: one, result: text, spent: one }),
    ),
    spendKey: prepare(builder.updateTable('keys').set({ spent: one }).where('key', '=', text)),
  };
}

function workStatements(prepare: Prepare) {
  const newFacts = { facts: sql.ref<string>('excluded.facts') };
  return {
    units: prepare(builder.selectFrom('units').select('facts').orderBy('id')),
    runs: prepare(builder.selectFrom('runs').select('facts').orderBy('unit').orderBy('number')),
    items: prepare(builder.selectFrom('items').select('facts').orderBy('unit').orderBy('nth')),
    conflicts: prepare(builder.selectFrom('conflicts').selectAll().orderBy('unit').orderBy('other')),
    putConflict: prepare(
      builder
        .insertInto('conflicts')
        .values({ unit: one, other: one, facts: text })
        .onConflict((on) => on.columns(['unit', 'other']).doUpdateSet(newFacts)),
    ),
    putUnit: prepare(
      builder
        .insertInto('units')
        .values({ id: one, chunk: text, facts: text })
        .onConflict((on) => on.columns(['id']).doUpdateSet(newFacts)),
    ),
    putRun: prepare(
      builder
        .insertInto('runs')
        .values({ unit: one, number: one, facts: text })
        .onConflict((on) => on.columns(['unit', 'number']).doUpdateSet(newFacts)),
    ),
    putItem: prepare(
      builder
        .insertInto('items')
        .values({ id: text, unit: one, nth: one, facts: text })
        .onConflict((on) => on.columns(['id']).doUpdateSet(newFacts)),
    ),
  };
}

function settingStatements(prepare: Prepare) {
  return {
    settings: prepare(builder.selectFrom('settings').selectAll()),
    putSetting: prepare(
      builder
        .insertInto('settings')
        .values({ name: text, value: text })
        .onConflict((on) => on.column('name').doUpdateSet((to) => ({ value: to.ref('excluded.value') }))),
    ),
    agents: prepare(builder.selectFrom('agents').selectAll()),
    forgetAgents: prepare(builder.deleteFrom('agents')),
    executors: prepare(builder.selectFrom('executors').selectAll()),
    putExecutors: prepare(
      builder
        .insertInto('executors')
        .values({ one: sql.lit(1), digest: text, facts: text })
        .onConflict((on) =>
          on.column('one').doUpdateSet((to) => ({
            digest: to.ref('excluded.digest'),
            facts: to.ref('excluded.facts'),
          })),
        ),
    ),
    putAgents: prepare(builder.insertInto('agents').values({ digest: text, facts: text, work: text })),
  };
}

/** Statements on tokens or sessions, in order of creation. */
function credentialStatements(prepare: Prepare, table: 'tokens' | 'sessions') {
  return {
    all: prepare(builder.selectFrom(table).select('facts').orderBy(sql`rowid`)),
    put: prepare(
      builder
        .insertInto(table)
        .values({ id: text, facts: text })
        .onConflict((on) => on.column('id').doUpdateSet((to) => ({ facts: to.ref('excluded.facts') }))),
    ),
    remove: prepare(builder.deleteFrom(table).where('id', '=', text)),
  };
}

function refusalStatements(prepare: Prepare) {
  const refusal = { what: text, host: text, origin: text, times: one, first_at: text, last_at: text };
  return {
    refusals: prepare(builder.selectFrom('refusals').selectAll().orderBy('last_at', 'desc')),
    addRefusal: prepare(
      builder
        .insertInto('refusals')
        .values(refusal)
        .onConflict((on) =>
          on.columns(['what', 'host', 'origin']).doUpdateSet((to) => ({
            times: sql<number>`${to.ref('refusals.times')} + ${to.ref('excluded.times')}`,
            last_at: to.ref('excluded.last_at'),
          })),
        ),
    ),
    boundRefusals: prepare(
      builder
        .deleteFrom('refusals')
        .where(
          sql`rowid`,
          'not in',
          builder.selectFrom('refusals').select(sql`rowid`.as('row')).orderBy('last_at', 'desc').limit(one),
        ),
    ),
  };
}

function followerStatements(prepare: Prepare) {
  return {
    follower: prepare(builder.selectFrom('followers').select('seq').where('name', '=', text)),
    putFollower: prepare(
      builder
        .insertInto('followers')
        .values({ name: text, seq: one })
        .onConflict((on) => on.column('name').doUpdateSet((to) => ({ seq: to.ref('excluded.seq') }))),
    ),
  };
}

function notifyStatements(prepare: Prepare) {
  return {
    channels: prepare(builder.selectFrom('notify').selectAll()),
    putChannel: prepare(
      builder
        .insertInto('notify')
        .values({ channel: text, facts: text })
        .onConflict((on) => on.column('channel').doUpdateSet((to) => ({ facts: to.ref('excluded.facts') }))),
    ),
  };
}
