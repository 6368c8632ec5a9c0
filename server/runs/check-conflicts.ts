/** Before a unit starts, compares the paths that it declares with those of units under way. */
import type { WorkUnit } from '../../shared/words.ts';
import { conflictWith, rivalsToAsk, wantToStart } from '../domain/commands/conflicts.ts';
import { isUnderWay } from '../domain/serial-order.ts';
import type { State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import { newId } from '../system/new-id.ts';
import { expand, listFiles, overlapOf } from './declared-paths.ts';

/** Judges whether a unit about to start conflicts with units under way, and commits the verdicts. */
export async function checkConflicts(store: Store, project: string, id: number): Promise<void> {
  const { state } = store;
  const work = state.works.get(id);
  if (!work) return;
  const others = unjudged(state, work);
  if (others.length === 0 && rivalsToAsk(state, work).length === 0) return;
  const files = others.length === 0 ? [] : await listFiles(project);
  const mine = expand(work.unit.paths, files);
  const overlaps = others
    .map(({ unit }) => ({ other: unit.id, ...overlapOf(mine, expand(unit.paths, files)) }))
    .filter(({ share }) => share > 0);
  const input = { unit: id, overlaps, key: newId() };
  await store.lead((now) => wantToStart(now, input));
}

/** Units under way that declare paths and have no verdict with this unit yet. */
function unjudged(state: State, work: WorkUnit): WorkUnit[] {
  if (work.unit.paths.length === 0) return [];
  return [...state.works].filter(
    (other) =>
      other !== work && other.unit.paths.length > 0 && isUnderWay(other) && !conflictWith(work, other),
  );
}
