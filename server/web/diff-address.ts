import { type DiffQuery, type LinePlace, placeText } from '../../shared/diff.ts';

/** Where the page of a difference is, and what of it is in sight. */
export interface DiffPlace {
  /** `/work-units/auth-schema/diff` */
  readonly path: string;
  readonly query: DiffQuery;
}

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
