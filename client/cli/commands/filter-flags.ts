import { type Query, queryOf } from '../../../shared/query.ts';
import { type Mistake, mistakeIn, mistakeWords } from '../../../shared/query-mistake.ts';
import { ProgramError } from '../output/program-error.ts';

export interface FilterFlags {
  readonly status?: string;
  readonly kind?: string;
  readonly find?: string;
  readonly page?: string;
}

/** The query that the flags describe. */
export function queryFrom({ status, kind, find, page }: FilterFlags): Query {
  const given = { status, kind, q: find, page };
  const pairs = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const address = new URLSearchParams(pairs);
  const mistake = mistakeIn(address) ?? emptyIn(pairs);
  if (mistake) throw new ProgramError('usage', mistakeWords(mistake, FLAGS[mistake.field] ?? ''));
  return queryOf(address);
}

const FLAGS: Readonly<Record<string, string>> = {
  status: '--status',
  kind: '--kind',
  q: '--find',
  page: '--page',
};

/** An empty value is allowed in an address, where forms send empty fields; here it is probably an unset variable. */
function emptyIn(pairs: readonly (readonly [field: string, value: string])[]): Mistake | null {
  const [field] = pairs.find(([, value]) => value === '') ?? [];
  return field === undefined ? null : { field, value: '', takes: 'something' };
}
