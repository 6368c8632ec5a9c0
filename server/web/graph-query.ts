/** Which part of the dependency picture, and how large, as its address says. */

import { addressOf, type Query } from '../../shared/query.ts';
import { CHUNK } from '../../shared/words.ts';
import { invalid } from '../domain/refusal.ts';
import { oneIn, strictQuery, switchIn } from './address-query.ts';

export const ZOOMS = ['fit', '50', '75', '100', '150', '200'] as const;
type Zoom = (typeof ZOOMS)[number];

export interface GraphQuery extends Pick<Query, 'status' | 'q'> {
  /** Only this unit, what it waits for and what waits for it. */
  readonly unit: string | null;
  /** Whether units that are done stand in it. */
  readonly done: boolean;
  /** In percent; or as wide as the window. */
  readonly zoom: Zoom;
}

export function graphQueryOf(address: URLSearchParams): GraphQuery {
  const { status, q } = strictQuery(address);
  const unit = oneIn(address, 'unit');
  if (unit !== null && !CHUNK.test(unit)) throw invalid('unit', 'unit takes the name of a unit.');
  const given = oneIn(address, 'zoom') ?? '100';
  const zoom = ZOOMS.find((each) => each === given);
  if (!zoom) throw invalid('zoom', `zoom takes one of ${ZOOMS.join(', ')}.`);
  return { status, q, unit, done: switchIn(address, 'done'), zoom };
}

export function graphAddress({ status, q, unit, done, zoom }: GraphQuery): string {
  const more = new URLSearchParams({
    ...(unit !== null && { unit }),
    ...(done && { done: 'true' }),
    ...(zoom !== '100' && { zoom }),
  }).toString();
  const [, narrowed = ''] = addressOf({ status, q }).split('?');
  const search = [narrowed, more].filter((part) => part !== '').join('&');
  return search === '' ? '/graph' : `/graph?${search}`;
}
