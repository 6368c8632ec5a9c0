import type { Door } from './access-words.ts';
import type { ItemState, WaitWords } from './board.ts';
import type { Judgement } from './conflict-words.ts';
import type { Event } from './events.ts';
import type { Answer, ItemCode, ItemKind } from './item-words.ts';
import type { PolicyRule, RuleName } from './policy-words.ts';
import type { Closing, Hold } from './reason-words.ts';
import type { Usage } from './usage-words.ts';
import type { Moment, Outcome, Status } from './words.ts';
import type { UnitWork } from './work-words.ts';

/** Everything about one work unit: for its own page and for `signalbox show`. */
export interface Detail {
  readonly seq: number;
  readonly chunk: string;
  readonly title: string;
  readonly goal: string;
  readonly status: Status;
  readonly why: string;
  readonly since: Moment;
  readonly priority: number;
  /** Why its next phase may not start, if so. */
  readonly held: Hold | null;
  /** When a failed run is tried again by itself, if so. */
  readonly retry_due: Moment | null;
  /** Why it was closed; null: it was not. */
  readonly closed: Closing | null;
  readonly paths: readonly string[];
  readonly external: boolean;
  /** The agent that carries it out; null: its commands, or somebody else. */
  readonly agent: string | null;
  /** The number of the live run; null: none. */
  readonly live: number | null;
  readonly added_at: Moment;
  /** Since when it is in the archive; null: it is not. */
  readonly archived_at: Moment | null;
  readonly steps: readonly {
    readonly phase: string;
    readonly command: string | null;
    readonly state: StepState;
  }[];
  /** What it waits for, open and met, and who waits for it. */
  readonly after: readonly { readonly chunk: string; readonly state: 'open' | 'met' | 'unknown' }[];
  readonly before: readonly string[];
  readonly conflicts: readonly ConflictLine[];
  /** Its worktree; null: it works in the project's folder. */
  readonly work: UnitWork | null;
  readonly runs: readonly RunLine[];
  readonly items: readonly ItemLine[];
  /** What the operator has allowed in this unit, and is not asked about again. */
  readonly rules: readonly RuleLine[];
  /** What its runs have used; null: nothing was said. */
  readonly usage: Usage | null;
  /** In millionths of a dollar, what it may cost before the operator is asked; null: there is no such limit. */
  readonly budget: number | null;
  /** What happened, in order: the last of it, or what came before the number that was asked for. */
  readonly history: readonly HistoryLine[];
  /** Ask for what happened before this number to read on; null: the history begins here. */
  readonly earlier: number | null;
  /** How the last hours went. */
  readonly time: TimeSpent;
}

/** What a unit did from `from` to `to`, as stretches that follow one another. */
export interface TimeSpent {
  readonly from: Moment;
  readonly to: Moment;
  readonly spans: readonly TimeSpan[];
}

/** running: a run was live and asked nothing; waiting: for the operator; blocked: for anything else, a free slot included. */
export type TimeUse = 'running' | 'waiting' | 'blocked';

export interface TimeSpan {
  readonly use: TimeUse;
  readonly from: Moment;
  readonly to: Moment;
}

export type StepState = 'finished' | 'current' | 'to come';

export interface RunLine {
  readonly number: number;
  readonly phase: string;
  readonly agent: string;
  /** The executor on which it works; null: this machine. `machine`: what it calls itself, once a carrier has claimed the run. */
  readonly executor: string | null;
  readonly machine: string | null;
  readonly started_at: Moment;
  readonly ended_at: Moment | null;
  readonly outcome: Outcome | null;
  /** How it ended, in words; or that it is live. */
  readonly said: string;
  readonly usage: Usage | null;
}

/** `said`: what it allows, in words. */
export interface RuleLine extends PolicyRule {
  readonly said: string;
}

/** An attention item of any age. */
export interface ItemLine {
  readonly id: string;
  readonly version: number;
  readonly kind: ItemKind;
  /** stuck: why, where it is one of the known reasons. */
  readonly code: ItemCode | null;
  readonly prompt: string;
  readonly asked_at: Moment;
  readonly state: ItemState;
  /** While it is open: how long its asker waits; null: for as long as it takes, or it is not known. */
  readonly wait: WaitWords | null;
  readonly answer: Answer | null;
  readonly said: string;
  readonly answered_by: string | null;
  readonly answered_via: Door | null;
  readonly answered_by_rule: RuleName | null;
  readonly answered_at: Moment | null;
  /** How far the answer has come; null: there is nothing that somebody is to get. */
  readonly delivery: DeliveryState | null;
  readonly given_to: number | null;
  readonly delivered_to: number | null;
  readonly delivered_at: Moment | null;
  readonly withdrawn_why: string | null;
}

/**
 * undelivered: nobody has the answer yet; given: a run got it when it started, and has not ended well so far;
 * delivered: its asker has it, or such a run has ended well; never: the unit was closed or removed before.
 */
export type DeliveryState = 'undelivered' | 'given' | 'delivered' | 'never';

/** A judgement on two units as people and scripts read it: the reason and the disagreement in words. */
export interface JudgedLine extends Omit<Judgement, 'text'> {
  readonly reason: string;
  readonly decided_by: 'analysis' | 'operator';
  readonly found_at: Moment;
  readonly noted: string;
}

/** A judgement on this unit and another. */
export interface ConflictLine extends JudgedLine {
  readonly chunk: string;
  /** Its order would have closed a cycle: only exclusion is left of it. */
  readonly dropped: boolean;
}

/** One event in words. */
export interface HistoryLine {
  readonly seq: number;
  readonly at: Moment;
  readonly who: string;
  readonly door: Door;
  readonly type: Event['type'];
  /** The run that it is about; null: none, or it is about more. */
  readonly run: number | null;
  readonly what: string;
}
