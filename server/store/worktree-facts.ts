/**
 * Schema 9: what is known of worktrees. Units that have begun stay where they are, as they have a run and no worktree.
 * Frozen with the step that takes it.
 */
import { type RawBuilder, sql } from 'kysely';

/** How units work in worktrees where nobody had said it. */
const BEFORE = sql.raw(
  `'{"base":null,"copy":[],"link":[],"setup":null,"setup_limit":600,"merge":"review","strategy":"merge"}'`,
);

export const WORKTREE_FACTS: readonly RawBuilder<unknown>[] = [
  sql`update units set facts = json_insert(facts, '$.spec.worktree', null, '$.spec.base', null, '$.spec.merge', null,
        '$.work', null)`,
  sql`update events set data = json_insert(data, '$.worktree', null, '$.base', null, '$.merge', null)
        where type = 'unit.added'`,
  sql`alter table agents add column work text not null default ${BEFORE}`,
  sql`update events set data = json_insert(data, '$.work', json(${BEFORE})) where type = 'agents.trusted'`,
];
