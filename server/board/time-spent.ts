/** How the last hours of a unit went. Read from its facts and its log, so that it is the same after a restart. */
import type { TimeSpan, TimeSpent, TimeUse } from '../../shared/detail.ts';
import type { Event } from '../../shared/events.ts';
import type { Moment, WorkUnit } from '../../shared/words.ts';
import { askingSpans, type OpenSpan } from './asking-spans.ts';

const SHOWN_MS = 12 * 3_600_000;
/** A unit that does more in these hours is shown coarsely before that: reading on would take too long. */
const MOST_EVENTS = 5000;
/** A smaller part of the time that is shown would not be seen: it counts to what was before. Five seconds of twelve hours. */
const SMALLEST = 1 / 8640;

/** `backwards`: its log, the latest first. */
export async function timeSpent(
  work: WorkUnit,
  backwards: AsyncIterable<Event>,
  now: Moment,
): Promise<TimeSpent> {
  const { unit, runs, items } = work;
  const start = new Date(Date.parse(now) - SHOWN_MS).toISOString();
  const from = unit.added_at > start ? unit.added_at : start;
  const end = unit.done_at !== null && unit.done_at < now ? unit.done_at : now;
  if (end <= from) return { from, to: now, spans: [] };
  const waiting = askingSpans(items, await sinceIn(backwards, from), from);
  const running = runs.map(({ started_at, ended_at }) => ({ from: started_at, to: ended_at }));
  return { from, to: now, spans: spansIn({ from, to: end }, { waiting, running }) };
}

/** The events since a moment, in order. */
export async function sinceIn(
  backwards: AsyncIterable<Event>,
  from: Moment,
  most = MOST_EVENTS,
): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of backwards) {
    if (event.at < from || events.length === most) break;
    events.push(event);
  }
  return events.reverse();
}

interface Uses {
  readonly waiting: readonly OpenSpan[];
  readonly running: readonly OpenSpan[];
}

/** Cuts the time wherever something begins or ends. Who waits for the operator does not run, whatever its process does. */
function spansIn({ from, to }: { from: Moment; to: Moment }, { waiting, running }: Uses): TimeSpan[] {
  const cuts = [...waiting, ...running].flatMap((each) => [each.from, each.to ?? to]);
  const moments = [...new Set([from, ...cuts, to])].filter((at) => at >= from && at <= to).sort();
  const shortest = (Date.parse(to) - Date.parse(from)) * SMALLEST;
  const spans: TimeSpan[] = [];
  for (const [nth, at] of moments.slice(0, -1).entries()) {
    const until = moments[nth + 1] ?? to;
    const use: TimeUse = isIn(waiting, at) ? 'waiting' : isIn(running, at) ? 'running' : 'blocked';
    const last = spans.at(-1);
    const isShort = Date.parse(until) - Date.parse(at) < shortest;
    if (last && (last.use === use || isShort)) spans[spans.length - 1] = { ...last, to: until };
    else spans.push({ use, from: at, to: until });
  }
  return spans;
}

const isIn = (stretches: readonly OpenSpan[], at: Moment): boolean =>
  stretches.some(({ from, to }) => from <= at && (to === null || at < to));
