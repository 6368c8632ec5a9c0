import type { Conflict } from '../../shared/conflict-words.ts';
import type { Event } from '../../shared/events.ts';
import { microUsd } from '../../shared/usage-words.ts';
import type { Unit, UnitSpec, WorkUnit } from '../../shared/words.ts';
import { archived, archivedRemoved } from './reduce-archive.ts';
import { activeAfter, changesGraph, dayAskedAfter, itemsAfter, rewait } from './reduce-indexes.ts';
import { changeItem, newItem } from './reduce-item.ts';
import { type AboutNone, concernsNoUnit, withoutUnit } from './reduce-rest.ts';
import { concernsRun, runsAfter } from './reduce-run.ts';
import { concernsWork, workAfter, workAtPhase } from './reduce-work.ts';
import { isDone, type State } from './state.ts';
import { dayOf, moneyOf } from './usage.ts';

/** The reducer: folds one event into the state. Facts change only here, and in `reduce-item.ts`. */
export function reduce(state: State, event: Event): State {
  if (event.seq !== state.seq + 1) throw new Error(`event ${event.seq} does not follow ${state.seq}`);
  if (event.type === 'unit.added') return addUnit(state, event, event.data);
  if (concernsNoUnit(event)) return { ...state, seq: event.seq, ...withoutUnit(state, event) };
  const before = state.works.get(event.unit);
  if (!before) return archivedRemoved(state, event);
  if (event.type === 'unit.archived') return archived(state, before, event);
  return put(state, before, change(before, event), event);
}

function addUnit(state: State, event: Event, spec: UnitSpec): State {
  const unit: Unit = {
    id: event.unit,
    chunk: spec.chunk,
    spec,
    title: spec.title,
    goal: spec.goal,
    priority: spec.priority,
    paths: spec.paths,
    finished: 0,
    open: spec.after,
    met: [],
    added_at: event.at,
    closed: null,
    done_at: null,
    held: null,
    removed_at: null,
    retry_due: null,
    counted_from: 0,
    work: null,
    seq: event.seq,
    changed_at: event.at,
    ...(spec.budget_usd !== undefined && { budget: microUsd(spec.budget_usd) }),
  };
  return {
    ...state,
    seq: event.seq,
    works: state.works.with(unit.id, { unit, runs: [], items: [], conflicts: [] }),
    byChunk: state.byChunk.with(unit.chunk, unit.id),
    waiting: rewait(state.waiting, unit.id, [], unit.open),
    graph: event.seq,
  };
}

/** Puts the changed unit into its slot, stamped, and keeps the indexes true. */
function put(state: State, before: WorkUnit, changed: WorkUnit, event: Event): State {
  const ends = isDone(changed) && !isDone(before);
  const after: WorkUnit = {
    ...changed,
    unit: {
      ...changed.unit,
      seq: event.seq,
      changed_at: event.type === 'item.delivered' ? changed.unit.changed_at : event.at,
      done_at: ends ? event.at : changed.unit.done_at,
    },
  };
  const dayAsked = dayAskedAfter(state, after);
  return {
    ...state,
    seq: event.seq,
    works: state.works.with(event.unit, after),
    dayAsked,
    active: activeAfter(state, before, after),
    byItem: itemsAfter(state, event),
    byChunk: after.unit.removed_at === null ? state.byChunk : state.byChunk.without(after.unit.chunk),
    waiting: rewait(state.waiting, event.unit, before.unit.open, after.unit.open),
    graph: changesGraph(before, after) || dayAsked !== state.dayAsked ? event.seq : state.graph,
    days: event.type === 'run.used' ? daysAfter(state, before, event) : state.days,
  };
}

function daysAfter(state: State, before: WorkUnit, event: Extract<Event, { type: 'run.used' }>) {
  const day = dayOf(event.at);
  return state.days.with(day, (state.days.get(day) ?? 0) + moneyOf(before, event));
}

type AboutUnit = Exclude<Event, AboutNone | { type: 'unit.added' | 'unit.archived' }>;

function change(work: WorkUnit, event: AboutUnit): WorkUnit {
  if (concernsRun(event)) return runsAfter(work, event);
  if (concernsWork(event)) return { ...work, unit: { ...work.unit, work: workAfter(work.unit, event) } };
  switch (event.type) {
    case 'conflict.judged':
      return { ...work, conflicts: judged(work.conflicts, event) };
    case 'conflict.noted':
      return { ...work, conflicts: withNote(work.conflicts, event.data) };
    case 'item.asked':
      return { ...work, items: [...work.items, newItem(event, event.data)] };
    case 'item.attached':
    case 'item.snoozed':
    case 'item.woke':
    case 'item.changed':
    case 'item.awaited':
    case 'item.answered':
    case 'item.reopened':
    case 'item.released':
    case 'item.given':
    case 'item.delivered':
    case 'item.withdrawn':
      return changeItem(work, event);
    case 'retry.due': {
      const counted_from = event.data.anew ? (work.runs.at(-1)?.number ?? 0) : work.unit.counted_from;
      return { ...work, unit: { ...work.unit, retry_due: null, counted_from } };
    }
    default:
      return { ...work, unit: { ...work.unit, ...unitChange(work.unit, event) } };
  }
}

const withNote = (
  conflicts: readonly Conflict[],
  { with: other, ...noted }: Extract<Event, { type: 'conflict.noted' }>['data'],
): Conflict[] => conflicts.map((each) => (each.with === other ? { ...each, noted } : each));

/** A new verdict takes the place of the old; when the pair was found stays. */
function judged(before: readonly Conflict[], event: Extract<Event, { type: 'conflict.judged' }>): Conflict[] {
  const old = before.find((each) => each.with === event.data.with);
  const now: Conflict = { ...event.data, found_at: old?.found_at ?? event.at, noted: null };
  return [...before.filter((each) => each !== old), now].sort((a, b) => a.with - b.with);
}

type AboutFacts = Exclude<
  AboutUnit,
  {
    type:
      | `item.${string}`
      | `run.${string}`
      | `conflict.${string}`
      | `worktree.${string}`
      | `work.${string}`
      | `comment.${string}`
      | `merge.${string}`
      | 'retry.due';
  }
>;

function unitChange(unit: Unit, event: AboutFacts): Partial<Unit> {
  switch (event.type) {
    case 'unit.closed':
      return { closed: event.data };
    case 'unit.edited':
      return event.data;
    case 'unit.held':
      return { held: event.data };
    case 'unit.released':
      return { held: null };
    case 'budget.raised':
      return 'day' in event.data ? { day_allowed: event.data.day } : { budget: event.data.micro_usd };
    case 'rule.added':
      return { rules: [...(unit.rules ?? []), event.data] };
    case 'rule.removed':
      return { rules: (unit.rules ?? []).filter(({ id }) => id !== event.data.id) };
    case 'unit.prioritized':
      return { priority: event.data.priority };
    case 'unit.removed':
      return { removed_at: event.at, open: [] };
    case 'dependency.added':
      return { open: [...unit.open, event.data.on] };
    case 'dependency.removed':
      return { open: without(unit.open, event.data.on) };
    case 'dependency.met':
      return { open: without(unit.open, event.data.on), met: [...new Set([...unit.met, event.data.on])] };
    case 'retry.scheduled':
      return { retry_due: event.data.due };
    case 'phase.finished': {
      // REBASE comes after the steps, and is none of them.
      const finished = unit.finished + (unit.work?.rebasing ? 0 : 1);
      return { finished, work: workAtPhase(unit, false) };
    }
    case 'phase.reopened': {
      const finished = unit.spec.steps.findIndex(({ phase }) => phase === event.data.phase);
      return { finished, work: workAtPhase(unit, true) };
    }
  }
}

const without = (chunks: readonly string[], chunk: string): string[] =>
  chunks.filter((each) => each !== chunk);
