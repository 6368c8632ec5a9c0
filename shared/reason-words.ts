/**
 * Why something was done, where it is one of a few known things. Programs decide by `code`; `sentences.ts` makes the
 * sentence. `text` is in the words of the person or agent who did it; empty: they gave none.
 */

/** Why the next phase of a unit may not start. killed: its run was; budget: so it was answered when that was spent. */
export interface Hold {
  readonly code: 'operator' | 'killed' | 'budget';
  readonly text: string;
}

/** Why a unit was closed. stuck: by the answer to its stuck item. */
export interface Closing {
  readonly code: 'operator' | 'stuck';
  readonly text: string;
}

/** Why an item needs no answer any more. no-rival: no unit of a conflict is in the way; work-changed: it asked about a merge of older work. */
export interface WithdrawalReason {
  readonly code:
    | 'operator'
    | 'asker'
    | 'run-ended'
    | 'no-rival'
    | 'work-changed'
    | 'unit-closed'
    | 'unit-removed';
  readonly text: string;
}

/** Why an item is back in the queue. due: its time has come; else the unit for which it slept has ended so. */
export type WakeReason =
  | { readonly code: 'operator' | 'due' }
  | { readonly code: 'unit-done' | 'unit-removed'; readonly chunk: string };

/** Why a unit no longer waits for another one. removed: the other unit was. */
export type UnlinkCode = 'unlinked' | 'removed';

/** Why a browser is no longer signed in. expired: not used for 30 days; too-many: it was the oldest of too many. */
export type SessionEndCode = 'signed-out' | 'signed-out-everywhere' | 'expired' | 'too-many';

/** A limit that a run broke, and how much it allows. */
export interface BrokenLimit {
  readonly code: 'output-limit';
  readonly output_mib: number;
}

/** What kept a run from beginning. cannot-start: `detail` says what; of an agent that is not trusted, it is the name. */
export interface NeverBegan {
  readonly code: 'wrapper-ended' | 'agent-not-trusted' | 'cannot-start' | 'answers-too-long';
  readonly detail: string;
}
