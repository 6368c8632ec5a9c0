/** Builds and reads the addresses of the diff page. */
import { type DiffQuery, type LinePlace, placeIn, placeText } from '../../shared/diff.ts';
import { invalid } from '../domain/refusal.ts';
import { oneIn, wholeIn } from './address-query.ts';

/** Where the page of a difference is, and what of it is in sight. */
export interface DiffPlace {
  /** As `diffPath`. */
  readonly path: string;
  readonly query: DiffQuery;
}

export const diffPath = (chunk: string): string => `/work-units/${chunk}/diff`;

export function diffAddress(
  { path }: DiffPlace,
  { file, page }: DiffQuery,
  more: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    ...(file === null ? {} : { file }),
    ...(page === 1 ? {} : { page: String(page) }),
    ...more,
  }).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** What the address of every line of a file begins with; `new12#comment-words` completes it. */
export const lineAddress = (place: DiffPlace, file: string): string =>
  diffAddress(place, place.query, { comment: `${file}:` });

/** Where the form for a comment on this line stands. */
export const commentAddress = (place: DiffPlace, line: LinePlace): string =>
  `${diffAddress(place, place.query, { comment: placeText(line) })}#comment-words`;

/** `?file=`, `?page=`. Throws a `Refusal` that names the field. */
export function diffQueryOf(address: URLSearchParams): DiffQuery {
  return { file: oneIn(address, 'file'), page: Math.max(1, wholeIn(address, 'page') ?? 1) };
}

/** `?comment=`: the line under which a form is asked for. Throws a `Refusal`. */
export function openPlaceOf(address: URLSearchParams): LinePlace | null {
  const text = oneIn(address, 'comment');
  const place = text === null ? null : placeIn(text);
  if (text !== null && place === null)
    throw invalid('comment', 'comment takes a file, ":", "old" or "new", and the number of a line.');
  return place;
}
