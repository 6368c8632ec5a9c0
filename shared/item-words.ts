/** What needs the operator, and what became of it. */
import type { Door } from './access-words.ts';
import type { DaemonQuestion } from './daemon-questions.ts';
import type { NotifyChannel } from './notify-words.ts';
import type { NewRule, RuleName } from './policy-words.ts';
import type { WithdrawalReason } from './reason-words.ts';
import type { Moment, StuckCode } from './words.ts';

/**
 * question: an agent asks, in words; decision: an agent offers options only; review: a person must agree to a
 * phase; stuck: a run failed, vanished or takes too long; conflict: two units may be in each other's way.
 */
export type ItemKind = 'question' | 'decision' | 'review' | 'stuck' | 'conflict';
export const ITEM_KINDS: readonly ItemKind[] = ['question', 'decision', 'review', 'stuck', 'conflict'];

/**
 * A stuck unit's reason; or what is asked about a merge: whether to, or what to do about its conflicts; or that the
 * budget of the unit, or of the day, is spent.
 */
export type ItemCode = StuckCode | 'merge-review' | 'merge-conflict' | 'budget' | 'day-budget';

export interface ItemOption {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

/** What an asker says: the part of an item that makes it a new version when it differs. */
export interface Asking {
  readonly prompt: string;
  readonly context: readonly { readonly label: string; readonly text: string }[];
  readonly options: readonly ItemOption[];
  readonly multiple: boolean;
  readonly allows_text: boolean;
  /** The rule that the option `allow-unit` makes; absent: it is not offered. */
  readonly offers?: NewRule;
}

/** Equal for questions of agents that ask the same, so that one answer may do for all; what the daemon asks equals nothing. */
export const askingKey = (item: Asking & { readonly id: string; readonly kind: ItemKind }): string =>
  item.kind !== 'question' && item.kind !== 'decision'
    ? item.id
    : JSON.stringify([item.kind, item.prompt, item.context, item.options, item.multiple, item.allows_text]);

export interface Answer {
  readonly options: readonly string[];
  readonly text: string;
}

/** What is asked: in words of its asker, or, by the daemon, in codes and fields. */
export type AnyQuestion =
  | (Asking & { readonly about?: never })
  | { readonly about: DaemonQuestion; readonly offers?: never };

/** Something that needs the operator. Kept for ever; the history of a unit shows who said what. */
export type Item = ItemFacts & AnyQuestion;

/** All of an item but what is asked. */
export interface ItemFacts {
  readonly id: string;
  /** Keys of later runs that asked the same. */
  readonly keys: readonly string[];
  readonly version: number;
  readonly unit: number;
  readonly kind: ItemKind;
  readonly phase: string;
  readonly run: number;
  readonly asked_at: Moment;
  readonly asked_by: string;
  /** Open, but out of the queue; null: it is not snoozed. */
  readonly snooze: Snooze | null;
  readonly answer: GivenAnswer | null;
  /** The answer is known to have been used; null: not yet. */
  readonly delivery: Delivery | null;
  readonly withdrawal: Withdrawal | null;
  /** As its latest asker said; absent, null: for as long as it takes, or nobody said. */
  readonly asker_waits?: AskerWait | null;
  /** By which channels the operator was told of it, or need not be; absent: by none. */
  readonly told?: readonly NotifyChannel[];
}

/** Out of the queue until a moment, or until a chunk is DONE: one of the two is set. */
export interface Snooze {
  readonly until: Moment | null;
  readonly for: string | null;
}

/** How long the asker waits for its answer. */
export interface AskerWait {
  readonly until: Moment;
  /** Where it can be answered after that: here, where the question stays; or at the agent's own terminal only. */
  readonly after: 'here' | 'terminal';
}

/** An answer as it was given to an item. */
export interface GivenAnswer extends Answer {
  readonly by: string;
  readonly via: Door;
  /** By which rule it was given; absent: a person gave it. */
  readonly rule?: RuleName;
  readonly at: Moment;
  /** The key under which it was given. */
  readonly key: string | null;
  /** When it goes out; until then it can be taken back. */
  readonly release_due: Moment;
  readonly released_at: Moment | null;
  /** The latest run that was given it when the run started. If that run ends well, the answer is delivered. */
  readonly given_to: number | null;
}

/** To which run: its asker has the answer, or a run that was given it has ended well. */
export interface Delivery {
  readonly at: Moment;
  readonly to: number;
}

export interface Withdrawal extends WithdrawalReason {
  readonly at: Moment;
}
