/** Sums of what was used: by unit, by agent, by day. */
import { addUsage, NO_USAGE, type Usage } from '../../shared/usage-words.ts';
import type { Moment } from '../../shared/words.ts';
import type { State } from '../domain/state.ts';
import { dayOf, withoutDays } from '../domain/usage.ts';

export const USAGE_BY = ['unit', 'agent', 'day'] as const;
export type UsageBy = (typeof USAGE_BY)[number];

export function usageListOf(state: State, by: UsageBy, at: Moment) {
  const sums = new Map<string, Usage>();
  let total = NO_USAGE;
  const add = (name: string, usage: Usage) =>
    sums.set(name, addUsage(sums.get(name) ?? NO_USAGE, withoutDays(usage)));
  for (const { unit, runs } of state.works)
    for (const { usage, agent } of runs) {
      if (!usage) continue;
      total = addUsage(total, withoutDays(usage));
      if (by === 'day') for (const [day, ofDay] of Object.entries(usage.days)) add(day, ofDay);
      else add(by === 'unit' ? unit.chunk : agent, usage);
    }
  // Units are listed as long as they are in the live state; their sums stay.
  const { agents, days } = state.archive.sums;
  for (const usage of Object.values(agents)) total = addUsage(total, usage);
  if (by !== 'unit')
    for (const [name, usage] of Object.entries(by === 'day' ? days : agents)) add(name, usage);
  const rows = [...sums].map(([name, usage]) => ({ name, usage }));
  rows.sort((a, b) => (by === 'day' ? compare(a.name, b.name) : moneyIn(b.usage) - moneyIn(a.usage)));
  const day = dayOf(at);
  const today = { day, micro_usd: state.days.get(day) ?? 0, budget_usd: state.settings.day_budget_usd };
  return { by, rows, total, today };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const moneyIn = ({ micro_usd, input_tokens, output_tokens }: Usage): number =>
  // Without a cost, tokens decide; with one, they are next to nothing.
  (micro_usd ?? 0) + (input_tokens + output_tokens) / 1e9;
