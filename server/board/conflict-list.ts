/** Lists the pairs of units that have a verdict, for scripts. */
import type { Conflict } from '../../shared/conflict-words.ts';
import type { JudgedLine } from '../../shared/detail.ts';
import { conflictReasonWords } from '../../shared/reason-sentences.ts';
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

function pairOf(state: State, chunk: string, conflict: Conflict) {
  const other = state.works.get(conflict.with);
  if (!other || !exists(other)) return [];
  return [{ chunk, other_chunk: other.unit.chunk, ...judgedWords(conflict) }];
}

export function judgedWords({ with: _, text, noted, ...conflict }: Conflict): JudgedLine {
  const { code, overlapping_files } = conflict;
  const reason = conflictReasonWords({ code, text }, overlapping_files.length);
  return { ...conflict, reason, noted: disagreementWords(noted) };
}
