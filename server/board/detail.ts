import { answerWordsOf, askingOf } from '../../shared/daemon-question-sentences.ts';
import { codeOf } from '../../shared/daemon-questions.ts';
import type {
  ConflictLine,
  DeliveryState,
  Detail,
  HistoryLine,
  ItemLine,
  StepState,
} from '../../shared/detail.ts';
import { eventWords } from '../../shared/event-sentences.ts';
import type { Event } from '../../shared/events.ts';
import type { Item } from '../../shared/item-words.ts';
import { ruleWords } from '../../shared/policy-sentences.ts';
import { outcomeWords, withdrawalWords } from '../../shared/reason-sentences.ts';
import { statusReasonWords } from '../../shared/status-sentences.ts';
import type { Moment, WorkUnit } from '../../shared/words.ts';
import { hasReceiver } from '../domain/delivery.ts';
import { workOf } from '../domain/lookup.ts';
import { pairKey, serialOrderOf } from '../domain/serial-order.ts';
import { exists, findWork, isGoingOut, isOver, liveRun, type State } from '../domain/state.ts';
import { statusOf } from '../domain/status.ts';
import { usageOf, withoutDays } from '../domain/usage.ts';
import { answerOf, cardState, waitOf } from './board-rows.ts';
import { judgedWords } from './conflict-list.ts';
import { timeSpent } from './time-spent.ts';

/** Events of a history that are sent at once. */
export const HISTORY_LINES = 100;

export interface DetailInput {
  /** Reads the log of a unit backwards, from before a number. */
  readonly backwards: (unit: number, before?: number) => AsyncIterable<Event>;
  /** The history stops before this event; absent: it goes up to the last one. */
  readonly before?: number | undefined;
  readonly now: Moment;
}

/** Everything about one unit. Throws a `Refusal` if there is no such unit. */
export async function detailOf(
  state: State,
  chunk: string,
  { backwards, before, now }: DetailInput,
): Promise<Detail> {
  const work = workOf(state, chunk);
  const { id } = work.unit;
  return {
    ...factsOf(state, work),
    ...(await historyIn(work, backwards(id, before))),
    time: await timeSpent(work, backwards(id), now),
  };
}

/** What the state says of a unit, without its log. */
export function factsOf(state: State, work: WorkUnit): Omit<Detail, 'history' | 'earlier' | 'time'> {
  const { unit } = work;
  const { chunk } = unit;
  const { status, why, since } = statusOf(state, work);
  return {
    seq: unit.seq,
    chunk,
    title: unit.title,
    goal: unit.goal,
    status,
    why: statusReasonWords(why, work.items),
    since,
    priority: unit.priority,
    held: unit.held,
    retry_due: unit.retry_due,
    closed: unit.closed,
    paths: unit.paths,
    external: unit.spec.external,
    agent: unit.spec.agent,
    live: liveRun(work)?.number ?? null,
    added_at: unit.added_at,
    archived_at: unit.archived_at ?? null,
    steps: unit.spec.steps.map((step, nth) => ({ ...step, state: stepState(work, nth) })),
    after: [
      ...unit.open.map((on) => ({
        chunk: on,
        state: findWork(state, on) ? ('open' as const) : ('unknown' as const),
      })),
      ...unit.met.map((on) => ({ chunk: on, state: 'met' as const })),
    ],
    before: (state.waiting.get(chunk) ?? []).map((id) => state.works.get(id)?.unit.chunk ?? ''),
    conflicts: conflictLines(state, work),
    work: unit.work,
    runs: work.runs.map(
      ({ number, phase, agent, executor, carrier, started_at, ended_at, outcome, usage }) => ({
        number,
        phase,
        agent,
        executor: executor ?? null,
        machine: carrier?.machine ?? null,
        started_at,
        ended_at,
        outcome,
        said: outcome ? outcomeWords(outcome) : 'live',
        usage: usage ? withoutDays(usage) : null,
      }),
    ),
    items: work.items.map((item) => itemLine(work, item)),
    rules: (unit.rules ?? []).map((rule) => ({ ...rule, said: ruleWords(rule) })),
    usage: usageOf(work),
    budget: unit.budget ?? null,
  };
}

/** The latest lines of a part of the log that is read backwards. */
async function historyIn(
  { items }: WorkUnit,
  backwards: AsyncIterable<Event>,
): Promise<Pick<Detail, 'history' | 'earlier'>> {
  const history: HistoryLine[] = [];
  for await (const event of backwards) {
    if (history.length === HISTORY_LINES)
      return { history: history.reverse(), earlier: history[0]?.seq ?? null };
    history.push(historyLine(event, items));
  }
  return { history: history.reverse(), earlier: null };
}

const historyLine = (event: Event, items: readonly Item[]): HistoryLine => ({
  seq: event.seq,
  at: event.at,
  who: event.by.actor,
  door: event.by.door,
  type: event.type,
  run: event.type.startsWith('run.') && 'number' in event.data ? event.data.number : null,
  what: eventWords(event, items),
});

function conflictLines(state: State, { unit, conflicts }: WorkUnit): ConflictLine[] {
  return conflicts.flatMap((conflict) => {
    const { with: id } = conflict;
    const other = state.works.get(id);
    if (!other || !exists(other)) return [];
    const dropped = serialOrderOf(state).dropped.has(pairKey(unit.id, id));
    return [{ ...judgedWords(conflict), chunk: other.unit.chunk, dropped }];
  });
}

function stepState({ unit }: WorkUnit, nth: number): StepState {
  if (nth < unit.finished) return 'finished';
  return nth === unit.finished && unit.closed === null ? 'current' : 'to come';
}

function itemLine(work: WorkUnit, item: Item): ItemLine {
  const { id, version, kind, asked_at, answer } = item;
  return {
    id,
    version,
    kind,
    code: codeOf(item),
    prompt: askingOf(item).prompt,
    asked_at,
    state: cardState(item),
    wait: waitOf(work, item),
    answer: answerOf(item),
    said: answerWordsOf(item),
    answered_by: answer?.by ?? null,
    answered_via: answer?.via ?? null,
    answered_by_rule: answer?.rule ?? null,
    answered_at: answer?.at ?? null,
    delivery: deliveryOf(work, item),
    given_to: answer?.given_to ?? null,
    delivered_to: item.delivery?.to ?? null,
    delivered_at: item.delivery?.at ?? null,
    withdrawn_why: item.withdrawal && withdrawalWords(item),
  };
}

function deliveryOf(work: WorkUnit, item: Item): DeliveryState | null {
  if (!hasReceiver(item) || isGoingOut(item)) return null;
  if (item.delivery) return 'delivered';
  if (isOver(work) || item.withdrawal) return 'never';
  return item.answer?.given_to == null ? 'undelivered' : 'given';
}
