import type { WorkUnit } from '../../shared/words.ts';
import { impactOf, impactScore } from './impact.ts';
import { exists, isMerging, type State } from './state.ts';
import { statusOf } from './status.ts';

/** READY units that a run could carry on, in the order of starting: impact down, priority down, oldest first. */
export function startOrder(state: State): WorkUnit[] {
  const ready = [...state.works].filter(
    (work) =>
      exists(work) &&
      !work.unit.spec.external &&
      !isMerging(work) &&
      statusOf(state, work).status === 'READY',
  );
  const ranked = ready.map((work) => ({
    work,
    score: impactScore(impactOf(state, work.unit.id), state.settings.weight),
  }));
  ranked.sort(
    (a, b) =>
      b.score - a.score || b.work.unit.priority - a.work.unit.priority || a.work.unit.id - b.work.unit.id,
  );
  return ranked.map(({ work }) => work);
}
