/** Which of several daemons of one log starts runs and keeps time. */
export interface Leadership {
  /** Waits until this daemon leads. Rejects only when `signal` fires, which also ends the term. */
  lead(signal: AbortSignal): Promise<Term>;
}

export interface Term {
  readonly term: number;
  /** Resolves when another one may lead; never rejects. */
  readonly lost: Promise<void>;
}
