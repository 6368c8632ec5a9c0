/** The elements on our own page, where the operator may do everything. */
import { bulkForm } from '../../shared/views/bulk-form.ts';
import { QUEUE_FORMS } from '../../shared/views/queue-forms.ts';
import { AttentionQueue } from './attention-queue.ts';
import { BoardElement } from './board-element.ts';
import { BoardFilter } from './board-filter.ts';
import { takeOver } from './hydration.ts';
import { OpenCards } from './open-cards.ts';
import { ProcessGrid } from './process-grid.ts';

type ActOnAll = Pick<typeof import('./act-on-all.ts'), 'actOnAll'>;

/** `later` loads what acts on all units that a filter shows. */
export function defineElements(later: () => Promise<ActOnAll>): void {
  BoardElement.takeOver = takeOver;
  AttentionQueue.forms = QUEUE_FORMS;
  AttentionQueue.openCards = (...given) => new OpenCards(...given);
  ProcessGrid.bulk = {
    form: bulkForm,
    act: async (...given) => (await later()).actOnAll(...given),
  };
  customElements.define('attention-queue', AttentionQueue);
  customElements.define('process-grid', ProcessGrid);
  customElements.define('board-filter', BoardFilter);
}
