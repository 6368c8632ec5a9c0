import { html, type TemplateResult } from 'lit';
import type { Moment } from '../words.ts';

/**
 * A moment as absolute text; script turns it into "3 min".
 * `zone`: the daemon's offset from UTC, in minutes.
 */
export const when = (at: Moment, zone: number): TemplateResult =>
  html`<time datetime=${at}>${localText(at, zone)}</time>`;

/** The same for a moment in the past: "3 min ago". */
export const ago = (at: Moment, zone: number): TemplateResult =>
  html`<time datetime=${at} data-ago>${localText(at, zone)}</time>`;

/** A future moment stays absolute. */
export const moment = (at: Moment, zone: number): TemplateResult =>
  html`<time datetime=${at} data-fixed>${at === '' ? '' : localText(at, zone)}</time>`;

/** "2026-11-22 14:02". */
export function localText(at: Moment, zone: number): string {
  const local = new Date(Date.parse(at) + zone * 60_000);
  return local.toISOString().slice(0, 16).replace('T', ' ');
}
