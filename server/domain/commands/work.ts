/** What the daemon finds and does about a unit's worktree. Git is asked before; here it is decided what that means. */
import type { Change } from '../../../shared/events.ts';
import type { Moment, WorkStuckCode, WorkUnit } from '../../../shared/words.ts';
import type { WorkTrouble } from '../../../shared/work-problem.ts';
import type { SnapshotTaken, WorktreeMade, WorktreePlanned } from '../../../shared/work-words.ts';
import { executorOf } from '../executors.ts';
import { conflict } from '../refusal.ts';
import { exists, isMerging, isOver, isPending, liveRun, phaseOf, type State } from '../state.ts';
import { statusOf } from '../status.ts';
import { askedByUs } from './asked-by-us.ts';
import type { Decision } from './decision.ts';

const NOTHING: Decision = { changes: [] };

/**
 * Whether a unit is still to get a worktree. One whose first run began in the project's folder stays there; one that
 * must have a worktree never falls back to it.
 */
export const lacksWorktree = (state: Pick<State, 'executors'>, { unit, runs }: WorkUnit): boolean =>
  unit.work === null &&
  executorOf(state, unit) === null &&
  !unit.spec.external &&
  (unit.spec.worktree === true ||
    (unit.spec.worktree === null && unit.spec.agent !== null && runs.length === 0));

/** Plans the worktree of a READY unit; anew, where others took the branch before the worktree was made. */
export function planWorktree(state: State, input: { unit: number } & WorktreePlanned): Decision {
  const work = state.works.get(input.unit);
  const isUnmade = work && (work.unit.work ? work.unit.work.made_at === null : lacksWorktree(state, work));
  if (!isUnmade || !exists(work) || statusOf(state, work).status !== 'READY')
    throw conflict('not-ready', 'Not ready.');
  const { unit, ...data } = input;
  return { changes: [{ type: 'worktree.planned', unit, data }] };
}

/** The folder is there. Without a setup it is ready at once. */
export function worktreeMade(state: State, { unit, ...data }: { unit: number } & WorktreeMade): Decision {
  const work = state.works.get(unit);
  if (!work?.unit.work || work.unit.work.made_at !== null || isOver(work)) return NOTHING;
  const ready: Change[] = data.setup ? [] : [{ type: 'worktree.ready', unit, data: {} }];
  return { changes: [{ type: 'worktree.made', unit, data }, ...ready] };
}

export interface WorkStuck {
  readonly unit: number;
  readonly code: WorkStuckCode;
  readonly trouble: WorkTrouble;
  /** The id of the item. */
  readonly key: string;
}

/** Brings to a person what could not be done about a worktree. */
export function workStuck(state: State, stuck: WorkStuck): Decision {
  const work = state.works.get(stuck.unit);
  if (!work || isOver(work) || work.items.some(isPending)) return NOTHING;
  return { changes: [stuckChange(work, stuck)] };
}

export const stuckChange = (work: WorkUnit, { unit, code, trouble, key }: WorkStuck): Change => {
  const where = { id: key, phase: phaseOf(work), run: work.runs.at(-1)?.number ?? 0 };
  return { type: 'item.asked', unit, data: askedByUs(where, { code, trouble }) };
};

/** A snapshot as it is now; the same again changes nothing. What was asked about the last one is moot. */
export function snapshotTaken(state: State, input: { unit: number; snapshot: SnapshotTaken }): Decision {
  const work = state.works.get(input.unit);
  return work && exists(work) ? { changes: snapshotChanges(work, input.snapshot) } : NOTHING;
}

export function snapshotChanges(work: WorkUnit, snapshot: SnapshotTaken): Change[] {
  if (!work.unit.work || isSame(work.unit.work.snapshot, snapshot)) return [];
  return [{ type: 'work.snapshot', unit: work.unit.id, data: snapshot }];
}

const isSame = (before: SnapshotTaken | null, now: SnapshotTaken): boolean =>
  before !== null &&
  before.commit === now.commit &&
  before.files === now.files &&
  before.nested.join() === now.nested.join() &&
  before.unsaved.join() === now.unsaved.join();

/** The folder of a unit that is over was removed, and its last state is kept. */
export const pruned = (state: State, { unit, ref }: { unit: number; ref: string }): Decision =>
  prunedAt(state, unit) === null ? { changes: [{ type: 'worktree.pruned', unit, data: { ref } }] } : NOTHING;

export const restored = (state: State, { unit }: { unit: number }): Decision =>
  typeof prunedAt(state, unit) === 'string'
    ? { changes: [{ type: 'worktree.restored', unit, data: {} }] }
    : NOTHING;

export const forgotten = (state: State, { unit }: { unit: number }): Decision =>
  state.works.get(unit)?.unit.work?.kept == null
    ? NOTHING
    : { changes: [{ type: 'worktree.forgotten', unit, data: {} }] };

/** undefined: it has no worktree. */
const prunedAt = (state: State, unit: number): Moment | null | undefined =>
  state.works.get(unit)?.unit.work?.pruned_at;

/** Its last phase is finished, nobody is at work on it and nothing is asked: what it changed can be merged. */
export const mayMerge = (state: State, work: WorkUnit): boolean =>
  exists(work) && isMerging(work) && liveRun(work) === undefined && statusOf(state, work).status === 'READY';
