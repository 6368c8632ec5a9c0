import { under } from '../base-path.ts';
import type { Moment } from '../words.ts';

/** Where a view is drawn: on our own page, or on another site, where links open new tabs and fewer actions are allowed. */
export interface Place {
  /** Prefix of links: on our own page the base path (mostly empty), elsewhere `http://ab12cd34ef.localhost:7845`. */
  readonly base: string;
  /** May act and answer; may only answer and undo; or may only read. */
  readonly may: 'all' | 'answer' | 'read';
  /** On a page of several projects: how that page calls this one. */
  readonly name?: string;
  /** Since when its daemon has not been heard of; null: it answers. */
  readonly away_since?: Moment | null;
}

export const OUR_PAGE: Place = {
  get base() {
    return under('');
  },
  may: 'all',
};

/** What stands before the paths of a place; none: our own page. */
export const baseOf = (place: Place | undefined): string => (place ?? OUR_PAGE).base;
