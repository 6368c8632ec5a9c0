/**
 * Why something was done, where it is one of a few known things. Programs decide by `code`; `reason-sentences.ts`
 * makes the sentence. `text` is in the words of the person or agent who did it; empty: they gave none.
 */
import type { ItemKind, Snooze } from './item-words.ts';
import type { Moment, Status } from './words.ts';
import type { WorkProblem } from './work-problem.ts';

/** Why the next phase of a unit may not start. killed: its run was; budget: so it was answered when that was spent. */
export interface Hold {
  readonly code: 'operator' | 'killed' | 'budget';
  readonly text: string;
}

/** Why a unit was closed. stuck: by the answer to its stuck item; session-ended: with the session outside that it stood for. */
export interface Closing {
  readonly code: 'operator' | 'stuck' | 'session-ended';
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

/** What kept a run from beginning. */
export type NeverBegan =
  | {
      readonly code:
        | 'wrapper-ended'
        /** `detail`: the name of the agent. */
        | 'agent-not-trusted'
        /** `detail`: the placeholder in whose place more than one argument can take would stand. */
        | 'answers-too-long'
        | 'argument-too-long'
        /** `detail`: the file, as `signalbox.json` names it. */
        | 'prompt-file-missing'
        | 'prompt-file-outside'
        | 'prompt-file-too-large'
        /** `detail`: what the system said. */
        | 'cannot-start'
        /** It was handed to the executor `detail`, and nobody claimed it. */
        | 'not-claimed'
        /** `detail`: the executor that is not there any more. */
        | 'no-executor';
      readonly detail: string;
    }
  | { readonly code: 'worktree'; readonly problem: WorkProblem };

/** Why a unit has its status, where the status alone does not say. */
export type StatusReason =
  | { readonly code: 'closed'; readonly closing: Closing }
  /** It has one open item of this kind, or so many of any. */
  | { readonly code: 'asks'; readonly kind: ItemKind; readonly count: number }
  | { readonly code: 'held'; readonly hold: Hold }
  | { readonly code: 'held-after-phase'; readonly hold: Hold }
  | { readonly code: 'depends'; readonly on: readonly string[] }
  | { readonly code: 'retry'; readonly due: Moment }
  | { readonly code: 'snoozed' | 'waits-snoozed'; readonly snooze: Snooze }
  /** `item`: whose answer it is. */
  | { readonly code: 'answer-out' | 'waits-answer-out'; readonly item: string }
  | { readonly code: 'agent-not-trusted'; readonly agent: string }
  | { readonly code: 'unknown-executor'; readonly executor: string }
  /** What this day may cost is spent; the item that asks about it is this unit's. */
  | { readonly code: 'day-budget'; readonly chunk: string }
  /** Of units that are never at work at the same time: these come first, or are at work. */
  | { readonly code: 'comes-after' | 'rival-at-work'; readonly chunks: readonly string[] }
  | { readonly code: 'merging' | 'preparing' | 'killing' }
  | { readonly code: 'stopping'; readonly limit: BrokenLimit }
  /** `text`: what its live run told the operator last. */
  | { readonly code: 'says'; readonly text: string }
  /** Words of an earlier version, which kept no code. */
  | { readonly code: 'earlier'; readonly text: string };

/** The status that a unit had when its run was reported started all the same, and why it had it. */
export interface Overridden {
  readonly status: Status;
  readonly why: StatusReason | null;
}
