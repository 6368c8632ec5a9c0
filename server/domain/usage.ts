/** Sums of what runs have used, and whether that is as much as the operator wants to spend. */
import type { Event } from '../../shared/events.ts';
import {
  addUsage,
  microUsd,
  mostUsage,
  NO_USAGE,
  type RunUsage,
  type Usage,
  usageSince,
} from '../../shared/usage-words.ts';
import type { Moment, Run, WorkUnit } from '../../shared/words.ts';
import type { State } from './state.ts';

export const dayOf = (at: Moment): string => at.slice(0, 10);

/** What a run has used after a report: each count is that of the whole run so far. */
export function usageAfter(before: RunUsage | undefined, said: Usage, at: Moment): RunUsage {
  const known = before ?? { ...NO_USAGE, days: {} };
  const now = mostUsage(known, said);
  const day = dayOf(at);
  const ofDay = addUsage(known.days[day] ?? NO_USAGE, usageSince(now, known));
  return { ...now, days: { ...known.days, [day]: ofDay } };
}

/**
 * What a run reports, with its own cost alone: agents say the cost of the session, earlier runs of it included, also where they
 * go on with it in a new process. One whose sum is less than is known begins at nothing.
 */
export function ownUsage({ runs }: WorkUnit, { number, session, usage }: Run, said: Usage): Usage {
  if (said.micro_usd === null || session === null) return said;
  const before = runs
    .filter((run) => run.number < number && run.session === session)
    .reduce((sum, run) => sum + (run.usage?.micro_usd ?? 0), 0);
  const own = said.micro_usd - before;
  return own >= (usage?.micro_usd ?? 0) ? { ...said, micro_usd: own } : said;
}

/** What a report adds to the sum of its day, in millionths of a dollar. */
export function moneyOf(before: WorkUnit, { data }: Extract<Event, { type: 'run.used' }>): number {
  const known = before.runs.find(({ number }) => number === data.number)?.usage ?? NO_USAGE;
  return usageSince(mostUsage(known, data.usage), known).micro_usd ?? 0;
}

/** By day, over all runs, and those of archived units. */
export function moneyByDay(
  works: readonly WorkUnit[],
  archived: Readonly<Record<string, Usage>> = {},
): Map<string, number> {
  const sums = new Map(Object.entries(archived).map(([day, { micro_usd }]) => [day, micro_usd ?? 0]));
  for (const { runs } of works)
    for (const { usage } of runs)
      for (const [day, { micro_usd }] of Object.entries(usage?.days ?? {}))
        sums.set(day, (sums.get(day) ?? 0) + (micro_usd ?? 0));
  return sums;
}

/** null: none of its runs has said anything. */
export function usageOf({ runs }: Pick<WorkUnit, 'runs'>): Usage | null {
  const said = runs.flatMap(({ usage }: Run) => usage ?? []);
  return said.length === 0 ? null : withoutDays(said.reduce<Usage>(addUsage, NO_USAGE));
}

export const withoutDays = ({ input_tokens, output_tokens, cached_tokens, micro_usd }: Usage): Usage => ({
  input_tokens,
  output_tokens,
  cached_tokens,
  micro_usd,
});

/** As much has been spent as the operator wanted to. */
export interface Spent {
  readonly code: 'budget' | 'day-budget';
  /** In millionths of a dollar. */
  readonly spent: number;
  readonly limit: number;
}

/** Whether another turn or phase of a unit may start at this moment. null: it may. */
export function spentBudget(state: State, work: WorkUnit, at: Moment): Spent | null {
  const { unit } = work;
  const spent = usageOf(work)?.micro_usd ?? 0;
  const { budget } = unit;
  if (budget !== undefined && spent >= budget) return { code: 'budget', spent, limit: budget };
  const limit = microUsd(state.settings.day_budget_usd);
  const day = dayOf(at);
  // Commands cost nothing that anybody reports.
  if (limit === 0 || unit.spec.agent === null || unit.day_allowed === day) return null;
  const today = state.days.get(day) ?? 0;
  return today >= limit ? { code: 'day-budget', spent: today, limit } : null;
}
