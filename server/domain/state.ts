import type { Session, Token } from '../../shared/access-words.ts';
import type { AgentDefinition, TrustedAgents } from '../../shared/agent-words.ts';
import { type ExecutorSettings, NO_EXECUTORS } from '../../shared/executor-words.ts';
import type { Item } from '../../shared/item-words.ts';
import type { ChannelState, NotifyChannel } from '../../shared/notify-words.ts';
import type { Settings } from '../../shared/settings-words.ts';
import type { Run, Unit, WorkUnit } from '../../shared/words.ts';
import { MERGE, REBASE, SETUP, WORK_DEFAULTS } from '../../shared/work-words.ts';
import { type Archive, NO_ARCHIVE } from './archive.ts';
import { PersistentMap } from './persistent-map.ts';
import { PersistentVector } from './persistent-vector.ts';
import { DEFAULTS } from './settings.ts';
import { moneyByDay } from './usage.ts';

/** The whole state after event `seq`. The tables hold the work units; the rest is indexes. */
export interface State {
  readonly seq: number;
  /** By unit id, which is the slot; those of archived units are empty. */
  readonly works: PersistentVector<WorkUnit>;
  /** The unit of a chunk; of an item, by any key under which it was asked. */
  readonly byChunk: PersistentMap<number>;
  readonly byItem: PersistentMap<number>;
  /** Which units have a chunk among their open dependencies. */
  readonly waiting: PersistentMap<readonly number[]>;
  /** The units of which something is under way or due (`isActive`), by id: whoever tends them need not look at all others. */
  readonly active: readonly number[];
  /** The latest event that changed the dependency graph. */
  readonly graph: number;
  readonly settings: Settings;
  readonly trusted: TrustedAgents;
  /** Where runs may work besides this machine. */
  readonly executors: ExecutorSettings;
  /** Credentials: tokens, and browser sessions. */
  readonly tokens: readonly Token[];
  readonly sessions: readonly Session[];
  /** What was spent on each day (UTC), in millionths of a dollar. */
  readonly days: PersistentMap<number>;
  /** The units with an open question about the budget of the day, by id: while there is one, no other is asked. */
  readonly dayAsked: readonly number[];
  /** What was told by which channel. */
  readonly notify: Readonly<Partial<Record<NotifyChannel, ChannelState>>>;
  /** What is still known of units that have left `works`. */
  readonly archive: Archive;
}

const NO_AGENTS: TrustedAgents = { digest: '', agents: [], work: WORK_DEFAULTS };

export const EMPTY: State = {
  seq: 0,
  works: PersistentVector.of(),
  byChunk: PersistentMap.of(),
  byItem: PersistentMap.of(),
  waiting: PersistentMap.of(),
  active: [],
  graph: 0,
  settings: DEFAULTS,
  trusted: NO_AGENTS,
  executors: NO_EXECUTORS,
  tokens: [],
  sessions: [],
  days: PersistentMap.of(),
  dayAsked: [],
  notify: {},
  archive: NO_ARCHIVE,
};

const keysOf = ({ id, keys, unit }: Item) => [id, ...keys].map((key) => [key, unit] as const);

type OtherFacts = Pick<
  State,
  'settings' | 'trusted' | 'executors' | 'tokens' | 'sessions' | 'notify' | 'archive'
>;

/** The state that consists of these work units, given in the order of their ids. `units`: how many ids were given out. */
export function stateOf(
  works: readonly WorkUnit[],
  seq: number,
  facts: Partial<OtherFacts> = {},
  units = works.length,
): State {
  const waiting = new Map<string, number[]>();
  for (const { unit } of works) {
    for (const chunk of unit.open) waiting.set(chunk, [...(waiting.get(chunk) ?? []), unit.id]);
  }
  return {
    ...EMPTY,
    ...facts,
    seq,
    works: PersistentVector.at(
      works.map((work) => [work.unit.id, work] as const),
      units,
    ),
    byChunk: PersistentMap.of(works.filter(exists).map(({ unit }) => [unit.chunk, unit.id] as const)),
    byItem: PersistentMap.of(works.flatMap(({ items }) => items.flatMap(keysOf))),
    waiting: PersistentMap.of(waiting),
    active: works.filter(isActive).map(({ unit }) => unit.id),
    graph: seq,
    days: PersistentMap.of(moneyByDay(works, facts.archive?.sums.days)),
    dayAsked: works.filter(asksAboutDay).map(({ unit }) => unit.id),
  };
}

/** A removed unit keeps its slot: its runs, items and history hang on it. */
export const exists = ({ unit }: WorkUnit): boolean => unit.removed_at === null;

export function findWork(state: State, chunk: string): WorkUnit | undefined {
  const id = state.byChunk.get(chunk);
  return id === undefined ? undefined : state.works.get(id);
}

/** Whether a unit has this name, in the live state or in the archive. */
export const isTaken = (state: State, chunk: string): boolean =>
  state.byChunk.get(chunk) !== undefined || state.archive.names.get(chunk) !== undefined;

export function findItem(state: State, id: string): { work: WorkUnit; item: Item } | undefined {
  const unit = state.byItem.get(id);
  const work = unit === undefined ? undefined : state.works.get(unit);
  const item = work?.items.find((each) => keysOf(each).some(([key]) => key === id));
  return work && item && { work, item };
}

export const isDone = ({ unit }: WorkUnit): boolean =>
  unit.closed !== null || (isThrough(unit) && !isToMerge(unit));

/** Its last phase is finished. */
const isThrough = ({ finished, spec }: Unit): boolean => finished >= spec.steps.length;

/** Its worktree is there, and its setup has not ended well yet. */
export const isSettingUp = ({ unit: { work } }: WorkUnit): boolean =>
  work !== null && work.made_at !== null && work.ready_at === null;

/** Its last phase is finished, and what becomes of its change set is not settled. */
export const isMerging = ({ unit }: WorkUnit): boolean =>
  unit.closed === null && isThrough(unit) && isToMerge(unit) && unit.work?.rebasing !== true;

/** It has a change set of which nobody has said what becomes of it. */
const isToMerge = ({ work }: Unit): boolean =>
  work !== null && work.end === null && (work.snapshot?.files ?? 0) > 0;

/** The phase that it is in: SETUP before its first, REBASE and MERGE after its last; '' once it is through. */
export function phaseOf(work: WorkUnit): string {
  const { spec, finished } = work.unit;
  if (isSettingUp(work)) return SETUP;
  if (work.unit.work?.rebasing) return REBASE;
  return spec.steps[finished]?.phase ?? (isMerging(work) ? MERGE : '');
}

/** Nothing more will happen to it: DONE, or removed. */
export const isOver = (work: WorkUnit): boolean => isDone(work) || !exists(work);

/** The definition of an agent, if the operator trusts one of this name. */
export const agentNamed = (state: State, name: string): AgentDefinition | undefined =>
  state.trusted.agents.find((agent) => agent.name === name);

export const liveRun = (work: WorkUnit): Run | undefined => {
  const last = work.runs.at(-1);
  return last?.ended_at === null ? last : undefined;
};

/** The live run that the daemon manages: of an unfinished unit, with its own process. */
export const tendedRun = (work: WorkUnit): Run | undefined =>
  isOver(work) || work.unit.spec.external ? undefined : liveRun(work);

/** Asks what becomes of a change set, or about what stands in its way. */
export const isAboutMerge = ({ about }: Item): boolean =>
  about?.code === 'merge-review' || about?.code === 'merge-conflict' || about?.code === 'merge';

/** Needs the operator: neither answered nor withdrawn. */
export const isOpen = (item: Item): boolean => item.answer === null && item.withdrawal === null;

/** Asks whether more may be spent on this day. */
export const asksAboutDay = (work: WorkUnit): boolean => dayQuestionOf(work) !== undefined;

export const dayQuestionOf = ({ items }: WorkUnit): Item | undefined =>
  items.find((item) => item.about?.code === 'day-budget' && isOpen(item));

/** Open, but out of the queue until a moment, or until a unit is DONE. */
export const isSnoozed = (item: Item): boolean => isOpen(item) && item.snooze !== null;

/** Units that snoozed items wait for: they block this unit, as dependencies do. */
export const sleepsFor = ({ items }: WorkUnit): string[] =>
  items.filter(isSnoozed).flatMap(({ snooze }) => snooze?.for ?? []);

/** Open and in the queue. */
export const isAsking = (item: Item): boolean => isOpen(item) && !isSnoozed(item);

/** Answered, but the answer can still be taken back. */
export const isGoingOut = (item: Item): boolean =>
  item.answer?.released_at === null && item.withdrawal === null;

/** Answered, and the answer can no longer be taken back. */
export const isReleased = ({ answer }: Item): boolean => answer !== null && answer.released_at !== null;

/** The unit cannot go on before this item ends. */
export const isPending = (item: Item): boolean => isOpen(item) || isGoingOut(item);

/** Something of it is under way or may become due: a live run, an item that has not ended, a retry, a merge. */
export const isActive = (work: WorkUnit): boolean =>
  liveRun(work) !== undefined ||
  work.unit.retry_due !== null ||
  work.items.some(isPending) ||
  isMerging(work);

/** The active units, by id. */
export const activeWorks = ({ active, works }: Pick<State, 'active' | 'works'>): WorkUnit[] =>
  active.flatMap((id) => works.get(id) ?? []);

/** The runs that are tended, by the ids of their units. */
export const tendedRuns = (state: Pick<State, 'active' | 'works'>): Run[] =>
  activeWorks(state).flatMap((work) => tendedRun(work) ?? []);
