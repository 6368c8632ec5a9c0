/** What is wrong with an address or with flags that should mean a query: for the server and the terminal, not for the page. */

import { ITEM_KINDS } from './item-words.ts';
import { LONGEST_SEARCH, listOf, PAGE } from './query.ts';
import { STATUSES } from './words.ts';

/** A field of an address with a value that it does not take. */
export interface Mistake {
  readonly field: string;
  readonly value: string;
  /** What would be right, in words. */
  readonly takes: string;
}

/** The first field that `queryOf` would have to leave out, or cut; null: it means what it says. An empty field says nothing. */
export function mistakeIn(address: URLSearchParams): Mistake | null {
  for (const [field, { takes, holds }] of Object.entries(FIELDS)) {
    const [value = '', ...more] = address.getAll(field);
    if (more.length > 0) return { field, value: [value, ...more].join('&'), takes: `${takes}, once` };
    if (value !== '' && !holds(value)) return { field, value, takes };
  }
  return null;
}

const allOf = (known: readonly string[]) => (value: string) =>
  listOf(value).every((each) => known.includes(each));
const STATUS_WORDS = STATUSES.map((each) => each.toLowerCase());

const FIELDS: Readonly<Record<string, { takes: string; holds: (value: string) => boolean }>> = {
  status: { takes: `${STATUS_WORDS.join(', ')} (several with commas)`, holds: allOf(STATUS_WORDS) },
  kind: { takes: `${ITEM_KINDS.join(', ')} (several with commas)`, holds: allOf(ITEM_KINDS) },
  q: {
    takes: `at most ${LONGEST_SEARCH} characters`,
    holds: (value) => [...value.trim()].length <= LONGEST_SEARCH,
  },
  page: { takes: 'a whole number from 1', holds: (value) => PAGE.test(value) },
};

/** `name`: what the field is called where it was given. */
export const mistakeWords = ({ value, takes }: Mistake, name: string): string =>
  `${name} takes ${takes}, not "${[...value].slice(0, LONGEST_SHOWN).join('')}".`;

const LONGEST_SHOWN = 60;
