/** Derives the status of a unit, and why it has it. */
import type { Item } from '../../shared/item-words.ts';
import { closingWords, holdWords, limitWords } from '../../shared/reason-sentences.ts';
import { saidWords, snoozedWords } from '../../shared/sentences.ts';
import type { Moment, Status, WorkUnit } from '../../shared/words.ts';
import { rivalWords } from './serial-order.ts';
import {
  agentNamed,
  isAsking,
  isDone,
  isGoingOut,
  isMerging,
  isPending,
  isSnoozed,
  liveRun,
  type State,
  tendedRun,
} from './state.ts';

export interface StatusAndWhy {
  readonly status: Status;
  /** A sentence part where the status alone does not say; else empty. */
  readonly why: string;
  readonly since: Moment;
}

/** The status of a unit. It follows from the facts, in this order; nothing sets it. */
export function statusOf(state: State, work: WorkUnit): StatusAndWhy {
  const { unit } = work;
  const asking = work.items.filter(isAsking);
  const run = liveRun(work);
  const goingOut = work.items.find(isGoingOut);
  const say = (status: Status, why: string, since: Moment): StatusAndWhy => ({ status, why, since });
  if (isDone(work))
    return say('DONE', unit.closed ? closingWords(unit.closed) : '', unit.done_at ?? unit.changed_at);
  if (asking[0]) return say('NEEDS_ATTENTION', needs(asking), asking[0].asked_at);
  if (run) return say('RUNNING', whileRunning(work, goingOut), run.started_at);
  if (unit.held !== null) return say('BLOCKED', `held: ${holdWords(unit.held)}`, unit.changed_at);
  if (unit.open.length > 0) return say('BLOCKED', `waits for ${unit.open.join(', ')}`, unit.added_at);
  if (unit.retry_due !== null)
    return say('BLOCKED', `tries again at ${unit.retry_due.slice(11, 19)} UTC`, unit.changed_at);
  const snoozed = work.items.find(isSnoozed);
  if (snoozed) return say('BLOCKED', snoozedWords(snoozed.snooze), snoozed.asked_at);
  if (goingOut) return say('BLOCKED', `going out: ${saidWords(goingOut)}`, goingOut.asked_at);
  const { agent } = unit.spec;
  if (agent !== null && !agentNamed(state, agent))
    return say('BLOCKED', `the agent ${agent} is not trusted: signalbox trust`, unit.changed_at);
  const rivals = rivalWords(state, work);
  if (rivals !== '') return say('BLOCKED', rivals, unit.changed_at);
  return say('READY', betweenRuns(work), unit.changed_at);
}

function betweenRuns(work: WorkUnit): string {
  if (isMerging(work)) return 'being merged';
  return work.unit.work?.made_at === null ? 'preparing its worktree' : '';
}

function whileRunning(work: WorkUnit, goingOut: Item | undefined): string {
  const { unit, items } = work;
  const kill = liveRun(work)?.kill;
  if (kill) return kill.next === 'stuck' ? `being stopped: ${limitWords(kill)}` : 'being killed';
  const snoozed = items.find(isSnoozed);
  if (snoozed) return `waiting for you, ${snoozedWords(snoozed.snooze)}`;
  if (goingOut) return 'the answer is going out';
  if (unit.held !== null) return `held after this phase: ${holdWords(unit.held)}`;
  return lastWords(liveRun(work)?.said ?? '');
}

/** A row has room for a line. */
function lastWords(said: string): string {
  const line = said.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 120)} …` : line;
}

const needs = (open: readonly Item[]): string =>
  open.length > 1 ? `${open.length} open items` : (open[0]?.kind ?? '');

/** A slot is held by a live run that does not wait for a person. */
export function freeSlots(state: State): number {
  let held = 0;
  for (const work of state.works) if (holdsSlot(work)) held++;
  return state.settings.max_agents - held;
}

const holdsSlot = (work: WorkUnit): boolean => tendedRun(work) !== undefined && !work.items.some(isPending);
