import type { WorkUnit } from '../../shared/words.ts';
import { findWork, type State } from '../domain/state.ts';

/** Finds what holds up a unit that waits for others: the end of its chain of open dependencies, of several the first. */
export class Causes {
  #graph = -1;
  readonly #known = new Map<number, string>();

  /** The chunk; empty: the unit waits for none. */
  of(state: State, work: WorkUnit): string {
    if (this.#graph !== state.graph) this.#known.clear();
    this.#graph = state.graph;
    const path: number[] = [];
    let cause = '';
    for (let at: WorkUnit | undefined = work; at; ) {
      const known = this.#known.get(at.unit.id);
      if (known !== undefined) cause = known;
      const [next] = at.unit.open;
      if (known !== undefined || next === undefined) break;
      path.push(at.unit.id);
      cause = next;
      at = findWork(state, next);
    }
    for (const unit of path) this.#known.set(unit, cause);
    return cause;
  }
}

/** The units that wait for some of these, directly or not. */
export function waitersOn(state: State, works: readonly WorkUnit[]): WorkUnit[] {
  const found = new Map<number, WorkUnit>();
  const queue = [...works];
  for (let work = queue.pop(); work; work = queue.pop())
    for (const id of state.waiting.get(work.unit.chunk) ?? []) {
      const waiter = found.has(id) ? undefined : state.works.get(id);
      if (!waiter) continue;
      found.set(id, waiter);
      queue.push(waiter);
    }
  return [...found.values()];
}
