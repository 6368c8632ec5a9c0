/** The element `process-grid`: shows all units by status, with the filter and the bulk actions. */
import type { TemplateResult } from 'lit';
import { type Board, countsOf, type Pulses, pageOf } from '../../shared/board.ts';
import { bulkInput, bulkWords } from '../../shared/bulk.ts';
import { addressOf, type Query, queryKey, queryOf } from '../../shared/query.ts';
import { type Section, Sections } from '../../shared/sections.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import { processGrid } from '../../shared/views/process-grid.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { fieldsOf, newKey, sendSoon } from '../link/submit.ts';
import { whenIdle } from '../link/when-idle.ts';
import { BoardElement } from './board-element.ts';

/** How many lots a change may add at once, and how many an idle callback. */
const AT_ONCE = 3;
const WHEN_IDLE = 5;

/** All units by status. The address of the page holds its filter. */
export class ProcessGrid extends BoardElement {
  /** Elements that show the same query. */
  onFilter: (query: Query) => void = () => {};
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
  #onPop = () => this.#filter(location.search);

  override connectedCallback(): void {
    super.connectedCallback();
    // On other pages links open new tabs, and the address is not ours to change.
    if (this.isAbroad) return;
    this.addEventListener('click', this.#click);
    this.addEventListener('submit', this.#submit);
    addEventListener('popstate', this.#onPop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('click', this.#click);
    this.removeEventListener('submit', this.#submit);
    removeEventListener('popstate', this.#onPop);
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
    super.join(live, query, zone);
    this.#stopPulses();
    this.#stopPulses = live.followPulses(query, (pulses) => {
      this.#pulses = { ...this.#pulses, ...pulses };
      this.requestUpdate();
    });
  }

  protected override view(board: Board): TemplateResult {
    return processGrid({
      sections: this.#mountable(board),
      counts: countsOf(board),
      zone: this.zone,
      query: this.query,
      page: pageOf(board),
      pulses: this.#pulses,
      notice: this.#notice,
      place: this.isAbroad ? this.place : undefined,
    });
  }

  /**
   * Rendered lots stay rendered, and a single page is rendered whole. With more, a few lots are added per change, from the
   * top, and the rest when the browser is idle: nothing above them moves.
   */
  #mountable(board: Board): readonly Section[] {
    const sections = this.#sections.look(board);
    const last = sections.at(-1)?.lots.at(-1)?.cells.at(-1);
    if (pageOf(board)) this.#pageEnd = `/work-units/${last?.chunk}`;
    let room = pageOf(board) ? Number.POSITIVE_INFINITY : this.#idle ? WHEN_IDLE : AT_ONCE;
    this.#idle = false;
    const mounted = new Set<number>();
    const isMounted = ({ key }: { key: number }) => {
      const isIn = this.#mounted.has(key) || room-- > 0;
      if (isIn) mounted.add(key);
      return isIn;
    };
    const mountable = sections.map((section) => ({ ...section, lots: section.lots.filter(isMounted) }));
    this.#mounted = mounted;
    if (room < 0) this.#mountLater();
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
    return this.renderRoot.querySelector(`.cell a[href="${CSS.escape(href)}"]`);
  }

  /** Follows a filter link without a new page, so typed text stays. While disconnected its units come later. */
  #click = (event: MouseEvent): void => {
    const link =
      event.target instanceof Element &&
      event.target.closest<HTMLAnchorElement>('.filter a, .empty a, .pages a');
    if (!link || !this.live) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    this.#filter(link.search);
  };

  /** A search changes the address; a bulk action goes over the socket. */
  #submit = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    if (!this.live) return;
    event.preventDefault();
    if (form.role === 'search') this.#search(form);
    else this.#actOnAll(this.live, new FormData(form, event.submitter));
  };

  #search(form: HTMLFormElement): void {
    const search = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const address = addressOf(queryOf(search));
    history.pushState(null, '', address);
    this.#filter(address.slice(1));
  }

  #actOnAll({ connection }: LiveBoards, data: FormData): void {
    const input = { ...bulkInput(fieldsOf(data)), key: newKey() };
    this.#tell({ tone: 'busy', message: 'Sending …', field: null });
    sendSoon(connection, (signal) =>
      takingUnknown(connection.client.units.bulk.mutate)(input, { signal }),
    ).then(
      (outcome) => this.#tell({ tone: 'ended', message: bulkWords(outcome), field: null }),
      (error: Error) => this.#tell({ tone: 'wrong', message: error.message, field: null }),
    );
  }

  #tell(notice: Notice | undefined): void {
    this.#notice = notice;
    this.requestUpdate();
  }

  #filter(search: string): void {
    this.#notice = undefined;
    const query = queryOf(new URLSearchParams(search));
    if (queryKey(query) !== queryKey(this.query)) {
      this.#sections = new Sections();
      this.#mounted.clear();
    }
    if (this.live) this.join(this.live, query, this.zone);
    this.onFilter(query);
  }
}
