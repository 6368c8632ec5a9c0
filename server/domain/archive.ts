/** What is still known in the state of units that have left it: names that are taken, and sums that only grow. */
import type { Event } from '../../shared/events.ts';
import { isWell } from '../../shared/is-well.ts';
import { addUsage, NO_USAGE, type Usage } from '../../shared/usage-words.ts';
import type { Outcome, WorkUnit } from '../../shared/words.ts';
import { PersistentMap } from './persistent-map.ts';
import type { State } from './state.ts';
import { withoutDays } from './usage.ts';

/** Whose name is taken: it is DONE, and was not removed. `digest`: of the facts with which it was added. */
export interface ArchivedName {
  readonly unit: number;
  readonly digest: string;
}

export interface Archive {
  /** By chunk. */
  readonly names: PersistentMap<ArchivedName>;
  /** How many names those are. */
  readonly count: number;
  readonly sums: ArchiveSums;
}

/** Over all archived units, removed ones included. */
export interface ArchiveSums {
  /** The latest event that changed the archive. */
  readonly seq: number;
  /** How many of their runs ended in which way. */
  readonly ended: Readonly<Record<string, number>>;
  /** What their runs have used: by agent, by day (UTC). */
  readonly agents: Readonly<Record<string, Usage>>;
  readonly days: Readonly<Record<string, Usage>>;
}

export const NO_SUMS: ArchiveSums = { seq: 0, ended: {}, agents: {}, days: {} };
export const NO_ARCHIVE: Archive = { names: PersistentMap.of(), count: 0, sums: NO_SUMS };

/** A unit leaves the state, with everything that leads to it. */
export function archived(state: State, { seq, data }: Archived, work: WorkUnit): Partial<State> {
  const { id, chunk, removed_at } = work.unit;
  const { names, count, sums } = state.archive;
  const isNamed = removed_at === null;
  let { byItem } = state;
  for (const item of work.items) for (const key of [item.id, ...item.keys]) byItem = byItem.without(key);
  return {
    works: state.works.without(id),
    byChunk: isNamed ? state.byChunk.without(chunk) : state.byChunk,
    byItem,
    archive: {
      names: isNamed ? names.with(chunk, { unit: id, digest: data.digest }) : names,
      count: count + Number(isNamed),
      sums: sumsWith({ ...sums, seq }, work),
    },
  };
}

type Archived = Extract<Event, { type: 'unit.archived' }>;

/** An archived unit was removed: its name is free, and it is found no more. */
export function withoutName({ archive }: State, seq: number, chunk: string): Pick<State, 'archive'> {
  const { names, count, sums } = archive;
  return { archive: { names: names.without(chunk), count: count - 1, sums: { ...sums, seq } } };
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

/** How a run ended, as runs are counted. It is kept in sums: a word that changes needs a step of the schema. */
export function endWord(outcome: Outcome): string {
  if (isWell(outcome)) return 'done';
  return outcome.exit === 'exited' || outcome.exit === 'reported' ? 'failed' : outcome.exit;
}

/** A state in which an archived unit can be read as it was. Nothing is decided on it. */
export function withArchived(state: State, work: WorkUnit): State {
  const { id, chunk } = work.unit;
  return { ...state, works: state.works.with(id, work), byChunk: state.byChunk.with(chunk, id) };
}
