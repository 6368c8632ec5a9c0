import type { PageData } from '../../shared/page-data.ts';
import { QUEUE_FORMS } from '../../shared/views/queue-forms.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { AttentionQueue } from './attention-queue.ts';
import { BoardElement } from './board-element.ts';
import { takeOver } from './hydration.ts';
import { OpenCards } from './open-cards.ts';

/** Brings the queue of our own page to life, where the operator may do everything. */
export function joinQueue(
  page: ParentNode,
  live: LiveBoards,
  { query, zone, notices, pulses }: PageData,
): void {
  const queue = page.querySelector<AttentionQueue>('attention-queue');
  if (!queue) return;
  queue.notices = notices;
  queue.pulses = pulses;
  queue.join(live, query, zone);
}

export function defineQueue(): void {
  BoardElement.takeOver = takeOver;
  AttentionQueue.forms = QUEUE_FORMS;
  AttentionQueue.openCards = (...given) => new OpenCards(...given);
  customElements.define('attention-queue', AttentionQueue);
}
