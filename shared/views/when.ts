import { html, type TemplateResult } from 'lit';
import type { AgeKind } from '../age.ts';
import type { Moment } from '../words.ts';

/** How the views of one drawing write moments. */
export interface ViewClock {
  /** The offset from UTC, in minutes. */
  readonly zone: number;
  /** The date of the drawing, as "2026-11-22": a moment of the same date is written without it. */
  readonly day: string;
  /** The moment of the drawing. */
  readonly now: number;
}

/** A moment with what it means: "since 14:02", which script turns into "waits 3 min". */
export const age = (kind: AgeKind, at: Moment, clock: ViewClock): TemplateResult =>
  html`<time datetime=${at} data-as=${kind}>${WITHOUT_SCRIPT[kind](at, clock)}</time>`;

const since = (at: Moment, clock: ViewClock): string => `since ${shortText(at, clock)}`;
const WITHOUT_SCRIPT: Readonly<Record<AgeKind, (at: Moment, clock: ViewClock) => string>> = {
  waits: since,
  for: since,
  done: (at, clock) => `done ${shortText(at, clock)}`,
  ago: shortText,
  silent: (at, clock) => `last line ${shortText(at, clock)}`,
  until: (at, clock) => (Date.parse(at) <= clock.now ? 'no longer' : `until ${shortText(at, clock)}`),
  left: (at, { zone }) => `until ${localTime(at, zone)}`,
};

/** A future moment stays absolute. */
export const moment = (at: Moment, zone: number): TemplateResult =>
  html`<time datetime=${at} data-fixed>${at === '' ? '' : localText(at, zone)}</time>`;

/** A moment that stays: its date is written where it is not that of the drawing. */
export const shortMoment = (at: Moment, clock: ViewClock): TemplateResult =>
  html`<time datetime=${at} data-fixed>${shortText(at, clock)}</time>`;

const local = (at: Moment, zone: number): string =>
  new Date(Date.parse(at) + zone * 60_000).toISOString().replace('T', ' ');

/** "2026-11-22 14:02". */
export const localText = (at: Moment, zone: number): string => local(at, zone).slice(0, 16);

/** "14:02", with the date before it if that is another day. */
function shortText(at: Moment, { zone, day }: ViewClock): string {
  const text = localText(at, zone);
  return text.startsWith(day) && day !== '' ? text.slice(11) : text;
}

/** "14:02:09". */
const localTime = (at: Moment, zone: number): string => local(at, zone).slice(11, 19);

export const clockAt = (now: Date, zone: number): ViewClock => ({
  zone,
  day: localText(now.toISOString(), zone).slice(0, 10),
  now: now.getTime(),
});
