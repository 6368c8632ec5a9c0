import type { WorkUnit } from '../../shared/words.ts';
import { impactOf, impactScore } from './impact.ts';
import { exists, type State } from './state.ts';
import { statusOf } from './status.ts';

/** READY units in the order of starting: impact down, priority down, oldest first. */
export function startOrder(state: State): WorkUnit[] {
  const ready = [...state.works].filter(
    (work) => exists(work) && !work.unit.spec.external && statusOf(state, work).status === 'READY',
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
