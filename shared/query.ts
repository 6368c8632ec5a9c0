/** Which part of the board somebody wants to see; the same in an address, in a call and in a board's stream. */
import { ITEM_KINDS, type ItemKind } from './item-words.ts';
import { STATUSES, type Status } from './words.ts';

/** Every field narrows; none given: all units and the whole queue. */
export interface Query {
  readonly status?: readonly Status[] | undefined;
  /** Only items of these kinds, and the units that have one. */
  readonly kind?: readonly ItemKind[] | undefined;
  /** Words that stand in the chunk or the title of a unit, or in what is asked. */
  readonly q?: string | undefined;
  /** Which page of the units, from 1; none: all of them. */
  readonly page?: number | undefined;
  readonly chunk?: string | undefined;
  /** One attention item, followed to its end: for the process that asked. */
  readonly item?: string | undefined;
  /** Rows of one kind, for who shows nothing else; the counts are always there. */
  readonly only?: Only | undefined;
  /** On a page of several projects: this one alone, by the last part of its path. */
  readonly project?: string | undefined;
}

export const ONLY = ['units', 'items', 'counts'] as const;
export type Only = (typeof ONLY)[number];

/** How many units stand on a page. */
export const PAGE_UNITS = 200;
export const LONGEST_SEARCH = 200;

/** The query that an address means: `?status=running,blocked&kind=review&q=auth&page=2`. What it cannot mean is left out. */
export function queryOf(address: URLSearchParams): Query {
  const listed = (name: string) => listOf(address.get(name) ?? '');
  const status = STATUSES.filter((each) => listed('status').includes(each.toLowerCase()));
  const kind = ITEM_KINDS.filter((each) => listed('kind').includes(each));
  const q = [...(address.get('q') ?? '').trim()].slice(0, LONGEST_SEARCH).join('');
  const page = PAGE.test(address.get('page') ?? '') ? Number(address.get('page')) : undefined;
  return {
    ...(status.length > 0 && { status }),
    ...(kind.length > 0 && { kind }),
    ...(q !== '' && { q }),
    ...(page !== undefined && { page }),
  };
}

export const PAGE = /^[1-9]\d{0,5}$/;
export const listOf = (text: string): string[] => text.toLowerCase().split(',');

/** The address that means a query: `/` and what comes after it. */
export function addressOf({ status, kind, q, page, project }: Query): string {
  const given = {
    status: status?.join().toLowerCase(),
    kind: kind?.join(),
    q: q && encodeURIComponent(q),
    page,
    project,
  };
  const parts = Object.entries(given).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  return parts.length === 0 ? '/' : `/?${parts.join('&')}`;
}

/** With the units of the first page, unless the query names another, one thing or some rows. */
export const firstPage = (query: Query): Query =>
  query.chunk || query.item || query.only ? query : { page: 1, ...query };

/** Equal for equal queries. */
export const queryKey = ({ status, kind, q, page, chunk, item, only, project }: Query): string =>
  JSON.stringify([status, kind, q, page, chunk, item, only, project]);
