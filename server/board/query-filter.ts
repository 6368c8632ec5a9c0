/** What a query lets through. */
import type { Card, Cell } from '../../shared/board.ts';
import type { Only, Query } from '../../shared/query.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { isPending } from '../domain/state.ts';

/** Whether it looks for words or kinds. */
export const isSearch = ({ kind, q }: Query): boolean => kind !== undefined || q !== undefined;

/** Whether it shows every unit of its statuses. */
export const isWhole = (query: Query): boolean =>
  wants(query, 'units') && query.chunk === undefined && !isSearch(query);

/** A query for one kind of row gets no messages about the others, not even removals. */
export const wants = ({ only }: Query, kind: Only): boolean => only === undefined || only === kind;

export const shows = ({ chunk, status, kind, q, only }: Query, cell: Cell, { items }: WorkUnit): boolean =>
  wants({ only }, 'units') &&
  (chunk === undefined || chunk === cell.chunk) &&
  (status === undefined || status.includes(cell.status)) &&
  (kind === undefined || items.some((item) => isPending(item) && kind.includes(item.kind))) &&
  says(q, cell.chunk, cell.title);

export const showsCard = ({ chunk, kind, q, only }: Query, card: Card): boolean =>
  wants({ only }, 'items') &&
  (chunk === undefined || chunk === card.chunk) &&
  (kind === undefined || kind.includes(card.kind)) &&
  says(q, card.chunk, card.prompt);

/** Whether one of the texts contains the words, ignoring case. */
export const says = (q: string | undefined, ...texts: readonly string[]): boolean =>
  q === undefined || texts.some((text) => text.toLowerCase().includes(q.toLowerCase()));
