/** How schema 6 kept conflicts, for the step that takes them over: frozen with it. */
import { sql } from 'kysely';

/** The ids of the units that the labels of a conflict item's context name. */
export const rivalsIn = (facts: string) =>
  sql.raw(`coalesce((select json_group_array(id) from (
  select distinct units.id from units, json_each(${facts}, '$.context') as shown
  where units.chunk = shown.value->>'label' order by units.id)), '[]')`);

/** Of the sentence "an analysis disagrees: VERDICT, reason". */
const AFTER_COLON = 'an analysis disagrees: '.length + 1;
export const verdictIn = (note: string) =>
  sql.raw(`substr(${note}, ${AFTER_COLON}, instr(substr(${note}, ${AFTER_COLON}), ', ') - 1)`);
export const reasonIn = (note: string) =>
  sql.raw(`substr(substr(${note}, ${AFTER_COLON}), instr(substr(${note}, ${AFTER_COLON}), ', ') + 2)`);
