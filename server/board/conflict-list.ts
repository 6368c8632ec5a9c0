/** Lists the pairs of units that have a verdict, for scripts. */
import type { Conflict } from '../../shared/conflict-words.ts';
import { disagreementWords } from '../../shared/sentences.ts';
import { exists, type State } from '../domain/state.ts';

/** Each pair of units with a verdict, once. Pairs with a removed unit are omitted. */
export function conflictsOf(state: State) {
  const pairs = [...state.works]
    .filter(exists)
    .flatMap(({ unit, conflicts }) =>
      conflicts
        .filter((conflict) => unit.id < conflict.with)
        .flatMap((conflict) => pairOf(state, unit.chunk, conflict)),
    );
  return { seq: state.seq, conflicts: pairs };
}

function pairOf(state: State, chunk: string, { with: id, noted, ...judgement }: Conflict) {
  const other = state.works.get(id);
  if (!other || !exists(other)) return [];
  return [{ chunk, other_chunk: other.unit.chunk, ...judgement, noted: disagreementWords(noted) }];
}
