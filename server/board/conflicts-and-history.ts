/** Lists for scripts: verdicts on pairs of units, and the log. */

import type { Conflict } from '../../shared/conflict-words.ts';
import type { Event } from '../../shared/events.ts';
import { disagreementWords } from '../../shared/sentences.ts';
import { workOf } from '../domain/commands/decision.ts';
import { exists, type State } from '../domain/state.ts';

/** Each pair with a verdict, once; pairs with a removed unit are left out. */
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

export interface HistoryInput {
  readonly after: number;
  readonly limit: number;
  readonly chunk?: string | undefined;
}

/** Events after a number, at most `limit`; `next` is the number to continue from, null at the end. Throws a `Refusal`. */
export function historyOf(
  state: State,
  { after, limit, chunk }: HistoryInput,
  events: (after: number, unit?: number) => Iterable<Event>,
) {
  const unit = chunk === undefined ? undefined : workOf(state, chunk).unit.id;
  const found: object[] = [];
  let next: number | null = null;
  for (const event of events(after, unit)) {
    if (found.length === limit) {
      next = (found.at(-1) as Event).seq;
      break;
    }
    found.push({ ...event, chunk: state.works.get(event.unit)?.unit.chunk ?? null });
  }
  return { seq: state.seq, events: found, next };
}
