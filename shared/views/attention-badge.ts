import { html, type TemplateResult } from 'lit';
import type { Counts } from '../board.ts';
import type { Place } from './place.ts';

/** How much needs the operator, in a few words that lead to it. */
export const attentionBadge = (counts: Counts | undefined, { base }: Place): TemplateResult =>
  html`<a class="lamp" href="${base}/">${words(counts?.items ?? 0)}</a>`;

function words(items: number): string {
  if (items === 0) return 'Nothing needs you';
  return items === 1 ? '1 item needs you' : `${items} items need you`;
}
