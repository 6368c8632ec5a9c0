/**
 * What of our own page is of use only with a connection, and loaded beside it: what sends the forms of the queue, and the
 * units with filter and search. Until then nothing of them changes, and their links and forms are the browser's.
 */
import type { PageData } from '../../shared/page-data.ts';
import { bulkForm } from '../../shared/views/bulk-form.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { AttentionQueue } from './attention-queue.ts';
import { BoardFilter } from './board-filter.ts';
import { ItemSubmissions } from './item-submissions.ts';
import { ProcessGrid } from './process-grid.ts';

type ActOnAll = Pick<typeof import('./act-on-all.ts'), 'actOnAll'>;

/** `later` loads what acts on all units that a filter shows. */
export function defineConnected(later: () => Promise<ActOnAll>): void {
  AttentionQueue.submissions = (...given) => new ItemSubmissions(...given);
  ProcessGrid.bulk = {
    form: bulkForm,
    act: async (...given) => (await later()).actOnAll(...given),
  };
  customElements.define('process-grid', ProcessGrid);
  customElements.define('board-filter', BoardFilter);
}

/** Queue, grid and filter show the same query. To be called before there is a connection: they are taken over as drawn. */
export function joinUnits(page: ParentNode, live: LiveBoards, { query, zone, pulses }: PageData): void {
  const queue = page.querySelector<AttentionQueue>('attention-queue');
  const grid = page.querySelector<ProcessGrid>('process-grid');
  const filter = page.querySelector<BoardFilter>('board-filter');
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
