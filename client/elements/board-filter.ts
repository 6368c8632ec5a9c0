/** The element `board-filter`: search and filter of the page. The address holds them. */
import type { TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import { type Board, countsOf } from '../../shared/board.ts';
import { addressOf, type Query, queryOf } from '../../shared/query.ts';
import { boardFilter } from '../../shared/views/board-filter.ts';
import { BoardElement } from './board-element.ts';

/** Changes the query of everything on the page without loading another page, so that typed text stays. */
export class BoardFilter extends BoardElement {
  /** Elements that show the same query. */
  onFilter: (query: Query) => void = () => {};
  #onPop = () => this.#filter(location.search);

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen('click', this.follow);
    this.listen('submit', this.#search);
    addEventListener('popstate', this.#onPop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('popstate', this.#onPop);
  }

  protected override view(board: Board): TemplateResult {
    return boardFilter({ counts: countsOf(board), query: this.query });
  }

  /** Follows a link to another filter, or page of units. While disconnected its units come later. */
  follow = (event: MouseEvent): void => {
    const link =
      event.target instanceof Element &&
      event.target.closest<HTMLAnchorElement>(`.filter a, .pages a, .empty a[href="${under('/')}"]`);
    if (!link || !this.live) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    this.#filter(link.search);
  };

  #search = (event: SubmitEvent): void => {
    if (!this.live) return;
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const address = addressOf(queryOf(new URLSearchParams(data as unknown as Record<string, string>)));
    history.pushState(null, '', under(address));
    this.#filter(address.slice(1));
  };

  #filter(search: string): void {
    const query = queryOf(new URLSearchParams(search));
    if (this.live) this.join(this.live, query, this.zone);
    this.onFilter(query);
  }
}
