/**
 * Schema 8: reasons that were kept as sentences become codes with fields. What is not one of the known sentences was
 * written by somebody, and stays as their text. Frozen with the step that takes it.
 */
import { type RawBuilder, sql } from 'kysely';

/** Sentences, each with its code. */
type Known = readonly (readonly [sentence: string, code: string])[];

const quoted = (text: string): string => `'${text}'`;

/** The arguments of `json_object` for a reason. `otherwise`: the code of everything else, as an expression. */
function reason(words: string, known: Known, own: readonly string[], otherwise: string): string {
  const codes = known.map(([sentence, code]) => `when ${quoted(sentence)} then ${quoted(code)}`);
  const ours = [...known.map(([sentence]) => sentence), ...own].map(quoted).join(', ');
  return `'code', case ${words} ${codes.join(' ')} else ${otherwise} end, 'text', iif(${words} in (${ours}), '', ${words})`;
}

const held = (words: string): string =>
  reason(words, [['killed by you', 'killed']], ['by you'], `'operator'`);

/** Whether the event before this one of the log is the answer "close" to a stuck item, which closes its unit at once. */
const AFTER_STUCK = `exists (select 1 from events as earlier, items where earlier.seq = events.seq - 1
  and earlier.type = 'item.released' and earlier.unit = events.unit and items.id = earlier.data->>'id'
  and items.facts->>'kind' = 'stuck'
  and exists (select 1 from json_each(items.facts, '$.answer.options') where value = 'close'))`;
const CLOSED = `json_object('code', iif(${AFTER_STUCK}, 'stuck', 'operator'),
  'text', iif(data->>'reason' in ('closed when stuck', 'closed by the operator'), '', data->>'reason'))`;

const WITHDRAWN: Known = [
  ['the run has ended', 'run-ended'],
  ['nobody is in the way any more', 'no-rival'],
  ['the unit was closed', 'unit-closed'],
  ['the unit was closed; never delivered', 'unit-closed'],
  ['the unit was removed', 'unit-removed'],
  ['the unit was removed; never delivered', 'unit-removed'],
];
const OTHERWISE = `iif("by"->>'role' = 'agent', 'asker', 'operator')`;
const WITHDRAWAL = reason(
  `data->>'why'`,
  WITHDRAWN,
  ['no longer needed', 'the agent no longer asks'],
  OTHERWISE,
);

/** What an event of the unit of a row says, once its reasons are codes: tables keep no more than the log. */
const latest = (unit: string, type: string, record: string, more = '') =>
  `(select ${record} from events where events.unit = ${unit} and type = '${type}' ${more} order by seq desc limit 1)`;

/** Of the sentence "it printed more than 100 MiB". */
const limit = (words: string): string =>
  `'code', 'output-limit', 'output_mib', cast(substr(${words}, ${'it printed more than '.length + 1}) as integer)`;

/** What comes after a kill: of `next` and `reason` in a record. */
const kill = (record: string): string => {
  const [next, words] = [`${record}.next'`, `${record}.reason'`];
  return `case ${next}
    when 'close' then json_object('next', ${next}, 'text', iif(${words} = 'closed by the operator', '', ${words}))
    when 'stuck' then json_object('next', ${next}, ${limit(words)})
    else json_object('next', ${next}) end`;
};

const NOT_TRUSTED = ['its agent ', ' is not trusted'] as const;
const outcome = (record: string): string => {
  const [exit, words, code] = [`${record}.exit'`, `${record}.reason'`, `${record}.code'`];
  const isAgent = `${words} like '${NOT_TRUSTED.join('%')}'`;
  const ended = `${words} in ('its wrapper ended before the command began', 'the wrapper ended at once')`;
  const [before, after] = NOT_TRUSTED.map(({ length }) => length) as [number, number];
  const name = `substr(${words}, ${before + 1}, length(${words}) - ${before + after})`;
  return `case ${exit}
    when 'stopped' then json_object('exit', ${exit}, ${limit(words)})
    else json_object('exit', ${exit},
      'code', case when ${code} is not null then ${code} when ${ended} then 'wrapper-ended'
        when ${isAgent} then 'agent-not-trusted' else 'cannot-start' end,
      'detail', case when ${ended} then '' when ${isAgent} then ${name} else ${words} end) end`;
};

const WOKEN = `case data->>'why'
  when 'woken by the operator' then json_object('id', data->>'id', 'code', 'operator')
  when 'its time has come' then json_object('id', data->>'id', 'code', 'due')
  else json_object('id', data->>'id', 'code', iif(data->>'why' like '% is done', 'unit-done', 'unit-removed'),
    'chunk', substr(data->>'why', 1, instr(data->>'why', ' ') - 1)) end`;

const SIGNED_OUT = `case data->>'why' when 'not used for 30 days' then 'expired' when 'too many browsers' then 'too-many'
  when 'everywhere' then 'signed-out-everywhere' else 'signed-out' end`;

/** What a bulk call had refused. */
const REFUSED = `(select json_group_array(json_object('chunk', value->>'chunk', 'code', case
  when value->>'message' like 'There is no unit called %' then 'not-found'
  when value->>'message' like '% is done already.' then 'unit-done'
  when value->>'message' like '% is not stuck: %' then 'not-stuck' else 'invalid' end,
  'message', value->>'message')) from json_each(result, '$.refused'))`;

const OF_ITEM = `and data->>'id' = items.id`;

const event = (type: string, data: string): string =>
  `update events set data = ${data} where type = '${type}'`;

export const REASON_CODES: readonly RawBuilder<unknown>[] = [
  `update units set facts = json_set(facts, '$.held', json_object(${held(`facts->>'held'`)}))
    where facts->>'held' is not null`,
  `update runs set facts = json_set(facts, '$.kill', json(${kill(`facts->>'$.kill`)})) where facts->>'$.kill.next' is not null`,
  `update runs set facts = json_set(facts, '$.outcome', json(${outcome(`facts->>'$.outcome`)}))
    where facts->>'$.outcome.exit' in ('stopped', 'never-began')`,
  `update keys set result = json_set(result, '$.refused', json(${REFUSED})) where json_type(result, '$.refused') = 'array'`,
  event('unit.held', `json_object(${held(`data->>'why'`)})`),
  event('unit.closed', CLOSED),
  event('run.killing', `json_set(${kill(`data->>'$`)}, '$.number', data->>'number')`),
  `${event('run.ended', `json_set(data, '$.outcome', json(${outcome(`data->>'$.outcome`)}))`)}
    and data->>'$.outcome.exit' in ('stopped', 'never-began')`,
  event('item.woke', WOKEN),
  event('item.withdrawn', `json_object('id', data->>'id', ${WITHDRAWAL})`),
  event(
    'dependency.removed',
    `json_object('on', data->>'on', 'code', iif(data->>'why' = 'unlinked', 'unlinked', 'removed'))`,
  ),
  event('session.ended', `json_object('id', data->>'id', 'code', ${SIGNED_OUT})`),
  `update units set facts = json_set(facts, '$.closed', json(coalesce(${latest('units.id', 'unit.closed', 'data')},
    json_object('code', 'operator', 'text', facts->>'closed')))) where facts->>'closed' is not null`,
  `update items set facts = json_set(facts, '$.withdrawal', json_object('at', facts->>'$.withdrawal.at',
    'code', coalesce(${latest('items.unit', 'item.withdrawn', `data->>'code'`, OF_ITEM)}, 'operator'),
    'text', coalesce(${latest('items.unit', 'item.withdrawn', `data->>'text'`, OF_ITEM)}, facts->>'$.withdrawal.why')))
    where facts->>'$.withdrawal.at' is not null`,
].map((statement) => sql.raw(statement));
