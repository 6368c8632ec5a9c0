import type { Change } from '../../../shared/events.ts';
import type { Moment } from '../../../shared/words.ts';
import { workOf } from '../lookup.ts';
import { Refusal, type RefusalCode } from '../refusal.ts';
import { isAsking, type State } from '../state.ts';
import type { Giving } from './answers.ts';
import type { Decision } from './decision.ts';
import { snooze } from './snooze.ts';
import { holdUnit, releaseUnit, retryUnit } from './steering.ts';

/** How many units are acted on at once, at most. */
export const BULK_UNITS = 500;

export interface BulkInput {
  readonly action: 'retry' | 'hold' | 'release' | 'snooze';
  /** hold: the reason. */
  readonly why: string;
  /** snooze: how long. */
  readonly minutes: number;
}

/** What a bulk action did not do, and why. */
export interface RefusedUnit {
  readonly chunk: string;
  readonly code: RefusalCode;
  readonly message: string;
}

export interface BulkResult {
  readonly chunks: readonly string[];
  readonly refused: readonly RefusedUnit[];
  /** How many more there are: they were not touched. */
  readonly left: number;
}

/**
 * Does one thing to many units, at most `BULK_UNITS`, in one commit. A unit that refuses is alone in being refused, and is named;
 * one for which there is nothing to do counts as neither.
 */
export function bulk(
  state: State,
  chunks: readonly string[],
  input: BulkInput,
  giving: Giving,
): Decision<BulkResult> {
  const changes: Change[] = [];
  const done: string[] = [];
  const refused: RefusedUnit[] = [];
  for (const chunk of chunks.slice(0, BULK_UNITS)) {
    try {
      const decided = actOn(state, chunk, input, giving);
      if (decided.length > 0) done.push(chunk);
      changes.push(...decided);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.push({ chunk, code: error.code, message: error.message });
    }
  }
  const left = Math.max(0, chunks.length - BULK_UNITS);
  return { changes, result: { chunks: done, refused, left } };
}

function actOn(state: State, chunk: string, input: BulkInput, giving: Giving): readonly Change[] {
  switch (input.action) {
    case 'retry':
      return retryUnit(state, { chunk, ...giving }).changes;
    case 'hold':
      return holdUnit(state, { chunk, why: input.why }).changes;
    case 'release':
      return releaseUnit(state, { chunk }).changes;
    case 'snooze':
      return snoozeAll(state, chunk, input.minutes, giving.at);
  }
}

const snoozeAll = (state: State, chunk: string, minutes: number, at: Moment): Change[] =>
  workOf(state, chunk)
    .items.filter(isAsking)
    .flatMap(({ id: item, version }) => snooze(state, { chunk, item, version, minutes }, at).changes);
