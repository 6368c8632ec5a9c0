import type { Change } from '../../../shared/events.ts';
import type { BrokenLimit } from '../../../shared/reason-words.ts';
import type { Kill, WorkUnit } from '../../../shared/words.ts';
import { workOf } from '../lookup.ts';
import { conflict } from '../refusal.ts';
import { isDone, isOver, isPending, liveRun, type State } from '../state.ts';
import type { Decision } from './decision.ts';

/** A kill that the operator wants, not one for a broken limit. */
export type Wish = Exclude<Kill, { next: 'stuck' }>;

/** `run`: the one that is meant; null: the live one, whichever it is. */
export type KillInput = Wish & { readonly chunk: string; readonly run: number | null };

/**
 * Has the live run of a unit killed. The wish is kept first, so that the next daemon finishes it; the unit is
 * held, closed or removed in the commit that records the end.
 */
export function killRun(state: State, { chunk, run: wanted, ...wish }: KillInput): Decision {
  const work = workOf(state, chunk);
  if (isDone(work)) throw conflict('unit-done', `${chunk} is done already.`);
  const run = liveRun(work);
  if (!run) throw conflict('no-live-run', `${chunk} has no live run to kill.`);
  if (wanted !== null && wanted !== run.number)
    throw conflict('run-ended', `Run ${wanted} of ${chunk} has ended; run ${run.number} is live.`);
  if (work.unit.spec.external)
    return {
      changes: [...ended(work, run.number), ...mootItems(work), ...afterKill(state, work, wish)],
    };
  if (run.kill?.next === wish.next) return { changes: [] };
  return {
    changes: [{ type: 'run.killing', unit: work.unit.id, data: { number: run.number, ...wish } }],
  };
}

/** Has a run stopped that broke a limit: a person is asked when it has ended. An operator's wish stands. */
export function stopRun(state: State, input: { unit: number; run: number } & BrokenLimit): Decision {
  const work = state.works.get(input.unit);
  const run = work && liveRun(work);
  if (run?.number !== input.run || run.kill) return { changes: [] };
  const { code, output_mib } = input;
  const data = { number: input.run, next: 'stuck', code, output_mib } as const;
  return { changes: [{ type: 'run.killing', unit: input.unit, data }] };
}

/** Whether the operator wants the run to end. */
export const isWished = (kill: Kill | null): kill is Wish => kill !== null && kill.next !== 'stuck';

/** Items about a live run are withdrawn when it ends. */
export const mootItems = ({ unit, items }: WorkUnit): Change[] =>
  items
    .filter((item) => isPending(item) && item.kind === 'stuck')
    .map((item) => ({
      type: 'item.withdrawn',
      unit: unit.id,
      data: { id: item.id, code: 'run-ended', text: '' },
    }));

/** An external run has no process: it ends with the operator's command. */
const ended = ({ unit }: WorkUnit, number: number): Change[] => [
  { type: 'run.ended', unit: unit.id, data: { number, outcome: { exit: 'killed' } } },
];

/** What the operator wanted to come after the end. */
export function afterKill(state: State, { unit }: WorkUnit, wish: Wish): Change[] {
  if (wish.next === 'hold') return [{ type: 'unit.held', unit: unit.id, data: { code: 'killed', text: '' } }];
  if (wish.next === 'close')
    return [{ type: 'unit.closed', unit: unit.id, data: { code: 'operator', text: wish.text } }];
  return [...unlinked(state, unit.chunk), { type: 'unit.removed', unit: unit.id, data: {} }];
}

/** Units that wait for a chunk and are not DONE. */
const stillWaiting = (state: State, chunk: string): number[] =>
  (state.waiting.get(chunk) ?? []).filter((id) => {
    const work = state.works.get(id);
    return work !== undefined && !isOver(work);
  });

/** Those that wait for a unit that is being removed wait no longer. */
export const unlinked = (state: State, chunk: string): Change[] =>
  stillWaiting(state, chunk).map((unit) => ({
    type: 'dependency.removed',
    unit,
    data: { on: chunk, code: 'removed' },
  }));
