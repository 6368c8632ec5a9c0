/** Schema 12: the lines of conflicts, and what worktrees lack; nothing is known of either. Frozen with the step that takes it. */
import { type RawBuilder, sql } from 'kysely';

export const LINES_AND_LACKS: readonly RawBuilder<unknown>[] = [
  sql`update conflicts set facts = json_insert(facts, '$.overlapping_lines', '')`,
  sql`update events set data = json_insert(data, '$.overlapping_lines', '') where type = 'conflict.judged'`,
  sql`update units set facts = json_insert(facts, '$.work.not_brought', json('[]'))
        where json_type(facts, '$.work') = 'object'`,
  sql`update events set data = json_insert(data, '$.not_brought', json('[]')) where type = 'worktree.made'`,
];
