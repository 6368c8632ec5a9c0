import type { PageData } from '../../shared/page-data.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import type { AttentionQueue } from './attention-queue.ts';
import type { BoardFilter } from './board-filter.ts';
import type { ProcessGrid } from './process-grid.ts';

/** Connects the elements of a page to its board: filter, queue and grid show the same query. */
export function joinBoard(page: ParentNode, live: LiveBoards, data: PageData): void {
  const { query, zone, notices, pulses } = data;
  const queue = page.querySelector<AttentionQueue>('attention-queue');
  const grid = page.querySelector<ProcessGrid>('process-grid');
  const filter = page.querySelector<BoardFilter>('board-filter');
  if (queue) {
    queue.notices = notices;
    queue.pulses = pulses;
    queue.join(live, query, zone);
  }
  if (grid) {
    grid.onPulses = (latest) => {
      if (queue) queue.pulses = latest;
    };
    grid.pulses = pulses;
    grid.join(live, query, zone);
  }
  if (!filter) return;
  filter.join(live, query, zone);
  filter.onFilter = (filtered) => {
    queue?.join(live, filtered, zone);
    grid?.join(live, filtered, zone);
  };
  // Links to other filters and pages stand in queue and grid, too.
  for (const element of [queue, grid]) element?.addEventListener('click', filter.follow);
}
