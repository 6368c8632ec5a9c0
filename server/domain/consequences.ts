/** Adds the changes that follow from an event, in the same commit. */
import type { Change, Event } from '../../shared/events.ts';
import { isWell } from '../../shared/is-well.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { budgetOutcomes, isBudgetItem } from './commands/budget.ts';
import { decisions, refreshConflictItem } from './commands/conflicts.ts';
import { mergeOutcomes, rebasingAfter } from './commands/merge.ts';
import { ruleChosen } from './commands/policy.ts';
import { usedBy, whyUnfinished } from './delivery.ts';
import {
  activeWorks,
  exists,
  findWork,
  isAboutMerge,
  isDone,
  isOver,
  isPending,
  isSnoozed,
  isTaken,
  liveRun,
  type State,
} from './state.ts';

/**
 * What follows from an event, in the same commit, whoever caused it: a unit that became DONE has no open item
 * and nobody waits for it; a new unit does not wait for what is DONE; an answer has its effect when it is out; a
 * run that ended well has used the answers that it was given.
 */
export function consequencesOf(before: State, after: State, event: Event): Change[] {
  const work = after.works.get(event.unit);
  if (!work) return [];
  if (event.type === 'unit.added' || event.type === 'dependency.added') return metAlready(after, work);
  const was = before.works.get(event.unit);
  if (was && isOver(work) && !isOver(was)) return endings(after, work);
  if (event.type === 'run.ended' && isWell(event.data.outcome) && !isOver(work))
    return usedBy(work, event.data.number);
  if (event.type === 'item.released') return outcomes(after, work, event.data.id);
  if (event.type === 'conflict.judged' || event.type === 'item.reopened')
    return refreshConflictItem(after, work);
  if (event.type === 'work.snapshot') return outdated(work);
  if (event.type === 'run.started' && work.runs.length === 1) return aboutRivals(after, work);
  return [];
}

function endings(state: State, work: WorkUnit): Change[] {
  const rebasing = work.unit.work?.end?.how === 'merged' ? rebasingAfter(state, work) : [];
  return [...endOf(state, work), ...reportedEnd(work), ...aboutRivals(state, work), ...rebasing];
}

/** Nobody can report on a unit that is over: what was reported started ends with it. */
function reportedEnd(work: WorkUnit): Change[] {
  const run = liveRun(work);
  if (!run || !work.unit.spec.external) return [];
  const outcome = { exit: 'reported', success: true } as const;
  return [{ type: 'run.ended', unit: work.unit.id, data: { number: run.number, outcome } }];
}

/** The set of live runs changed: conflict items about it are updated or withdrawn. */
const aboutRivals = (state: State, work: WorkUnit): Change[] =>
  work.conflicts
    .flatMap((each) => state.works.get(each.with) ?? [])
    .flatMap((rival) => refreshConflictItem(state, rival));

function endOf(state: State, work: WorkUnit): Change[] {
  return exists(work)
    ? [...withdrawals(work, 'unit-closed'), ...strikes(state, work), ...wakings(state, work, 'unit-done')]
    : [...withdrawals(work, 'unit-removed'), ...wakings(state, work, 'unit-removed')];
}

function metAlready(state: State, { unit }: WorkUnit): Change[] {
  const done = unit.open.filter((chunk) => {
    const work = findWork(state, chunk);
    // Whoever is archived is DONE.
    return work ? isDone(work) : isTaken(state, chunk);
  });
  return done.map((on) => ({ type: 'dependency.met', unit: unit.id, data: { on } }));
}

function withdrawals({ unit, items }: WorkUnit, code: 'unit-closed' | 'unit-removed'): Change[] {
  return items.filter(isPending).map((item) => ({
    type: 'item.withdrawn',
    unit: unit.id,
    data: { id: item.id, code, text: '' },
  }));
}

/** What was asked about a merge was about the work as it was before. */
function outdated({ unit, items }: WorkUnit): Change[] {
  return items
    .filter((item) => isAboutMerge(item) && isPending(item))
    .map((item) => ({
      type: 'item.withdrawn',
      unit: unit.id,
      data: { id: item.id, code: 'work-changed', text: '' },
    }));
}

function strikes(state: State, { unit }: WorkUnit): Change[] {
  const waiting = state.waiting.get(unit.chunk) ?? [];
  return waiting.map((id) => ({ type: 'dependency.met', unit: id, data: { on: unit.chunk } }));
}

/** Wakes items that were snoozed until this unit is DONE, also if that can no longer happen. */
function wakings(state: State, { unit }: WorkUnit, code: 'unit-done' | 'unit-removed'): Change[] {
  const changes: Change[] = [];
  for (const work of activeWorks(state))
    for (const item of work.items)
      if (item.snooze?.for === unit.chunk && isSnoozed(item))
        changes.push({
          type: 'item.woke',
          unit: work.unit.id,
          data: { id: item.id, code, chunk: unit.chunk },
        });
  return changes;
}

/** What an answer does once it is out: "close" closes the unit, an agreed phase is finished. */
function outcomes(state: State, work: WorkUnit, id: string): Change[] {
  const item = work.items.find((each) => each.id === id);
  if (!item?.answer || isOver(work)) return [];
  const unit = work.unit.id;
  const { options, text } = item.answer;
  if (item.kind === 'stuck' && options.includes('close'))
    return [{ type: 'unit.closed', unit, data: { code: 'stuck', text } }];
  if (item.offers) return [...ruleChosen(work, item)];
  if (isBudgetItem(item)) return [...budgetOutcomes(work, item)];
  if (isAboutMerge(item)) return mergeOutcomes(work, item);
  if (item.kind === 'conflict') return decisions(state, work, item);
  if (item.kind === 'review' && options.includes('approve') && mayFinish(work))
    return [{ type: 'phase.finished', unit, data: { phase: item.phase } }];
  return [];
}

/** Agreeing to the last phase makes the unit DONE: not over a question that is open or whose answer is on its way. */
const mayFinish = (work: WorkUnit): boolean =>
  work.unit.finished + 1 < work.unit.spec.steps.length || whyUnfinished(work, null) === null;
