/** Parses the query of an address. Throws a `Refusal` that names the field: nothing is guessed or ignored. */

import { type Query, queryOf } from '../../shared/query.ts';
import { mistakeIn, mistakeWords } from '../../shared/query-mistake.ts';
import { invalid } from '../domain/refusal.ts';

/** Which part of the board. */
export function strictQuery(address: URLSearchParams): Query {
  const mistake = mistakeIn(address);
  if (mistake) throw invalid(mistake.field, mistakeWords(mistake, mistake.field));
  return queryOf(address);
}

/** A parameter that may occur once; null: absent or empty. */
export function oneIn(address: URLSearchParams, name: string): string | null {
  const [value = '', ...more] = address.getAll(name);
  if (more.length > 0) throw invalid(name, `${name} was given twice.`);
  return value === '' ? null : value;
}

export function wholeIn(address: URLSearchParams, name: string): number | null {
  const text = oneIn(address, name);
  if (text !== null && !/^\d{1,15}$/.test(text))
    throw invalid(name, `${name} takes a whole number, not "${text.slice(0, LONGEST_SHOWN)}".`);
  return text === null ? null : Number(text);
}

const LONGEST_SHOWN = 60;

export function switchIn(address: URLSearchParams, name: string): boolean {
  const text = oneIn(address, name);
  if (text !== null && text !== 'true' && text !== 'false')
    throw invalid(name, `${name} takes true or false, not "${text.slice(0, LONGEST_SHOWN)}".`);
  return text === 'true';
}
