/** Who waits for whom, among some units. */
import type { Cell } from '../../shared/board.ts';
import type { State } from '../domain/state.ts';

export interface Dependencies {
  readonly units: readonly Cell[];
  /** From a unit to one that waits for it, by their places in `units`. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export function dependenciesOf(state: State, units: readonly Cell[]): Dependencies {
  const places = new Map(units.map(({ chunk }, at) => [chunk, at]));
  const edges = units.flatMap(({ id }, to) => {
    const { open = [], met = [] } = state.works.get(id)?.unit ?? {};
    return [...new Set([...open, ...met])].flatMap((name) => {
      const from = places.get(name);
      return from === undefined || from === to ? [] : [[from, to] as const];
    });
  });
  return { units, edges };
}

/** The units that have an edge, and those that have none. */
export function apart({ units, edges }: Dependencies): { tied: Set<number>; loose: Cell[] } {
  const tied = new Set(edges.flat());
  return { tied, loose: units.filter((_, at) => !tied.has(at)) };
}

/** The same among fewer units. */
export function among({ units, edges }: Dependencies, kept: ReadonlySet<number>): Dependencies {
  const list = [...kept].sort((a, b) => a - b);
  const places = new Map(list.map((before, now) => [before, now]));
  return {
    units: list.flatMap((at) => units[at] ?? []),
    edges: edges.flatMap(([from, to]) => {
      const [a, b] = [places.get(from), places.get(to)];
      return a === undefined || b === undefined ? [] : [[a, b] as const];
    }),
  };
}

export interface Related {
  /** Those that wait for it, directly or not; and those that it waits for. */
  readonly frees: ReadonlySet<number>;
  readonly needs: ReadonlySet<number>;
}

export function relatedTo({ units, edges }: Dependencies, at: number): Related {
  const after: number[][] = units.map(() => []);
  const before: number[][] = units.map(() => []);
  for (const [from, to] of edges) {
    after[from]?.push(to);
    before[to]?.push(from);
  }
  return { frees: reached(after, at), needs: reached(before, at) };
}

function reached(next: readonly (readonly number[])[], start: number): Set<number> {
  const seen = new Set<number>();
  const queue = [start];
  for (let at = queue.pop(); at !== undefined; at = queue.pop())
    for (const each of next[at] ?? [])
      if (!seen.has(each) && each !== start) {
        seen.add(each);
        queue.push(each);
      }
  return seen;
}

/** How many units wait for each directly. */
export function waitersOf({ units, edges }: Dependencies): number[] {
  const counts = units.map(() => 0);
  for (const [from] of edges) counts[from] = (counts[from] ?? 0) + 1;
  return counts;
}
