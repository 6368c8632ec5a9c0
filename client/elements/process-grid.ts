/** The element `process-grid`: shows all units by status, with the bulk actions. */
import type { TemplateResult } from 'lit';
import { type Board, countsOf, itemsByChunk, type Pulses, pageOf } from '../../shared/board.ts';
import { type Query, queryKey } from '../../shared/query.ts';
import { type Lot, type Section, Sections } from '../../shared/sections.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import { type BulkForm, processGrid } from '../../shared/views/process-grid.ts';
import type { Connection } from '../link/connection.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { whenIdle } from '../link/when-idle.ts';
import { BoardElement } from './board-element.ts';

/** How many units a change may add at once, and how many an idle callback. */
const AT_ONCE = 300;
const WHEN_IDLE = 500;

/** One thing, done to all units that a filter shows. */
export interface BulkActions {
  readonly form: BulkForm;
  act(connection: Connection, data: FormData, tell: (notice: Notice) => void): void;
}

/** All units by status. */
export class ProcessGrid extends BoardElement {
  /** Set on our own page, where the operator may act. */
  static bulk: BulkActions | null = null;
  /** Called with the last lines of all runs, when one has changed. */
  onPulses: (pulses: Pulses) => void = () => {};
  #pulses: Pulses = {};
  #notice: Notice | undefined;
  #stopPulses = () => {};
  #sections = new Sections();
  /** Lots that are rendered. */
  #mounted = new Set<number>();
  /** Whether the browser is idle. */
  #idle = false;
  #stopMounting: (() => void) | null = null;
  /** Link to focus when the pager is removed. */
  #pageEnd = '';

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.isAbroad) this.addEventListener('submit', this.#submit);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('submit', this.#submit);
  }

  override rest(): void {
    super.rest();
    this.#stopPulses();
    this.#stopMounting?.();
    this.#stopMounting = null;
  }

  set pulses(pulses: Pulses) {
    this.#pulses = pulses;
  }

  override join(live: LiveBoards, query: Query, zone: number): void {
    if (queryKey(query) !== queryKey(this.query)) {
      this.#notice = undefined;
      this.#sections = new Sections();
      this.#mounted.clear();
    }
    super.join(live, query, zone);
    this.#stopPulses();
    this.#stopPulses = live.followPulses(query, (pulses) => {
      this.#pulses = { ...this.#pulses, ...pulses };
      this.onPulses(this.#pulses);
      this.requestUpdate();
    });
  }

  protected override view(board: Board): TemplateResult {
    return processGrid({
      sections: this.#mountable(board),
      counts: countsOf(board),
      clock: this.clock,
      query: this.query,
      page: pageOf(board),
      pulses: this.#pulses,
      items: itemsByChunk(board),
      bulk: this.isAbroad ? null : (ProcessGrid.bulk?.form ?? null),
      notice: this.#notice,
      place: this.isAbroad ? this.place : undefined,
    });
  }

  /**
   * Rendered lots stay rendered, and a single page is rendered whole. With more, some units are added per change, from the
   * top, and the rest when the browser is idle: nothing above them moves.
   */
  #mountable(board: Board): readonly Section[] {
    const sections = this.#sections.look(board);
    const last = sections.at(-1)?.lots.at(-1)?.cells.at(-1);
    if (pageOf(board)) this.#pageEnd = `/work-units/${last?.chunk}`;
    let room = pageOf(board) ? Number.POSITIVE_INFINITY : this.#idle ? WHEN_IDLE : AT_ONCE;
    this.#idle = false;
    const mounted = new Set<number>();
    const isMounted = ({ key, cells }: Lot) => {
      const isIn = this.#mounted.has(key) || room > 0;
      if (isIn) mounted.add(key);
      else return false;
      if (!this.#mounted.has(key)) room -= cells.length;
      return true;
    };
    const mountable = sections.map((section) => ({ ...section, lots: section.lots.filter(isMounted) }));
    this.#mounted = mounted;
    if (sections.some(({ lots }) => lots.some(({ key }) => !mounted.has(key)))) this.#mountLater();
    return mountable;
  }

  #mountLater(): void {
    this.#stopMounting ??= whenIdle(() => {
      this.#stopMounting = null;
      this.#idle = true;
      this.requestUpdate();
    });
  }

  /** A unit that moved to another section gets a new node there. */
  protected override heirOf(gone: Element): Element | null {
    // The pager disappears when all units are loaded: focus what stood above.
    const href = gone.closest('.pages') ? this.#pageEnd : (gone.getAttribute('href') ?? '');
    const link = this.renderRoot.querySelector(`.cell a[href="${CSS.escape(href)}"]`);
    return link?.closest('details:not([open])')?.querySelector('summary') ?? link;
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
