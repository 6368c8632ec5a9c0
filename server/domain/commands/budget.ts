/** Asks the operator before more is spent than they wanted to. */
import { isAboutBudget } from '../../../shared/daemon-questions.ts';
import type { Change } from '../../../shared/events.ts';
import type { Item } from '../../../shared/item-words.ts';
import { microUsd } from '../../../shared/usage-words.ts';
import type { Moment, WorkUnit } from '../../../shared/words.ts';
import { workOf } from '../lookup.ts';
import { conflict } from '../refusal.ts';
import { isPending, liveRun, phaseOf, type State } from '../state.ts';
import { dayOf, type Spent, spentBudget, usageOf } from '../usage.ts';
import { askedByUs } from './asked-by-us.ts';
import type { Decision, ItemRef } from './decision.ts';

export const isBudgetItem = ({ about }: Item): boolean => about !== undefined && isAboutBudget(about);

/** The unit wants to start its next phase. One question about the day is enough for all. */
export function askBudget(state: State, input: { unit: number; key: string; at: Moment }): Decision {
  const work = state.works.get(input.unit);
  const spent = work && spentBudget(state, work, input.at);
  if (!work || !spent || work.items.some((item) => isBudgetItem(item) && isPending(item)))
    return { changes: [] };
  if (spent.code === 'day-budget' && state.dayAsked.length > 0) return { changes: [] };
  return ask(work, spent, input);
}

/** A live run wants another turn: the item to wait for; null: it may go on. */
export function wantTurn(
  state: State,
  input: { chunk: string; run: number; key: string; at: Moment },
): Decision<{ item: string | null }> {
  const work = workOf(state, input.chunk);
  if (liveRun(work)?.number !== input.run)
    throw conflict('run-ended', `Run ${input.run} of ${input.chunk} has ended: it takes no more turns.`);
  const open = work.items.find((item) => isBudgetItem(item) && isPending(item));
  if (open) return { changes: [], result: { item: open.id } };
  const spent = spentBudget(state, work, input.at);
  return spent === null ? { changes: [], result: { item: null } } : ask(work, spent, input);
}

function ask(work: WorkUnit, { code, spent, limit }: Spent, { key }: { key: string }): Decision<ItemRef> {
  const { unit, runs } = work;
  const where = { id: key, phase: phaseOf(work), run: runs.at(-1)?.number ?? 0 };
  const about = { code, chunk: unit.chunk, spent, limit, step: stepOf(work) };
  return {
    changes: [{ type: 'item.asked', unit: unit.id, data: askedByUs(where, about) }],
    result: { item: key },
  };
}

/** As much again as was meant at first. */
const stepOf = ({ unit }: WorkUnit): number => microUsd(unit.spec.budget_usd ?? 0) || (unit.budget ?? 0);

/** What the answer does once it is out. */
export function budgetOutcomes(work: WorkUnit, { about, answer }: Item): readonly Change[] {
  const unit = work.unit.id;
  if (!answer) return [];
  if (answer.options.includes('hold')) {
    const run = liveRun(work);
    return run && !run.kill
      ? [{ type: 'run.killing', unit, data: { number: run.number, next: 'hold' } }]
      : [{ type: 'unit.held', unit, data: { code: 'budget', text: '' } }];
  }
  if (about?.code === 'day-budget')
    return [{ type: 'budget.raised', unit, data: { day: dayOf(answer.released_at ?? answer.at) } }];
  const reached = Math.max(usageOf(work)?.micro_usd ?? 0, work.unit.budget ?? 0);
  return [{ type: 'budget.raised', unit, data: { micro_usd: reached + stepOf(work) } }];
}
