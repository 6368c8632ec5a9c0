import type { By } from '../../shared/access-words.ts';
import type { Beat, BeatAnswer, Claim, Claimed, End, EndAnswer } from '../../shared/carry-words.ts';
import type { ExecutorKind } from '../../shared/executor-words.ts';
import type { RunRef } from '../domain/commands/carry.ts';

/** The run that a carrier's secret is for, and who is recorded. */
export interface CarrierCall extends RunRef {
  readonly by: By;
}

/** An executor as it is now. `problem`: why it cannot be reached; null: it can, or was not tried yet. */
export interface ExecutorLine {
  readonly name: string;
  readonly kind: ExecutorKind;
  /** Where ssh connects; null: it is not reached by ssh. */
  readonly ssh: string | null;
  readonly folder: string;
  readonly room: number;
  readonly at_work: number;
  readonly reached: boolean;
  readonly problem: string | null;
}

/** What carriers may do with the run that their secret is for. Each throws a `Refusal` where it is not theirs. */
export interface CarryActions {
  readonly lines: () => readonly ExecutorLine[];
  readonly claim: (call: CarrierCall, claim: Claim) => Promise<Claimed>;
  readonly beat: (call: CarrierCall, beat: Beat) => Promise<BeatAnswer>;
  readonly end: (call: CarrierCall, end: End) => Promise<EndAnswer>;
}
