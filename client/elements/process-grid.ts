/** The element `process-grid`: shows all units by status, with the bulk actions. */
import type { TemplateResult } from 'lit';
import { type Board, countsOf, itemsByChunk, pageOf } from '../../shared/board.ts';
import { type Query, queryKey } from '../../shared/query.ts';
import { Sections } from '../../shared/sections.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import { type BulkForm, processGrid } from '../../shared/views/process-grid.ts';
import type { Connection } from '../link/connection.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { PulsingElement } from './pulsing-element.ts';

/** One thing, done to all units that a filter shows. */
export interface BulkActions {
  readonly form: BulkForm;
  act(connection: Connection, data: FormData, tell: (notice: Notice) => void): void;
}

/** All units by status. */
export class ProcessGrid extends PulsingElement {
  /** Set on our own page, where the operator may act. */
  static bulk: BulkActions | null = null;
  #notice: Notice | undefined;
  #sections = new Sections();

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.isAbroad) this.addEventListener('submit', this.#submit);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('submit', this.#submit);
  }

  override join(live: LiveBoards, query: Query, zone: number): void {
    if (queryKey(query) !== queryKey(this.query)) {
      this.#notice = undefined;
      this.#sections = new Sections();
    }
    super.join(live, query, zone);
  }

  protected override view(board: Board): TemplateResult {
    return processGrid({
      sections: this.#sections.look(board),
      counts: countsOf(board),
      clock: this.clock,
      query: this.query,
      page: pageOf(board),
      pulses: this.pulses,
      items: itemsByChunk(board),
      bulk: this.isAbroad ? null : (ProcessGrid.bulk?.form ?? null),
      notice: this.#notice,
      place: this.isAbroad ? this.place : undefined,
    });
  }

  /** A unit that moved to another section gets a new node there. */
  protected override heirOf(gone: Element): Element | null {
    const link = gone.closest('.pages')
      ? [...this.renderRoot.querySelectorAll<HTMLElement>('.cell a')].at(-1)
      : this.renderRoot.querySelector(`.cell a[href="${CSS.escape(gone.getAttribute('href') ?? '')}"]`);
    return link?.closest('details:not([open])')?.querySelector('summary') ?? link ?? null;
  }

  /** A bulk action goes over the socket. */
  #submit = (event: SubmitEvent): void => {
    if (!this.live?.isConnected) return;
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement, event.submitter);
    ProcessGrid.bulk?.act(this.live.connection, data, (notice) => this.#tell(notice));
  };

  #tell(notice: Notice | undefined): void {
    this.#notice = notice;
    this.requestUpdate();
  }
}
