/** What becomes of a unit's change set: asked, approved, sent back, merged, left. */
import type { Change, ItemAsked } from '../../../shared/events.ts';
import type { Item, ItemCode, ItemOption } from '../../../shared/item-words.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import type { MergePlanned, MergeStrategy, WorkEnd } from '../../../shared/work-words.ts';
import { conflict } from '../refusal.ts';
import { isAboutMerge, isMerging, isOpen, isOver, liveRun, phaseOf, type State } from '../state.ts';
import { type Giving, give } from './answers.ts';
import { type Decision, workOf } from './decision.ts';
import { LEAVE, mayMerge, stuckChange } from './work.ts';

const NOTHING: Decision = { changes: [] };

/** What a person has to know to decide about a change set: labels and text, made of what git says now. */
export type ReviewContext = ItemAsked['context'];

export interface MergeQuestion {
  readonly unit: number;
  /** The snapshot that it is about. */
  readonly snapshot: string;
  readonly context: ReviewContext;
  /** Whether it does not merge without a person's or an agent's help. */
  readonly conflicts: boolean;
  readonly key: string;
}

/** Asks the operator to agree to a merge. */
export function askReview(state: State, input: MergeQuestion): Decision {
  const work = mergeable(state, input);
  if (!work) return NOTHING;
  const { key } = input;
  return ask(work, { key, kind: 'review', code: 'merge-review', ...reviewAsking(work, input) });
}

function reviewAsking(work: WorkUnit, { conflicts, context }: MergeQuestion) {
  const { unit } = work;
  const { base } = unit.work ?? {};
  const options = [...(conflicts ? rebaseOf(work) : [APPROVE]), SEND_BACK, LEAVE, DISCARD];
  const prompt = conflicts
    ? `${unit.chunk} is finished, but does not merge into ${base} as it is.`
    : `${unit.chunk} is finished. Merge it into ${base}?`;
  return { prompt, options, context, allows_text: true };
}

const openReview = ({ items }: WorkUnit): Item | undefined =>
  items.find((item) => item.code === 'merge-review' && isOpen(item));

export const isUnderReview = (work: WorkUnit): boolean => isMerging(work) && openReview(work) !== undefined;

/** Says on the open card what a merge would be now. The same changes nothing. */
export function refreshReview(state: State, input: MergeQuestion): Decision {
  const work = state.works.get(input.unit);
  const item = work && openReview(work);
  if (!work || !item || work.unit.work?.snapshot?.commit !== input.snapshot) return NOTHING;
  const asking = { ...reviewAsking(work, input), multiple: false };
  const isSame = (['prompt', 'options', 'context'] as const).every(
    (name) => JSON.stringify(asking[name]) === JSON.stringify(item[name]),
  );
  if (isSame) return NOTHING;
  return { changes: [{ type: 'item.changed', unit: input.unit, data: { id: item.id, ...asking } }] };
}

/** An approved merge, or one that needs no approval, runs into a conflict. */
export function askConflict(state: State, input: MergeQuestion): Decision {
  const work = mergeable(state, input);
  if (!work) return NOTHING;
  const { key, context, conflicts } = input;
  const why = conflicts ? 'both changed the same lines' : 'it is to be rebased, and does not stand on it';
  const prompt = `${work.unit.chunk} does not merge into ${work.unit.work?.base}: ${why}.`;
  const asked = { key, context, kind: 'conflict', code: 'merge-conflict', prompt } as const;
  return ask(work, { ...asked, options: [RETRY, ...rebaseOf(work), LEAVE], allows_text: false });
}

/** The unit, if what was found about its snapshot still counts. */
function mergeable(state: State, input: { unit: number; snapshot: string }): WorkUnit | null {
  const work = state.works.get(input.unit);
  return work && mayMerge(state, work) && work.unit.work?.snapshot?.commit === input.snapshot ? work : null;
}

type Question = Pick<MergeQuestion, 'key' | 'context'> &
  Pick<ItemAsked, 'kind' | 'prompt' | 'options' | 'allows_text'> & { readonly code: ItemCode };

function ask(work: WorkUnit, { key, kind, code, prompt, options, allows_text, context }: Question): Decision {
  const data: ItemAsked = {
    id: key,
    kind,
    phase: phaseOf(work),
    run: work.runs.at(-1)?.number ?? 0,
    asked_by: 'signalbox',
    prompt,
    context,
    options,
    multiple: false,
    allows_text,
    code,
  };
  return { changes: [{ type: 'item.asked', unit: work.unit.id, data }] };
}

const APPROVE: ItemOption = { id: 'approve', label: 'Merge', description: 'The base gets these changes.' };
const SEND_BACK: ItemOption = {
  id: 'send-back',
  label: 'Send back',
  description: 'The agent goes on in the same worktree, with your words.',
};
const REBASE: ItemOption = {
  id: 'rebase',
  label: 'Hand to the agent',
  description: 'Its agent puts the work onto the base as it is now; you are asked again.',
};
const RETRY: ItemOption = {
  id: 'retry',
  label: 'Try again',
  description: 'After you have changed the base or the worktree yourself.',
};
const DISCARD: ItemOption = {
  id: 'discard',
  label: 'Discard',
  description: 'Nothing is merged, and the unit is done. The work stays kept under a ref.',
};

/** A command cannot resolve a conflict. */
const rebaseOf = ({ unit }: WorkUnit): ItemOption[] => (unit.spec.agent === null ? [] : [REBASE]);

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
export function mergeUnit(state: State, { chunk, snapshot, how }: MergeInput, giving: Giving): Decision {
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
    return item?.options.some((option) => option.id === how)
      ? give(work, item, { options: [how], text: '' }, giving)
      : { changes: [{ type: 'merge.ended', unit: id, data: { how: end } }] };
  }
  const strategy = how === 'default' ? null : how;
  const approved: Change = { type: 'merge.approved', unit: id, data: { snapshot, strategy } };
  if (!item) return { changes: [approved] };
  const option = item.kind === 'review' ? 'approve' : 'retry';
  if (!item.options.some((offered) => offered.id === option))
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
  readonly why: string;
  readonly files: readonly string[];
  readonly words: string;
  readonly key: string;
  /** Whether a person has to do something about it; else it is planned anew. */
  readonly isAsked: boolean;
}

/** The base could not be moved. */
export function refuseMerge(state: State, refusal: MergeRefusal): Decision {
  const { unit, why, files, words, key } = refusal;
  const work = state.works.get(unit);
  if (!work || !isMerging(work)) return NOTHING;
  const asked = refusal.isAsked ? [stuckChange(work, { unit, code: 'merge', words, key })] : [];
  return { changes: [{ type: 'merge.refused', unit, data: { why, files } }, ...asked] };
}

/** Whether what is in the worktree now may be merged without a further question. */
export const isApproved = ({ unit }: WorkUnit): boolean =>
  unit.work?.approved != null && unit.work.approved.snapshot === unit.work.snapshot?.commit;
