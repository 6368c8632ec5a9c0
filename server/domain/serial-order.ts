import type { Conflict } from '../../shared/conflict-words.ts';
import type { StatusReason } from '../../shared/reason-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { isOver, liveRun, type State, sleepsFor } from './state.ts';

/**
 * The order of units that must not run at the same time. SERIALIZE is two rules: *exclusion*, never two
 * live runs at the same time; and *order*, the one under way goes first and the other waits until it is DONE.
 */
export interface SerialOrder {
  /** By unit: the rivals that go before it, and those that come after it. */
  readonly before: ReadonlyMap<number, readonly number[]>;
  readonly after: ReadonlyMap<number, readonly number[]>;
  /** Pairs whose order would have closed a cycle: exclusion stays. */
  readonly dropped: ReadonlySet<string>;
}

const known = new WeakMap<State, SerialOrder>();

/** The serial order of a state, computed once per state. */
export function serialOrderOf(state: State): SerialOrder {
  const orders = known.get(state) ?? workOut(state);
  known.set(state, orders);
  return orders;
}

export const pairKey = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;

/** From its first run until it is DONE. */
export const isUnderWay = (work: WorkUnit): boolean => work.runs.length > 0 && !isOver(work);

interface Pair {
  readonly first: WorkUnit;
  readonly second: WorkUnit;
  readonly found_at: string;
}

function workOut(state: State): SerialOrder {
  const before = new Map<number, number[]>();
  const after = new Map<number, number[]>();
  const dropped = new Set<string>();
  for (const { first, second } of pairsOf(state)) {
    const [a, b] = [first.unit.id, second.unit.id];
    if (waitsFor(state, before, a, b)) dropped.add(pairKey(a, b));
    else {
      before.set(b, [...(before.get(b) ?? []), a]);
      after.set(a, [...(after.get(a) ?? []), b]);
    }
  }
  return { before, after, dropped };
}

/** Pairs that have an order, sorted by when they were found, then by name. */
function pairsOf(state: State): Pair[] {
  const pairs: Pair[] = [];
  for (const work of state.works) {
    if (!isUnderWay(work)) continue;
    for (const conflict of work.conflicts) {
      const second = serialRival(state, conflict);
      if (second && goesFirst(work, second)) pairs.push({ first: work, second, found_at: conflict.found_at });
    }
  }
  const name = ({ first, second }: Pair) => `${first.unit.chunk} ${second.unit.chunk}`;
  return pairs.sort((a, b) => compare(a.found_at, b.found_at) || compare(name(a), name(b)));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The other unit, if the two may not be at work together. */
function serialRival(state: State, conflict: Conflict): WorkUnit | undefined {
  const other = state.works.get(conflict.with);
  return conflict.verdict === 'SERIALIZE' && other && !isOver(other) ? other : undefined;
}

/** Of two, the one under way; of two under way, the one that started first. */
function goesFirst(work: WorkUnit, other: WorkUnit): boolean {
  if (!isUnderWay(other)) return true;
  return startedBefore(work, other);
}

/** Of two under way, whether this one was first; in the same millisecond, the one that was added first. */
export function startedBefore(work: WorkUnit, other: WorkUnit): boolean {
  const start = ({ runs, unit }: WorkUnit) => `${runs[0]?.started_at} ${String(unit.id).padStart(9, '0')}`;
  return start(work) < start(other);
}

/** Whether `a` waits for `b`: by dependencies, by what it sleeps for, or by the orders so far. */
function waitsFor(
  state: State,
  before: ReadonlyMap<number, readonly number[]>,
  a: number,
  b: number,
): boolean {
  const seen = new Set([a]);
  const queue = [a];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const ahead of aheadOf(state, before, next)) {
      if (ahead === b) return true;
      if (!seen.has(ahead)) queue.push(ahead);
      seen.add(ahead);
    }
  }
  return false;
}

function aheadOf(state: State, before: ReadonlyMap<number, readonly number[]>, id: number): number[] {
  const work = state.works.get(id);
  if (!work) return [];
  const named = [...work.unit.open, ...sleepsFor(work)].flatMap((chunk) => state.byChunk.get(chunk) ?? []);
  return [...named, ...(before.get(id) ?? [])];
}

/** The rivals that a unit waits for now; null: none. */
export function rivalsAhead(state: State, work: WorkUnit): StatusReason | null {
  // A conflict stands in both units: without one no order need be worked out.
  if (work.conflicts.length === 0) return null;
  const name = (id: number) => state.works.get(id)?.unit.chunk ?? '';
  const first = (serialOrderOf(state).before.get(work.unit.id) ?? []).map(name);
  if (first.length > 0) return { code: 'comes-after', chunks: first };
  const live = liveRivals(state, work).map(({ unit }) => unit.chunk);
  return live.length > 0 ? { code: 'rival-at-work', chunks: live } : null;
}

/** Unfinished units that may not run at the same time as this one. */
export const serialRivals = (state: State, work: WorkUnit): WorkUnit[] =>
  work.conflicts.flatMap((conflict) => serialRival(state, conflict) ?? []);

/** Rivals with a live run: beside them this unit may not run, without exception. */
export const liveRivals = (state: State, work: WorkUnit): WorkUnit[] =>
  serialRivals(state, work).filter((other) => liveRun(other) !== undefined);
