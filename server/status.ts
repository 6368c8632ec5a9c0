import { saidWords } from '../shared/sentences.ts';
import type { Item, Moment, Status, WorkUnit } from '../shared/words.ts';
import { isDone, isGoingOut, isOpen, isPending, liveRun, type State } from './state.ts';

export interface StatusAndWhy {
  readonly status: Status;
  /** A sentence part where the status alone does not say; else empty. */
  readonly why: string;
  readonly since: Moment;
}

/** The status of a unit. It follows from the facts, in this order; nothing sets it. */
export function statusOf(work: WorkUnit): StatusAndWhy {
  const { unit } = work;
  const open = work.items.filter(isOpen);
  const run = liveRun(work);
  const goingOut = work.items.find(isGoingOut);
  const say = (status: Status, why: string, since: Moment): StatusAndWhy => ({ status, why, since });
  if (isDone(work)) return say('DONE', unit.closed ?? '', unit.done_at ?? unit.changed_at);
  if (open[0]) return say('NEEDS_ATTENTION', needs(open), open[0].asked_at);
  if (run) return say('RUNNING', goingOut ? 'the answer is going out' : '', run.started_at);
  if (unit.open.length > 0) return say('BLOCKED', `waits for ${unit.open.join(', ')}`, unit.added_at);
  if (goingOut) return say('BLOCKED', `going out: ${saidWords(goingOut)}`, goingOut.asked_at);
  return say('READY', '', unit.changed_at);
}

const needs = (open: readonly Item[]): string =>
  open.length > 1 ? `${open.length} open items` : (open[0]?.kind ?? '');

/** A slot is held by a live run that does not wait for a person. */
export function freeSlots(state: State, max_agents: number): number {
  let held = 0;
  for (const work of state.works) if (holdsSlot(work)) held++;
  return max_agents - held;
}

const holdsSlot = (work: WorkUnit): boolean =>
  !isDone(work) && liveRun(work) !== undefined && !work.items.some(isPending);
