/** Units that are over for long leave the live state. */
import type { Moment, WorkUnit } from '../../../shared/words.ts';
import { factsDigest } from '../facts-digest.ts';
import { isOver, isPending, liveRun, type State, sleepsFor } from '../state.ts';
import type { Decision } from './decision.ts';

const DAY_MS = 24 * 3600 * 1000;
/** So many go at once: the daemon does nothing else meanwhile. */
const MOST = 100;

/**
 * Archives units that are over for `archive_days`: not what a live unit speaks of, and not while a worktree of theirs is
 * there. `more`: whether others are left.
 */
export function archiveUnits(state: State, at: Moment): Decision<{ more: boolean }> {
  const days = state.settings.archive_days;
  if (days === 0) return { changes: [], result: { more: false } };
  const before = new Date(Date.parse(at) - days * DAY_MS).toISOString();
  const old = [...state.works].filter((work) => isOver(work) && mayLeave(work, before));
  const named = old.length === 0 ? NOBODY : namedByLive(state);
  const leaving = old.filter(({ unit }) => !named.chunks.has(unit.chunk) && !named.units.has(unit.id));
  return {
    changes: leaving.slice(0, MOST).map(({ unit }) => ({
      type: 'unit.archived',
      unit: unit.id,
      data: { digest: factsDigest(unit.spec) },
    })),
    result: { more: leaving.length > MOST },
  };
}

function mayLeave(work: WorkUnit, before: Moment): boolean {
  const { done_at, removed_at, work: worktree } = work.unit;
  const over_at = removed_at ?? done_at;
  if (over_at === null || over_at > before || liveRun(work) || work.items.some(isPending)) return false;
  return worktree === null || worktree.made_at === null || worktree.pruned_at !== null;
}

interface Named {
  readonly chunks: ReadonlySet<string>;
  readonly units: ReadonlySet<number>;
}

const NOBODY: Named = { chunks: new Set(), units: new Set() };

/** Whom units that are not over wait for or have waited for, and with whom they were compared. */
function namedByLive(state: State): Named {
  const live = [...state.works].filter((work) => !isOver(work));
  return {
    chunks: new Set(live.flatMap((work) => [...work.unit.open, ...work.unit.met, ...sleepsFor(work)])),
    units: new Set(live.flatMap(({ conflicts }) => conflicts.map((conflict) => conflict.with))),
  };
}
