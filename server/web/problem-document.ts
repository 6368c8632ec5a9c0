/** Problem details (RFC 9457): every refusal, as programs read it. */
import type { Item } from '../../shared/item-words.ts';

export const PROBLEM_TYPE = 'application/problem+json';

export interface ProblemDocument {
  readonly status: number;
  /** Which refusal it is. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** The input that is wrong. */
  readonly field?: string | null;
  /** Attention items as they are now. */
  readonly items?: readonly Item[];
}

/** With all fields, whatever is refused. */
export const problemDocument = ({ field = null, items = [], ...problem }: ProblemDocument) => ({
  type: 'about:blank',
  ...problem,
  field,
  items,
});

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  409: 'Out of date',
  413: 'Too large',
  422: 'Invalid input',
  500: 'Something went wrong',
};
export const titleOf = (status: number): string => TITLES[status] ?? 'Refused';
