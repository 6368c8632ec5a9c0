import { type Query, queryOf } from '../../shared/query.ts';
import { ITEM_KINDS, STATUSES } from '../../shared/words.ts';
import { ProgramError } from './program-error.ts';

export interface FilterFlags {
  readonly status?: string;
  readonly kind?: string;
  readonly find?: string;
  readonly page?: string;
}

/** What the flags ask to see. What an address would leave out as meaningless is wrong usage here. */
export function queryFrom({ status, kind, find, page }: FilterFlags): Query {
  const given = { status: status?.toLowerCase(), kind: kind?.toLowerCase(), q: find, page };
  const address = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = queryOf(new URLSearchParams(address));
  refuseUnknown('--status', status, query.status, STATUSES);
  refuseUnknown('--kind', kind, query.kind, ITEM_KINDS);
  if (page !== undefined && query.page === undefined)
    throw new ProgramError('usage', `--page takes a number from 1, not "${page}".`);
  return query;
}

function refuseUnknown(
  flag: string,
  given: string | undefined,
  understood: readonly string[] | undefined,
  known: readonly string[],
): void {
  if (given === undefined || given.split(',').length === understood?.length) return;
  throw new ProgramError('usage', `${flag} takes ${known.join(', ').toLowerCase()}, not "${given}".`);
}
