/** What can happen, and what the log keeps of it. */
import type { By, Token } from './access-words.ts';
import type { TrustedAgents } from './agent-words.ts';
import type { EndChange } from './archive-words.ts';
import type { Conflict, Disagreement, Judgement } from './conflict-words.ts';
import type { CarriedChange, ExecutorSettings } from './executor-words.ts';
import type { Answer, AnyQuestion, AskerWait, ItemKind } from './item-words.ts';
import type { NoticeChange } from './notify-words.ts';
import type { PolicyRule, RuleName } from './policy-words.ts';
import type {
  Closing,
  Hold,
  Overridden,
  SessionEndCode,
  UnlinkCode,
  WakeReason,
  WithdrawalReason,
} from './reason-words.ts';
import type { Settings } from './settings-words.ts';
import type { Usage } from './usage-words.ts';
import type { Kill, Moment, Outcome, ProcessIdentity, ToolRefusal, UnitSpec } from './words.ts';
import type { WorkChange } from './work-events.ts';

/** The unit of what concerns no unit. */
export const NO_UNIT = -1;

/** What can happen. Each change concerns exactly one unit, or none (`NO_UNIT`). */
export type Change =
  | { readonly type: 'config.updated'; readonly unit: typeof NO_UNIT; readonly data: Partial<Settings> }
  | { readonly type: 'agents.trusted'; readonly unit: typeof NO_UNIT; readonly data: TrustedAgents }
  | { readonly type: 'executors.configured'; readonly unit: typeof NO_UNIT; readonly data: ExecutorSettings }
  | {
      readonly type: 'token.added';
      readonly unit: typeof NO_UNIT;
      readonly data: Omit<Token, 'added_at'>;
    }
  | { readonly type: 'token.revoked'; readonly unit: typeof NO_UNIT; readonly data: { readonly id: string } }
  | {
      readonly type: 'session.opened';
      readonly unit: typeof NO_UNIT;
      readonly data: { readonly id: string; readonly hash: string };
    }
  | {
      readonly type: 'session.renewed';
      readonly unit: typeof NO_UNIT;
      readonly data: { readonly id: string };
    }
  | {
      readonly type: 'session.ended';
      readonly unit: typeof NO_UNIT;
      readonly data: { readonly id: string; readonly code: SessionEndCode };
    }
  | { readonly type: 'unit.added'; readonly unit: number; readonly data: UnitSpec }
  | { readonly type: 'unit.closed'; readonly unit: number; readonly data: Closing }
  | { readonly type: 'unit.edited'; readonly unit: number; readonly data: UnitEdit }
  | { readonly type: 'unit.held'; readonly unit: number; readonly data: Hold }
  | { readonly type: 'unit.released'; readonly unit: number; readonly data: Record<string, never> }
  /** Permissions like one that the operator has given are given by themselves from now on, in this unit. */
  | { readonly type: 'rule.added'; readonly unit: number; readonly data: PolicyRule }
  | { readonly type: 'rule.removed'; readonly unit: number; readonly data: { readonly id: string } }
  | { readonly type: 'unit.prioritized'; readonly unit: number; readonly data: { readonly priority: number } }
  | EndChange
  | { readonly type: 'dependency.added'; readonly unit: number; readonly data: { readonly on: string } }
  | {
      readonly type: 'dependency.removed';
      readonly unit: number;
      readonly data: { readonly on: string; readonly code: UnlinkCode };
    }
  | { readonly type: 'dependency.met'; readonly unit: number; readonly data: { readonly on: string } }
  | { readonly type: 'phase.finished'; readonly unit: number; readonly data: { readonly phase: string } }
  /** Back to a phase that was finished before. */
  | { readonly type: 'phase.reopened'; readonly unit: number; readonly data: { readonly phase: string } }
  | WorkChange
  | NoticeChange
  | { readonly type: 'run.started'; readonly unit: number; readonly data: RunStarted }
  | { readonly type: 'run.spawned'; readonly unit: number; readonly data: RunSpawned }
  | CarriedChange
  | { readonly type: 'conflict.judged'; readonly unit: number; readonly data: ConflictJudged }
  | {
      readonly type: 'conflict.noted';
      readonly unit: number;
      readonly data: Disagreement & { readonly with: number };
    }
  | {
      readonly type: 'retry.scheduled';
      readonly unit: number;
      readonly data: { readonly due: Moment; readonly nth: number };
    }
  | { readonly type: 'retry.due'; readonly unit: number; readonly data: { readonly anew: boolean } }
  | { readonly type: 'run.killing'; readonly unit: number; readonly data: Kill & { readonly number: number } }
  | {
      readonly type: 'run.interrupted';
      readonly unit: number;
      readonly data: { readonly number: number; readonly text: string };
    }
  | {
      readonly type: 'run.told';
      readonly unit: number;
      readonly data: { readonly number: number; readonly count: number };
    }
  | {
      readonly type: 'run.noted';
      readonly unit: number;
      readonly data: { readonly number: number; readonly session: string };
    }
  | {
      readonly type: 'run.said';
      readonly unit: number;
      readonly data: { readonly number: number; readonly text: string };
    }
  /** What the whole run has used so far. */
  | {
      readonly type: 'run.used';
      readonly unit: number;
      readonly data: { readonly number: number; readonly usage: Usage };
    }
  /** The unit may cost so much in all, or go on that day although the day's budget is spent. */
  | {
      readonly type: 'budget.raised';
      readonly unit: number;
      readonly data: { readonly micro_usd: number } | { readonly day: string };
    }
  | {
      readonly type: 'run.refused';
      readonly unit: number;
      readonly data: { readonly number: number; readonly refused: readonly ToolRefusal[] };
    }
  | { readonly type: 'run.ended'; readonly unit: number; readonly data: RunEnded }
  | { readonly type: 'item.asked'; readonly unit: number; readonly data: ItemAsked }
  | {
      readonly type: 'item.attached';
      readonly unit: number;
      readonly data: { readonly id: string; readonly run: number; readonly key: string };
    }
  | {
      readonly type: 'item.snoozed';
      readonly unit: number;
      readonly data: { readonly id: string; readonly until: Moment | null; readonly for: string | null };
    }
  | {
      readonly type: 'item.woke';
      readonly unit: number;
      readonly data: { readonly id: string } & WakeReason;
    }
  | { readonly type: 'item.changed'; readonly unit: number; readonly data: ItemChanged }
  | { readonly type: 'item.awaited'; readonly unit: number; readonly data: ItemAwaited }
  | { readonly type: 'item.answered'; readonly unit: number; readonly data: ItemAnswered }
  | {
      readonly type: 'item.reopened';
      readonly unit: number;
      readonly data: { readonly id: string; readonly spends: string | null };
    }
  | { readonly type: 'item.released'; readonly unit: number; readonly data: { readonly id: string } }
  | {
      readonly type: 'item.given';
      readonly unit: number;
      readonly data: { readonly id: string; readonly run: number };
    }
  | {
      readonly type: 'item.delivered';
      readonly unit: number;
      readonly data: { readonly id: string; readonly run: number };
    }
  | {
      readonly type: 'item.withdrawn';
      readonly unit: number;
      readonly data: { readonly id: string } & WithdrawalReason;
    };

/** What an edit sets; what it does not name stays. */
export interface UnitEdit {
  readonly title?: string;
  readonly goal?: string;
  readonly paths?: readonly string[];
}
export interface ConflictJudged extends Judgement {
  readonly with: number;
  readonly decided_by: Conflict['decided_by'];
}
export interface RunStarted {
  readonly number: number;
  readonly phase: string;
  readonly agent: string;
  readonly marker: string;
  /** SHA-256 of its token; absent: nobody of ours carries it out. */
  readonly token?: string;
  /** The executor that is to carry it out, and SHA-256 of the secret that buys the claim; absent: this machine. */
  readonly executor?: string;
  readonly claim?: string;
  /** Started although the unit was not READY, by the operator's word. */
  readonly override?: Overridden;
}
export interface RunSpawned extends ProcessIdentity {
  readonly number: number;
}
export interface RunEnded {
  readonly number: number;
  readonly outcome: Outcome;
}
export type ItemAsked = AskedFacts & AnyQuestion;
interface AskedFacts {
  readonly id: string;
  readonly kind: ItemKind;
  readonly phase: string;
  readonly run: number;
  readonly asked_by: string;
  readonly asker_waits?: AskerWait;
}
/** Asked again: how long the asker waits this time. */
export type ItemAwaited = { readonly id: string; readonly asker_waits: AskerWait | null };
export type ItemChanged = { readonly id: string } & AnyQuestion;
export interface ItemAnswered {
  readonly id: string;
  readonly answer: Answer;
  /** When it goes out. Equal to the moment of the event: at once. */
  readonly release_due: Moment;
  /** The key under which it was given; taking the answer back spends it. */
  readonly key: string | null;
  /** By which rule; absent: a person answers. */
  readonly rule?: RuleName;
}

/** One thing that happened. `seq` has no gaps and is the order of commits. */
export type Event = Change & { readonly seq: number; readonly at: Moment; readonly by: By };
