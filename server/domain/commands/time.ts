import type { Change } from '../../../shared/events.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { Moment, Run, WorkUnit } from '../../../shared/words.ts';
import {
  activeWorks,
  isGoingOut,
  isOver,
  isPending,
  isSettingUp,
  isSnoozed,
  liveRun,
  type State,
} from '../state.ts';
import { askedByUs } from './asked-by-us.ts';
import type { Decision } from './decision.ts';
import { waking } from './snooze.ts';

/**
 * What is due by now: answers go out, snoozed items wake, retries come, late runs are brought to a person. One
 * answer of each unit, since it may close the unit and so withdraw the next; what is left is due at once.
 */
export function timePasses(state: State, at: Moment): Decision {
  const changes = activeWorks(state).flatMap((work) => dueOf(work, at));
  return { changes };
}

function dueOf(work: WorkUnit, at: Moment): Change[] {
  if (isOver(work)) return [];
  const isDue = (moment: Moment | null | undefined): boolean => moment != null && moment <= at;
  // Their time was counted in seconds: a clock that was set back to before they began must not stretch it.
  const isAhead = (moment: Moment | null | undefined): boolean => moment != null && moment > at;
  const out = work.items.find(
    (item) => isGoingOut(item) && (isDue(item.answer?.release_due) || isAhead(item.answer?.at)),
  );
  if (out) return [{ type: 'item.released', unit: work.unit.id, data: { id: out.id } }];
  const { unit } = work;
  const woken = work.items
    .filter((item) => isSnoozed(item) && isDue(item.snooze?.until))
    .map((item) => waking(item, 'due'));
  const isTimeToRetry =
    isDue(unit.retry_due) || (unit.retry_due !== null && isAhead(work.runs.at(-1)?.ended_at));
  const retry: Change[] = isTimeToRetry ? [{ type: 'retry.due', unit: unit.id, data: { anew: false } }] : [];
  const slow = slowRun(work);
  const late: Change[] =
    slow && isDue(limitOf(work, slow))
      ? [{ type: 'item.asked', unit: unit.id, data: lateItem(work, slow) }]
      : [];
  return [...woken, ...retry, ...late];
}

/** The live run, if it may be brought to a person for taking too long: once, and not while it waits for one. */
function slowRun(work: WorkUnit): Run | undefined {
  const run = liveRun(work);
  if (!run || secondsFor(work) === null || work.items.some(isPending)) return undefined;
  return work.items.some((item) => item.kind === 'stuck' && item.run === run.number) ? undefined : run;
}

const secondsFor = (work: WorkUnit): number | null =>
  isSettingUp(work) ? (work.unit.work?.setup?.limit ?? null) : work.unit.spec.time_limit;

const limitOf = (work: WorkUnit, run: Run): Moment =>
  new Date(Date.parse(run.started_at) + (secondsFor(work) ?? 0) * 1000).toISOString();

const lateItem = (work: WorkUnit, { number, phase }: Run) =>
  askedByUs(
    { id: `late-${work.unit.id}-${number}`, phase, run: number },
    { code: 'run-late', seconds: secondsFor(work) ?? 0 },
  );

/** The earliest moment at which something is due; null: nothing is. */
export function nextDue(state: State): Moment | null {
  let first: Moment | null = null;
  for (const work of activeWorks(state))
    for (const moment of momentsOf(work))
      if (moment !== null && (first === null || moment < first)) first = moment;
  return first;
}

function momentsOf(work: WorkUnit): (Moment | null)[] {
  if (isOver(work)) return [];
  const slow = slowRun(work);
  return [...work.items.map(dueMoment), work.unit.retry_due, slow ? limitOf(work, slow) : null];
}

const dueMoment = (item: Item): Moment | null =>
  (isGoingOut(item) ? item.answer?.release_due : isSnoozed(item) ? item.snooze?.until : null) ?? null;
