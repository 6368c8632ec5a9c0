/** Derives the status of a unit, and why it has it. */
import type { StatusReason } from '../../shared/reason-words.ts';
import type { Moment, Run, Status, WorkUnit } from '../../shared/words.ts';
import { executorNamed, executorOf } from './executors.ts';
import { rivalsAhead } from './serial-order.ts';
import {
  activeWorks,
  agentNamed,
  dayQuestionOf,
  isAsking,
  isDone,
  isGoingOut,
  isMerging,
  isPending,
  isSnoozed,
  liveRun,
  type State,
  tendedRun,
} from './state.ts';
import { spentBudget } from './usage.ts';

export interface StatusAndWhy {
  readonly status: Status;
  /** Null: the status alone says it. */
  readonly why: StatusReason | null;
  readonly since: Moment;
}

/** The status of a unit. It follows from the facts, in this order; nothing sets it. */
export function statusOf(state: State, work: WorkUnit): StatusAndWhy {
  const { unit } = work;
  const asking = work.items.filter(isAsking);
  const run = liveRun(work);
  const say = (status: Status, why: StatusReason | null, since: Moment) => ({ status, why, since });
  if (isDone(work)) {
    const why = unit.closed && ({ code: 'closed', closing: unit.closed } as const);
    return say('DONE', why, unit.done_at ?? unit.changed_at);
  }
  if (asking[0])
    return say(
      'NEEDS_ATTENTION',
      { code: 'asks', kind: asking[0].kind, count: asking.length },
      asking[0].asked_at,
    );
  if (run) return say('RUNNING', whileRunning(work, run), run.started_at);
  const blocked = whyBlocked(state, work);
  if (blocked) return say('BLOCKED', blocked, sinceBlocked(work, blocked));
  return say('READY', betweenRuns(work) ?? behindDayBudget(state, work), unit.changed_at);
}

/** What keeps a unit from starting that is neither done, asking nor running; null: nothing. */
function whyBlocked(state: State, work: WorkUnit): StatusReason | null {
  const { held, open, retry_due, spec } = work.unit;
  if (held !== null) return { code: 'held', hold: held };
  if (open.length > 0) return { code: 'depends', on: open };
  if (retry_due !== null) return { code: 'retry', due: retry_due };
  const snoozed = work.items.find(isSnoozed);
  if (snoozed?.snooze) return { code: 'snoozed', snooze: snoozed.snooze };
  const goingOut = work.items.find(isGoingOut);
  if (goingOut) return { code: 'answer-out', item: goingOut.id };
  if (spec.agent !== null && !agentNamed(state, spec.agent))
    return { code: 'agent-not-trusted', agent: spec.agent };
  const executor = executorOf(state, work.unit);
  if (executor !== null && !executorNamed(state, executor)) return { code: 'unknown-executor', executor };
  return rivalsAhead(state, work);
}

function sinceBlocked({ unit, items }: WorkUnit, { code }: StatusReason): Moment {
  if (code === 'depends') return unit.added_at;
  const item = code === 'snoozed' ? items.find(isSnoozed) : items.find(isGoingOut);
  return code === 'snoozed' || code === 'answer-out' ? (item?.asked_at ?? unit.changed_at) : unit.changed_at;
}

function betweenRuns(work: WorkUnit): StatusReason | null {
  if (isMerging(work)) return { code: 'merging' };
  return work.unit.work?.made_at === null ? { code: 'preparing' } : null;
}

/** What this day may cost is spent, and another unit asks about it: this one does not start before the answer. */
function behindDayBudget(state: State, work: WorkUnit): StatusReason | null {
  const [first] = state.dayAsked;
  const asked = first === undefined ? undefined : state.works.get(first);
  const item = asked && dayQuestionOf(asked);
  // As of the day that was asked about: on another one it may start.
  if (!asked || !item || spentBudget(state, work, item.asked_at)?.code !== 'day-budget') return null;
  return { code: 'day-budget', chunk: asked.unit.chunk };
}

function whileRunning({ unit, items }: WorkUnit, { kill, said }: Run): StatusReason | null {
  if (kill?.next === 'stuck')
    return { code: 'stopping', limit: { code: kill.code, output_mib: kill.output_mib } };
  if (kill) return { code: 'killing' };
  const snoozed = items.find(isSnoozed);
  if (snoozed?.snooze) return { code: 'waits-snoozed', snooze: snoozed.snooze };
  const goingOut = items.find(isGoingOut);
  if (goingOut) return { code: 'waits-answer-out', item: goingOut.id };
  if (unit.held !== null) return { code: 'held-after-phase', hold: unit.held };
  return said === undefined ? null : { code: 'says', text: said };
}

/** A slot is held by a live run that does not wait for a person. */
export function freeSlots(state: State): number {
  let held = 0;
  for (const work of activeWorks(state)) if (holdsSlot(work)) held++;
  return state.settings.max_agents - held;
}

const holdsSlot = (work: WorkUnit): boolean => tendedRun(work) !== undefined && !work.items.some(isPending);
