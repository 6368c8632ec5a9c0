/** What the daemon finds and does about a unit's worktree. Git is asked before; here it is decided what that means. */
import type { Change } from '../../../shared/events.ts';
import type { ItemOption } from '../../../shared/item-words.ts';
import type { Moment, WorkStuckCode, WorkUnit } from '../../../shared/words.ts';
import type { SnapshotTaken, WorktreeMade, WorktreePlanned } from '../../../shared/work-words.ts';
import { conflict } from '../refusal.ts';
import { exists, isMerging, isOver, isPending, liveRun, phaseOf, type State } from '../state.ts';
import { statusOf } from '../status.ts';
import type { Decision } from './decision.ts';

const NOTHING: Decision = { changes: [] };

/**
 * Whether a unit is still to get a worktree. One whose first run began in the project's folder stays there; one that
 * must have a worktree never falls back to it.
 */
export const lacksWorktree = ({ unit, runs }: WorkUnit): boolean =>
  unit.work === null &&
  !unit.spec.external &&
  (unit.spec.worktree === true ||
    (unit.spec.worktree === null && unit.spec.agent !== null && runs.length === 0));

/** Plans the worktree of a READY unit. */
export function planWorktree(state: State, input: { unit: number } & WorktreePlanned): Decision {
  const work = state.works.get(input.unit);
  if (!work || !exists(work) || !lacksWorktree(work) || statusOf(state, work).status !== 'READY')
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

export interface WorkTrouble {
  readonly unit: number;
  readonly code: WorkStuckCode;
  /** What is wrong, for a person. */
  readonly words: string;
  /** The id of the item. */
  readonly key: string;
}

/** Brings to a person what could not be done about a worktree. */
export function workStuck(state: State, trouble: WorkTrouble): Decision {
  const work = state.works.get(trouble.unit);
  if (!work || isOver(work) || work.items.some(isPending)) return NOTHING;
  return { changes: [stuckChange(work, trouble)] };
}

const PROMPTS: Readonly<Record<WorkStuckCode, string>> = {
  worktree: 'The worktree could not be made. What now?',
  snapshot: 'What is in the worktree could not be kept. What now?',
  merge: 'The work could not be merged. What now?',
};

const RETRY: ItemOption = { id: 'retry', label: 'Try again', description: 'The same once more.' };
const CLOSE: ItemOption = {
  id: 'close',
  label: 'Close the unit',
  description: 'It counts as done, for the reason you give.',
};
export const LEAVE: ItemOption = {
  id: 'leave',
  label: 'Leave as a branch',
  description: 'Nothing is merged; the branch keeps the work, and the unit is done.',
};

export const stuckChange = (work: WorkUnit, { unit, code, words, key }: WorkTrouble): Change => ({
  type: 'item.asked',
  unit,
  data: {
    id: key,
    kind: 'stuck',
    code,
    phase: phaseOf(work),
    run: work.runs.at(-1)?.number ?? 0,
    asked_by: 'signalbox',
    prompt: PROMPTS[code],
    context: [{ label: 'Git', text: words }],
    options: code === 'merge' ? [RETRY, LEAVE, CLOSE] : [RETRY, CLOSE],
    multiple: false,
    allows_text: true,
  },
});

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
