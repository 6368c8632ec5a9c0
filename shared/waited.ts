import { ageOf } from './age.ts';
import type { Moment } from './words.ts';

/** How long units have waited for the operator since midnight, as of `at`. */
export interface WaitedToday {
  readonly at: Moment;
  /** The sum over all units. */
  readonly waited_ms: number;
  /** How many still wait: so much faster than the clock the sum grows. */
  readonly waiting: number;
  /** The item that has waited longest; null: none waits. */
  readonly oldest: { readonly chunk: string; readonly asked_at: Moment } | null;
}

/** The same in words, some time later; empty: nothing has waited. */
export function waitedWords({ at, waited_ms, waiting, oldest }: WaitedToday, now: number): string {
  const sum = waited_ms + waiting * Math.max(0, now - Date.parse(at));
  if (sum < 1000) return '';
  const longest =
    oldest === null
      ? ''
      : ` ${oldest.chunk} has waited longest: ${ageOf(now - Date.parse(oldest.asked_at))}.`;
  return `Units have waited ${ageOf(sum)} for you today.${longest}`;
}
