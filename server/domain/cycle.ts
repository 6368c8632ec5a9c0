import type { UnitSpec } from '../../shared/words.ts';
import { findWork, isDone, type State, sleepsFor } from './state.ts';

/**
 * The chunks of a cycle of waiting that these units, new or changed, would close, first one repeated at the end, or null.
 * Depth-first with three colours (Cormen et al., Introduction to Algorithms, 22.3), without recursion, since a
 * chain may be ten thousand long.
 */
export function cycleThrough(
  state: State,
  fresh: readonly Pick<UnitSpec, 'chunk' | 'after'>[],
): string[] | null {
  const specs = new Map(fresh.map((spec) => [spec.chunk, spec]));
  const waitsFor = (chunk: string): readonly string[] => {
    const spec = specs.get(chunk);
    if (spec) return spec.after;
    return openOf(state, chunk);
  };
  const finished = new Set<string>();
  for (const { chunk } of fresh) {
    const cycle = cycleFrom(chunk, waitsFor, finished);
    if (cycle) return cycle;
  }
  return null;
}

/** Everything that a chunk waits for, directly or not, itself included. */
export function aheadOf(state: State, chunk: string): Set<string> {
  const all = new Set([chunk]);
  for (const each of all) for (const next of openOf(state, each)) all.add(next);
  return all;
}

function openOf(state: State, chunk: string): readonly string[] {
  const work = findWork(state, chunk);
  return work && !isDone(work) ? [...work.unit.open, ...sleepsFor(work)] : [];
}

const SHOWN = 12;

/** "a → b → a"; of a long cycle, both ends. */
export function cycleWords(cycle: readonly string[]): string {
  if (cycle.length <= SHOWN) return cycle.join(' → ');
  const half = SHOWN / 2;
  return [...cycle.slice(0, half), `… ${cycle.length - SHOWN} more …`, ...cycle.slice(-half)].join(' → ');
}

function cycleFrom(
  start: string,
  waitsFor: (chunk: string) => readonly string[],
  finished: Set<string>,
): string[] | null {
  const path: { chunk: string; left: string[] }[] = [];
  const onPath = new Set<string>();
  const enter = (chunk: string) => {
    path.push({ chunk, left: [...waitsFor(chunk)] });
    onPath.add(chunk);
  };
  if (!finished.has(start)) enter(start);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const next = top.left.pop();
    if (next === undefined) {
      path.pop();
      onPath.delete(top.chunk);
      finished.add(top.chunk);
    } else if (onPath.has(next)) {
      const chunks = path.map(({ chunk }) => chunk);
      return [...chunks.slice(chunks.indexOf(next)), next];
    } else if (!finished.has(next)) enter(next);
  }
  return null;
}
