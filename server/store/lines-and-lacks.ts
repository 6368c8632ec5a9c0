/** Schema 13: the lines of conflicts, and what worktrees lack; nothing is known of either. Frozen with the step that takes it. */
import { type RawBuilder, sql } from 'kysely';

/** The rivals of an item, each with lines. */
const rivals = (facts: string) =>
  sql.raw(`json_set(${facts}, '$.about.rivals',
  json((select json_group_array(json_insert(value, '$.lines', '')) from json_each(${facts}, '$.about.rivals'))))`);

export const LINES_AND_LACKS: readonly RawBuilder<unknown>[] = [
  sql`update conflicts set facts = json_insert(facts, '$.overlapping_lines', '')`,
  sql`update events set data = json_insert(data, '$.overlapping_lines', '') where type = 'conflict.judged'`,
  sql`update items set facts = ${rivals('facts')} where facts->>'$.about.code' = 'rivals'`,
  sql`update events set data = ${rivals('data')}
        where type in ('item.asked', 'item.changed') and data->>'$.about.code' = 'rivals'`,
  sql`update units set facts = json_insert(facts, '$.work.not_brought', json('[]'))
        where json_type(facts, '$.work') = 'object'`,
  sql`update events set data = json_insert(data, '$.not_brought', json('[]')) where type = 'worktree.made'`,
];
