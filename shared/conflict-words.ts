/** What is said of two units: may they be at work at the same time? */
import type { Moment } from './words.ts';

export type ConflictVerdict = 'INDEPENDENT' | 'SERIALIZE' | 'ASK_OPERATOR';

/** Why somebody judges so. `text` is in the words of who reported it; empty where the code says it. */
export interface ConflictReason {
  readonly code: 'reported' | 'operator' | 'declared-files' | 'changed-files' | 'git-conflicts';
  readonly text: string;
}

/** What somebody judges of two units: may they be at work at the same time? */
export interface Judgement extends ConflictReason {
  readonly verdict: ConflictVerdict;
  /** 0–1. */
  readonly confidence: number;
  readonly overlapping_files: readonly string[];
  readonly overlapping_symbols: readonly string[];
  /** The lines that stand against each other, as they were when the conflict was found; '' where nobody knows them. */
  readonly overlapping_lines: string;
}

/** An analysis that came to another verdict than the operator. */
export type Disagreement = Omit<Judgement, 'confidence' | 'overlapping_symbols' | 'overlapping_lines'>;

/** A judgement on this unit and another, kept on both sides. The operator's word is never overwritten. */
export interface Conflict extends Judgement {
  readonly with: number;
  readonly found_at: Moment;
  readonly decided_by: 'analysis' | 'operator';
  /** What a later analysis said against the operator's verdict. */
  readonly noted: Disagreement | null;
}
