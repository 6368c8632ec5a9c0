/** Units leave the state for the archive. */
import type { Event } from '../../shared/events.ts';
import { addUsage, NO_USAGE, type Usage } from '../../shared/usage-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { type ArchiveSums, endWord } from './archive.ts';
import { rewait } from './reduce-indexes.ts';
import type { State } from './state.ts';
import { withoutDays } from './usage.ts';

type Archived = Extract<Event, { type: 'unit.archived' }>;

/** A unit leaves, with everything that leads to it. */
export function archived(state: State, work: WorkUnit, { seq, data }: Archived): State {
  const { id, chunk, open, removed_at } = work.unit;
  const { names, count, sums } = state.archive;
  const isNamed = removed_at === null;
  let { byItem } = state;
  for (const item of work.items) for (const key of [item.id, ...item.keys]) byItem = byItem.without(key);
  return {
    ...state,
    seq,
    works: state.works.without(id),
    byChunk: isNamed ? state.byChunk.without(chunk) : state.byChunk,
    byItem,
    waiting: rewait(state.waiting, id, open, []),
    active: state.active.filter((each) => each !== id),
    archive: {
      names: isNamed ? names.with(chunk, { unit: id, digest: data.digest }) : names,
      count: count + Number(isNamed),
      sums: sumsWith({ ...sums, seq }, work),
    },
  };
}

/** Whoever is archived can only be removed: its name is free, and it is found no more. */
export function archivedRemoved(state: State, { seq, type, unit, data }: Event): State {
  const { names, count, sums } = state.archive;
  if (type !== 'unit.removed' || data.chunk === undefined)
    throw new Error(`event ${seq} is about unit ${unit}, which was never added, or is archived`);
  const archive = { names: names.without(data.chunk), count: count - 1, sums: { ...sums, seq } };
  return { ...state, seq, archive };
}

function sumsWith(before: ArchiveSums, { runs }: WorkUnit): ArchiveSums {
  const [ended, agents, days] = [{ ...before.ended }, { ...before.agents }, { ...before.days }];
  const add = (to: Record<string, Usage>, name: string, usage: Usage) => {
    to[name] = addUsage(to[name] ?? NO_USAGE, withoutDays(usage));
  };
  for (const { outcome, agent, usage } of runs) {
    if (outcome) ended[endWord(outcome)] = (ended[endWord(outcome)] ?? 0) + 1;
    if (!usage) continue;
    add(agents, agent, usage);
    for (const [day, ofDay] of Object.entries(usage.days)) add(days, day, ofDay);
  }
  return { ...before, ended, agents, days };
}
