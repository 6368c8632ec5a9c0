/** What is said of two units: may they be at work at the same time? */
import type { Moment } from './words.ts';

export type ConflictVerdict = 'INDEPENDENT' | 'SERIALIZE' | 'ASK_OPERATOR';

/** What somebody judges of two units: may they be at work at the same time? */
export interface Judgement {
  readonly verdict: ConflictVerdict;
  /** 0–1. */
  readonly confidence: number;
  readonly reason: string;
  readonly overlapping_files: readonly string[];
  readonly overlapping_symbols: readonly string[];
  /** The lines that stand against each other, as they were when the conflict was found; '' where nobody knows them. */
  readonly overlapping_lines: string;
}

/** An analysis that came to another verdict than the operator. */
export type Disagreement = Pick<Judgement, 'verdict' | 'reason'>;

/** A judgement on this unit and another, kept on both sides. The operator's word is never overwritten. */
export interface Conflict extends Judgement {
  readonly with: number;
  readonly found_at: Moment;
  readonly decided_by: 'analysis' | 'operator';
  /** What a later analysis said against the operator's verdict. */
  readonly noted: Disagreement | null;
}
