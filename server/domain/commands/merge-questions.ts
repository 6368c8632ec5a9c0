/** Asks the operator about a unit's change set, and keeps what is asked as it is now. */
import type { MergeQuestion } from '../../../shared/daemon-questions.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import { isMerging, isOpen, phaseOf, type State } from '../state.ts';
import { askedByUs } from './asked-by-us.ts';
import type { Decision } from './decision.ts';
import { mayMerge } from './work.ts';

const NOTHING: Decision = { changes: [] };

/** What git says of a unit's snapshot; `key`: the id of the item. */
export interface MergeFinding extends Pick<MergeQuestion, 'conflicts' | 'changes'> {
  readonly unit: number;
  readonly snapshot: string;
  readonly key: string;
}

/** Asks the operator to agree to a merge. */
export const askReview = (state: State, finding: MergeFinding): Decision =>
  ask(state, 'merge-review', finding);

/** An approved merge, or one that needs no approval, runs into a conflict. */
export const askConflict = (state: State, finding: MergeFinding): Decision =>
  ask(state, 'merge-conflict', finding);

type Code = 'merge-review' | 'merge-conflict';

function ask(state: State, code: Code, finding: MergeFinding): Decision {
  const work = mergeable(state, finding);
  if (!work) return NOTHING;
  const where = { id: finding.key, phase: phaseOf(work), run: work.runs.at(-1)?.number ?? 0 };
  const data = askedByUs(where, questionOf(work, code, finding));
  return { changes: [{ type: 'item.asked', unit: work.unit.id, data }] };
}

const questionOf = (
  { unit }: WorkUnit,
  code: Code,
  { conflicts, changes }: MergeFinding,
): { code: Code } & MergeQuestion => ({
  code,
  chunk: unit.chunk,
  branch: unit.work?.base ?? '',
  conflicts,
  has_agent: unit.spec.agent !== null,
  changes,
});

/** The unit, if what was found about its snapshot still counts. */
export function mergeable(state: State, input: { unit: number; snapshot: string }): WorkUnit | null {
  const work = state.works.get(input.unit);
  return work && mayMerge(state, work) && work.unit.work?.snapshot?.commit === input.snapshot ? work : null;
}

const openReview = ({ items }: WorkUnit): Item | undefined =>
  items.find((item) => item.about?.code === 'merge-review' && isOpen(item));

export const isUnderReview = (work: WorkUnit): boolean => isMerging(work) && openReview(work) !== undefined;

/** Says on the open card what a merge would be now. The same changes nothing. */
export function refreshReview(state: State, finding: MergeFinding): Decision {
  const work = state.works.get(finding.unit);
  const item = work && openReview(work);
  if (!work || !item || work.unit.work?.snapshot?.commit !== finding.snapshot) return NOTHING;
  const about = questionOf(work, 'merge-review', finding);
  if (JSON.stringify(about) === JSON.stringify(item.about)) return NOTHING;
  return { changes: [{ type: 'item.changed', unit: finding.unit, data: { id: item.id, about } }] };
}
