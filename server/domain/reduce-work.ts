import type { Event } from '../../shared/events.ts';
import type { Unit } from '../../shared/words.ts';
import type { WorkChange } from '../../shared/work-events.ts';
import type { UnitWork, WorktreePlanned } from '../../shared/work-words.ts';

type AboutWork = Event & WorkChange;

export const concernsWork = (event: Event): event is AboutWork =>
  /^(worktree|work|comment|merge)\./.test(event.type);

/** What is known of a unit's worktree after an event about it. */
export function workAfter({ work }: Unit, event: AboutWork): UnitWork {
  if (event.type === 'worktree.planned') return newWork(event.data);
  if (!work) throw new Error(`event ${event.seq}: the unit has no worktree`);
  return { ...work, ...changeOf(work, event) };
}

const newWork = (planned: WorktreePlanned): UnitWork => ({
  ...planned,
  copied: [],
  linked: [],
  setup: null,
  not_brought: [],
  made_at: null,
  ready_at: null,
  snapshot: null,
  comments: [],
  approved: null,
  merge: null,
  rebasing: false,
  end: null,
  pruned_at: null,
  kept: null,
});

function changeOf(
  work: UnitWork,
  event: Exclude<AboutWork, { type: 'worktree.planned' }>,
): Partial<UnitWork> {
  switch (event.type) {
    case 'worktree.made':
      return { ...event.data, made_at: event.at };
    case 'worktree.ready':
      return { ready_at: event.at };
    case 'worktree.pruned':
      return { kept: event.data.ref, pruned_at: event.at };
    case 'worktree.forgotten':
      return { kept: null };
    case 'worktree.restored':
      return { kept: null, pruned_at: null };
    case 'work.snapshot':
      return { snapshot: { ...event.data, at: event.at } };
    case 'comment.added':
      return { comments: [...work.comments, event.data] };
    case 'comment.removed':
      return { comments: work.comments.filter(({ id }) => id !== event.data.id) };
    case 'merge.approved':
      return { approved: event.data };
    case 'merge.planned':
      return { merge: event.data };
    case 'merge.refused':
      return { merge: null };
    case 'merge.rebasing':
      return NOT_APPROVED_REBASING;
    case 'merge.ended':
      return { merge: null, end: { how: event.data.how, at: event.at } };
  }
}

const NOT_APPROVED_REBASING = { rebasing: true, approved: null, merge: null } as const;

/** What is known of the worktree of a unit whose phase was finished, or that was sent back to one. */
export const workAtPhase = ({ work }: Unit, reopened: boolean): UnitWork | null =>
  work && { ...work, rebasing: false, ...(reopened && { approved: null, merge: null, comments: [] }) };
