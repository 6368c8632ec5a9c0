/** SQL on archived units. */
import { sql } from 'kysely';
import { builder } from './query-builder.ts';
import type { Prepare } from './statements.ts';

const one = 0;
const text = '';

export function archiveStatements(prepare: Prepare) {
  const archive = builder.selectFrom('archive');
  const named = archive.where('digest', 'is not', null);
  return {
    one: prepare(archive.selectAll().where('unit', '=', one)),
    all: prepare(archive.selectAll().orderBy('unit')),
    names: prepare(named.select(['chunk', 'unit', 'digest'])),
    // The latest first.
    find: prepare(
      named
        .select(['unit', 'chunk', 'title', 'over_at'])
        // Not by the unit, as an order or a bound: the index of names holds all that is looked at.
        .where(sql`+unit`, '<', one)
        .where((to) =>
          to.or([sql<boolean>`instr(chunk, ${text}) > 0`, sql<boolean>`instr(lower(title), ${text}) > 0`]),
        )
        .orderBy(sql`+unit`, 'desc')
        .limit(one),
    ),
    ids: prepare(
      builder.selectNoFrom((to) => [
        to
          .selectFrom('units')
          .select((of) => of.fn.max('id').as('id'))
          .as('live'),
        to
          .selectFrom('archive')
          .select((of) => of.fn.max('unit').as('unit'))
          .as('archived'),
      ]),
    ),
    sums: prepare(builder.selectFrom('archive_sums').selectAll()),
    putSum: prepare(
      builder
        .insertInto('archive_sums')
        .values({ name: text, value: text })
        .onConflict((on) => on.column('name').doUpdateSet((to) => ({ value: to.ref('excluded.value') }))),
    ),
    add: prepare(
      builder.insertInto('archive').values({
        unit: one,
        chunk: text,
        title: text,
        digest: text,
        over_at: text,
        at: text,
        facts: new Uint8Array(),
      }),
    ),
    free: prepare(builder.updateTable('archive').set({ digest: null }).where('unit', '=', one)),
    /** Its rows in the tables of the live state; the unit itself last, as the others refer to it. */
    leave: [
      prepare(builder.deleteFrom('runs').where('unit', '=', one)),
      prepare(builder.deleteFrom('items').where('unit', '=', one)),
      prepare(builder.deleteFrom('conflicts').where('unit', '=', one)),
      prepare(builder.deleteFrom('units').where('id', '=', one)),
    ],
  };
}
