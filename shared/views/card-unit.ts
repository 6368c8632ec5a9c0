import { html, type TemplateResult } from 'lit';
import type { Card } from '../board.ts';
import type { QueueView } from './attention-queue.ts';

/** The name of the unit that an item belongs to, after that of its project where the page shows several. */
export const cardUnit = (card: Card, { forms, clock }: Pick<QueueView, 'forms' | 'clock'>): TemplateResult =>
  html`<strong class="chunk">${forms?.mark?.(card, clock)}${card.chunk}</strong>`;
