/**
 * Schema 12: what the daemon asks, why a run never began, why units conflict, and what a report overrode, kept as
 * sentences before, become codes with fields. Where the fields are not known any more, the words stay under a name that
 * says so (`shown`, `earlier`). Frozen with the step that takes it.
 */
import { type RawBuilder, sql } from 'kysely';

const TOO_LONG = ' has more than 128 KiB, the most that a program takes in one argument';
const PROMPT_FILE = 'the prompt file ';

/** The end of a run that never began, in a record. */
const outcome = (record: string): string => {
  const detail = `${record}->>'$.outcome.detail'`;
  const between = (before: string, after: string) =>
    `substr(${detail}, ${before.length + 1}, length(${detail}) - ${before.length + after.length})`;
  const known = (
    [
      ['with your answers ', TOO_LONG, 'answers-too-long'],
      ['', TOO_LONG, 'argument-too-long'],
      [PROMPT_FILE, ' is not there', 'prompt-file-missing'],
      [PROMPT_FILE, ' leads out of the project', 'prompt-file-outside'],
      [PROMPT_FILE, ' is no file of at most 128 KiB', 'prompt-file-too-large'],
    ] as const
  ).map(
    ([
      before,
      after,
      code,
    ]) => `when ${detail} like '${before}%${after}' then json_set(${record}, '$.outcome.code', '${code}',
      '$.outcome.detail', ${between(before, after)})`,
  );
  return `case ${known.join(' ')} else ${record} end`;
};
const NEVER_BEGAN = `->>'$.outcome.code' in ('cannot-start', 'answers-too-long')`;

/** The arguments of `json_object` for a reason why two units conflict. */
const conflictReason = (words: string): string => `'code', case
    when ${words} = 'both declare the same file' or ${words} glob 'both declare [0-9]* of the same files' then 'declared-files'
    when ${words} = 'both changed the same files, and git merges them' then 'changed-files'
    when ${words} = 'git finds a conflict in a file' or ${words} glob 'git finds conflicts in [0-9]* files' then 'git-conflicts'
    when ${words} = 'decided by the operator' then 'operator' else 'reported' end`;
const known = (reason: string): string => `json_extract(json_object(${reason}), '$.code')`;
const judged = (record: string): string => {
  const words = `${record}->>'reason'`;
  const code = conflictReason(words);
  return `json_remove(json_set(${record}, '$.code', ${known(code)}, '$.text', iif(${known(code)} = 'reported', ${words}, '')),
    '$.reason')`;
};

/** Whether the events before showed this kind of text under this label: the text, or nothing. */
const shown = (label: string): string =>
  `coalesce((select value->>'text' from json_each(data, '$.context') where value->>'label' = '${label}'), '')`;

const words = `'shown', json_object('prompt', data->>'prompt', 'context', json(data->'$.context'),
  'options', json(data->'$.options'))`;

/** The run of an item as it had ended when the item was asked. */
const ENDED = `(select ended.data->'$.outcome' from events as ended where ended.unit = events.unit and ended.seq < events.seq
  and ended.type = 'run.ended' and ended.data->>'number' = events.data->>'run' order by ended.seq desc limit 1)`;
const REFUSED = `coalesce((select facts->'$.refused' from runs where unit = events.unit and number = data->>'run'), '[]')`;
const SECONDS = `cast(substr(data->>'prompt', instr(data->>'prompt', 'more than ') + ${'more than '.length}) as integer)`;

const some = (names: string): string =>
  `json((select json_group_array(value) from (select value from json_each(found.data, '${names}') limit 20)))`;
/** What was last found of the unit and each rival, before the operator was asked. */
const RIVALS = `(select json_group_array(json(about)) from (select json_object('unit', rival.value, 'chunk', units.chunk,
  'code', coalesce(found.data->>'code', 'reported'), 'text', coalesce(found.data->>'text', ''),
  'confidence', json(coalesce(found.data->'confidence', '0')),
  'files', ${some('$.overlapping_files')}, 'symbols', ${some('$.overlapping_symbols')},
  'file_count', coalesce(json_array_length(found.data, '$.overlapping_files'), 0)) as about
  from json_each(events.data, '$.rivals') as rival join units on units.id = rival.value
  left join events as found on found.seq = (select max(seq) from events as judged where judged.unit = events.unit
    and judged.seq < events.seq and judged.type = 'conflict.judged' and judged.data->>'with' = rival.value)
  order by rival.key))`;
const OWN_CHUNK = `(select chunk from units where id = events.unit)`;

const ABOUT = `case
  when data->>'code' in ('worktree', 'snapshot', 'merge', 'merge-review', 'merge-conflict')
    then json_object('code', data->>'code', ${words})
  when data->>'kind' = 'review' then json_object('code', 'phase-review', 'lines', ${shown('Last lines')})
  when data->>'kind' = 'conflict' then json_object('code', 'rivals', 'chunk', ${OWN_CHUNK}, 'rivals', json(${RIVALS}))
  when data->>'prompt' like '%has been at work for more than%' then json_object('code', 'run-late', 'seconds', ${SECONDS})
  else json_object('code', 'run-ended', 'outcome', json(coalesce(${ENDED}, '{"exit":"vanished"}')),
    'refused', json(${REFUSED}), 'lines', ${shown('Last lines')}) end`;

const ASKING = `'$.prompt', '$.context', '$.options', '$.multiple', '$.allows_text', '$.code', '$.rivals'`;
const ASKED_BY_US = `in ('review', 'stuck', 'conflict')`;
/** Of the event that changed an item: what the item was asked as. */
const FIRST = `(select asked.data from events as asked where asked.unit = events.unit and asked.type = 'item.asked'
  and asked.data->>'id' = events.data->>'id' limit 1)`;
const LATEST = `(select data->'$.about' from events where events.unit = items.unit
  and type in ('item.asked', 'item.changed') and data->>'id' = items.id order by seq desc limit 1)`;

const OVERRIDE = `json_object('status', iif(data->>'override' in ('question', 'decision', 'review', 'stuck', 'conflict')
  or data->>'override' glob '[0-9]* open items', 'NEEDS_ATTENTION', 'BLOCKED'),
  'why', json_object('code', 'earlier', 'text', data->>'override'))`;

export const QUESTION_CODES: readonly RawBuilder<unknown>[] = [
  `update runs set facts = ${outcome('facts')} where facts${NEVER_BEGAN}`,
  `update events set data = ${outcome('data')} where type = 'run.ended' and data${NEVER_BEGAN}`,
  `update conflicts set facts = ${judged('facts')}`,
  `update conflicts set facts = json_set(facts, '$.noted', json(json_set(${judged(`(facts->'$.noted')`)}, '$.overlapping_files',
    json('[]')))) where facts->>'$.noted.verdict' is not null`,
  `update events set data = ${judged('data')} where type = 'conflict.judged'`,
  `update events set data = json_set(${judged('data')}, '$.overlapping_files', json('[]')) where type = 'conflict.noted'`,
  `update events set data = json_set(data, '$.override', json(${OVERRIDE}))
    where type = 'run.started' and data->>'override' is not null`,
  // First what changed items, which says less than what asked them.
  `update events set data = json_object('id', data->>'id', 'about', json(iif(${FIRST}->>'kind' = 'conflict',
    json_object('code', 'rivals', 'chunk', ${OWN_CHUNK}, 'rivals', json(${RIVALS})),
    json_object('code', ${FIRST}->>'code', ${words}))))
    where type = 'item.changed' and ${FIRST}->>'kind' ${ASKED_BY_US}`,
  `update events set data = json_remove(json_set(data, '$.about', json(${ABOUT})), ${ASKING})
    where type = 'item.asked' and data->>'kind' ${ASKED_BY_US}`,
  `update events set data = json_remove(data, '$.code', '$.rivals') where type in ('item.asked', 'item.changed')`,
  `update items set facts = json_remove(json_set(facts, '$.about', json(${LATEST})), ${ASKING})
    where facts->>'kind' ${ASKED_BY_US} and ${LATEST} is not null`,
  `update items set facts = json_remove(facts, '$.code', '$.rivals')`,
].map((statement) => sql.raw(statement));
