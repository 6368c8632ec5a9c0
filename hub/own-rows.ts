/** The rows of one daemon as they stand among those of others: with keys and ids that no other daemon's have. */
import type { Card, Cell, Row } from '../shared/board.ts';
import type { Place } from '../shared/views/place.ts';
import { CHUNK, STATUSES } from '../shared/words.ts';

/** Whose rows they are. */
export interface Owner {
  /** The last part of the project's path on the hub. */
  readonly slug: string;
  /** Of its database: with a key it tells a row from all others, also from those of a database that was there before. */
  readonly epoch: string;
  readonly place: Place;
}

const EPOCH = /^[0-9a-f]{16}$/;
const ITEM = /^[A-Za-z0-9._:-]{1,128}$/;
const HUB_ITEM = /^([0-9a-f]{16})-([A-Za-z0-9._:-]{1,128})$/;

/** An item among those of all projects. */
export const hubItem = (epoch: string, item: string): string => `${epoch}-${item}`;

/** The item that its daemon knows, and the epoch of that; null: no item of the hub is called so. */
export function ownItem(id: string): { readonly epoch: string; readonly item: string } | null {
  const [, epoch, item] = HUB_ITEM.exec(id) ?? [];
  return epoch === undefined || item === undefined ? null : { epoch, item };
}

/** The key on the hub of a row of a daemon. */
export function hubKey(epoch: string, key: string): string {
  const colon = key.indexOf(':');
  return colon < 0 ? `${key}:${epoch}` : `${key.slice(0, colon)}:${hubItem(epoch, key.slice(colon + 1))}`;
}

/**
 * The row on the hub; null: it has none. What names and ids become part of is checked here, since the daemon may be
 * another machine's: with others, an address made of them could lead elsewhere.
 */
export function hubRow(row: Row, { slug, epoch, place }: Owner): Row | null {
  if (!EPOCH.test(epoch)) return null;
  const key = hubKey(epoch, row.key);
  if (row.row === 'unit') return isUnit(row) ? { ...row, key, place } : null;
  if (row.row !== 'item' || !isItem(row)) return null;
  return { ...row, key, id: hubItem(epoch, row.id), order: [...row.order, slug], place };
}

/** What the views go through is there: one daemon of another version must not take the page of all others. */
const isUnit = ({ chunk, status, order }: Cell): boolean =>
  CHUNK.test(chunk) && STATUSES.includes(status) && Array.isArray(order);

const isItem = ({ chunk, id, prompt, order, options, context }: Card): boolean =>
  CHUNK.test(chunk) &&
  ITEM.test(id) &&
  typeof prompt === 'string' &&
  [order, options, context].every(Array.isArray);
