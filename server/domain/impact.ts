import { serialOrderOf } from './serial-order.ts';
import { isOver, type State } from './state.ts';

/** How many units wait for a unit. */
export interface Impact {
  /** Units not DONE that wait for this one, directly or not. */
  readonly blocked: number;
  /** The longest chain of them, nearest first. */
  readonly chain: readonly string[];
}

const NO_IMPACT: Impact = { blocked: 0, chain: [] };

const SHOWN = 3;

/** The number by which the queue and the start order rank: blocked + depth × weight. */
export const impactScore = ({ blocked, chain }: Impact, weight: number): number =>
  blocked + chain.length * weight;

/** "frees 7: a → b → c, …", or nothing when nobody waits. */
export function impactWords({ blocked, chain }: Impact): string {
  if (blocked === 0) return '';
  const shown = chain.slice(0, SHOWN).join(' → ');
  return `frees ${blocked}: ${shown}${blocked > Math.min(SHOWN, chain.length) ? ', …' : ''}`;
}

/**
 * The units that wait for a unit. Longest path in a directed acyclic graph by topological order (Kahn 1962), in time
 * proportional to the units and edges above it.
 */
export function impactOf(state: State, id: number): Impact {
  // So it is with most, and the order of starting asks for the impact of each.
  if (waitersOf(state, id).length === 0) return NO_IMPACT;
  const above = reach(state, id);
  const longest = longestChain(state, id, above);
  return { blocked: above.size - 1, chain: longest };
}

/** The unit and all that wait for it, each with the number of dependencies within this set. */
function reach(state: State, id: number): Map<number, number> {
  const edges = new Map([[id, 0]]);
  const queue = [id];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const waiter of waitersOf(state, next)) {
      const seen = edges.get(waiter);
      edges.set(waiter, (seen ?? 0) + 1);
      if (seen === undefined) queue.push(waiter);
    }
  }
  return edges;
}

function longestChain(state: State, id: number, edges: Map<number, number>): string[] {
  const left = new Map(edges);
  const best = new Map<number, { depth: number; from: number | null }>([[id, { depth: 0, from: null }]]);
  let deepest = id;
  const ready = [id];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    const depth = (best.get(next)?.depth ?? 0) + 1;
    for (const waiter of waitersOf(state, next)) {
      if (depth > (best.get(waiter)?.depth ?? 0)) best.set(waiter, { depth, from: next });
      if (depth > (best.get(deepest)?.depth ?? 0)) deepest = waiter;
      const remaining = (left.get(waiter) ?? 0) - 1;
      left.set(waiter, remaining);
      if (remaining === 0) ready.push(waiter);
    }
  }
  const chain: string[] = [];
  for (let at: number | null = deepest; at !== null && at !== id; at = best.get(at)?.from ?? null)
    chain.unshift(state.works.get(at)?.unit.chunk ?? '');
  return chain;
}

/** Direct dependents: by an open dependency, or in a serial order behind it. */
function waitersOf(state: State, id: number): readonly number[] {
  const work = state.works.get(id);
  const waiting = (work && state.waiting.get(work.unit.chunk)) ?? [];
  // A conflict stands in both units: without one no order need be worked out.
  const behind = work?.conflicts.length ? (serialOrderOf(state).after.get(id) ?? []) : [];
  const all = behind.length === 0 ? waiting : [...new Set([...waiting, ...behind])];
  return all.filter((waiter) => {
    const other = state.works.get(waiter);
    return other !== undefined && !isOver(other);
  });
}
