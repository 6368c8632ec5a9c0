/** What becomes of a unit's change set: approved, sent back, merged, left. */
import { termsOf } from '../../../shared/daemon-questions.ts';
import type { Change } from '../../../shared/events.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import type { MoveProblem } from '../../../shared/work-problem.ts';
import type { MergePlanned, MergeStrategy, WorkEnd } from '../../../shared/work-words.ts';
import { workOf } from '../lookup.ts';
import { conflict } from '../refusal.ts';
import { isAboutMerge, isMerging, isOpen, isOver, liveRun, type State } from '../state.ts';
import { type Giving, give } from './answers.ts';
import type { Decision, ItemRef } from './decision.ts';
import { mergeable } from './merge-questions.ts';
import { mayMerge, stuckChange } from './work.ts';

const NOTHING: Decision = { changes: [] };

/** What an answer about a merge does once it is out. */
export function mergeOutcomes(work: WorkUnit, item: Item): Change[] {
  const unit = work.unit.id;
  const chosen = (id: string): boolean => item.answer?.options.includes(id) === true;
  const snapshot = work.unit.work?.snapshot?.commit;
  if (!isMerging(work) || snapshot === undefined) return [];
  if (chosen('approve') && isApproved(work)) return [];
  if (chosen('approve')) return [{ type: 'merge.approved', unit, data: { snapshot, strategy: null } }];
  if (chosen('send-back')) return [{ type: 'phase.reopened', unit, data: { phase: workPhase(work) } }];
  if (chosen('rebase')) return [{ type: 'merge.rebasing', unit, data: {} }];
  if (chosen('leave')) return [{ type: 'merge.ended', unit, data: { how: 'left' } }];
  if (chosen('discard')) return [{ type: 'merge.ended', unit, data: { how: 'discarded' } }];
  return [];
}

/**
 * The base has moved by a merge: who was not to be at work beside this unit, and has changed something already, goes on
 * from the base as it is now.
 */
export function rebasingAfter(state: State, { conflicts }: WorkUnit): Change[] {
  return conflicts.flatMap((each) => {
    const other = state.works.get(each.with);
    const isWaiting = each.verdict === 'SERIALIZE' && other && !isOver(other) && !liveRun(other);
    const { work, spec } = other?.unit ?? {};
    if (!isWaiting || !work?.snapshot?.files || !spec?.agent || work.rebasing) return [];
    return [{ type: 'merge.rebasing', unit: other.unit.id, data: {} }];
  });
}

/** Where work that is sent back goes on: where it is done, and not where it was looked at afterwards. */
function workPhase({ unit }: WorkUnit): string {
  const phases = unit.spec.steps.map(({ phase }) => phase);
  return phases.includes('IMPLEMENT') ? 'IMPLEMENT' : (phases.at(-1) ?? '');
}

export interface MergeInput {
  readonly chunk: string;
  /** The snapshot that the operator saw. */
  readonly snapshot: string;
  readonly how: MergeStrategy | 'default' | 'leave' | 'discard';
}

/** The operator's word on a merge, given without its item: the item, where there is one, is answered by it. */
export function mergeUnit(
  state: State,
  { chunk, snapshot, how }: MergeInput,
  giving: Giving,
): Decision<Partial<ItemRef>> {
  const work = workOf(state, chunk);
  const { id, work: facts } = work.unit;
  if (!isMerging(work) || !facts?.snapshot)
    throw conflict('not-merging', `${chunk} has nothing to merge now.`);
  const item = work.items.find((each) => isOpen(each) && isAboutMerge(each));
  const others = work.items.filter((each) => isOpen(each) && each !== item);
  if (others.length > 0)
    throw conflict('open-items', `${chunk} has an open question. Answer it first.`, others);
  if (facts.snapshot.commit !== snapshot)
    throw conflict(
      'stale',
      `${chunk} has changed since you looked. Look again, then say what becomes of it.`,
    );
  if (how === 'leave' || how === 'discard') {
    const end: WorkEnd = how === 'leave' ? 'left' : 'discarded';
    return item && termsOf(item).offered.includes(how)
      ? give(work, item, { options: [how], text: '' }, giving)
      : { changes: [{ type: 'merge.ended', unit: id, data: { how: end } }] };
  }
  const strategy = how === 'default' ? null : how;
  const approved: Change = { type: 'merge.approved', unit: id, data: { snapshot, strategy } };
  if (!item) return { changes: [approved] };
  const option = item.kind === 'review' ? 'approve' : 'retry';
  if (!termsOf(item).offered.includes(option))
    throw conflict('merge-conflict', `${chunk} does not merge as it is. Answer its item.`, [item]);
  const given = give(work, item, { options: [option], text: '' }, { ...giving, release_due: giving.at });
  // First, so that what the answer does by itself finds it approved.
  return { ...given, changes: [approved, ...given.changes] };
}

/** Its agent has to put the work onto the base first. */
export function rebaseUnit(state: State, { unit }: { unit: number }): Decision {
  const work = state.works.get(unit);
  if (!work || !mayMerge(state, work)) return NOTHING;
  return { changes: [{ type: 'merge.rebasing', unit, data: {} }] };
}

/** About to move the base. */
export function planMerge(state: State, input: { unit: number } & MergePlanned): Decision {
  const work = mergeable(state, input);
  if (!work) throw conflict('not-merging', 'Nothing to merge now.');
  const { unit, ...data } = input;
  return { changes: [{ type: 'merge.planned', unit, data }] };
}

/** The base has the work, or there is no base that it could return to. */
export function endMerge(state: State, { unit, how }: { unit: number; how: WorkEnd }): Decision {
  const work = state.works.get(unit);
  if (!work || !isMerging(work)) return NOTHING;
  return { changes: [{ type: 'merge.ended', unit, data: { how } }] };
}

export interface MergeRefusal {
  readonly unit: number;
  /** The base. */
  readonly branch: string;
  readonly problem: MoveProblem;
  readonly key: string;
  /** Whether a person has to do something about it; else it is planned anew. */
  readonly isAsked: boolean;
}

/** The base could not be moved. */
export function refuseMerge(state: State, refusal: MergeRefusal): Decision {
  const { unit, branch, problem, key } = refusal;
  const work = state.works.get(unit);
  if (!work || !isMerging(work)) return NOTHING;
  const asked = refusal.isAsked
    ? [stuckChange(work, { unit, code: 'merge', trouble: { code: 'not-moved', branch, ...problem }, key })]
    : [];
  return {
    changes: [
      { type: 'merge.refused', unit, data: { why: problem.refused, files: problem.files } },
      ...asked,
    ],
  };
}

/** Whether what is in the worktree now may be merged without a further question. */
export const isApproved = ({ unit }: WorkUnit): boolean =>
  unit.work?.approved != null && unit.work.approved.snapshot === unit.work.snapshot?.commit;
