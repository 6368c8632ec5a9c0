import type { Beat, BeatAnswer, Claim, Claimed, End, EndAnswer } from '../../shared/carry-words.ts';
import type { RunRef } from '../domain/commands/carry.ts';

/** An executor as it is now. `problem`: why it cannot be reached; null: it can, or was not tried yet. */
export interface ExecutorLine {
  readonly name: string;
  readonly ssh: string;
  readonly folder: string;
  readonly room: number;
  readonly at_work: number;
  readonly reached: boolean;
  readonly problem: string | null;
}

/** What carriers may do with the run that their secret is for. Each throws a `Refusal` where it is not theirs. */
export interface CarryActions {
  readonly lines: () => readonly ExecutorLine[];
  readonly claim: (run: RunRef, claim: Claim) => Promise<Claimed>;
  readonly beat: (run: RunRef, beat: Beat) => Promise<BeatAnswer>;
  readonly end: (run: RunRef, end: End) => Promise<EndAnswer>;
}
