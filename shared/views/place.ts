/** Where a view stands: on our own page, or on somebody else's, where links lead away and less may be done. */
export interface Place {
  /** What the addresses of links begin with: nothing on our own page, else `http://ab12cd34ef.localhost:7845`. */
  readonly base: string;
  /** Steer and answer; answer, and take that back; or only look. */
  readonly may: 'all' | 'answer' | 'read';
}

export const OUR_PAGE: Place = { base: '', may: 'all' };
