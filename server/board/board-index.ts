import { type Card, type Cell, type Counts, inOrder, type News, type Row } from '../../shared/board.ts';
import { PAGE_UNITS, type Query, queryKey } from '../../shared/query.ts';
import { STATUSES, type Status, type WorkUnit } from '../../shared/words.ts';
import { impactOf, impactScore } from '../domain/impact.ts';
import type { PersistentVector } from '../domain/persistent-vector.ts';
import { EMPTY, exists, findItem, isPending, type State } from '../domain/state.ts';
import { byStatus, cardOf, cellOf, countsRow, itemKey, sameRow, unitKey } from './board-rows.ts';
import { Causes } from './causes.ts';
import { LeftUnits } from './left-units.ts';
import { isSearch, says, shows, showsCard, wants } from './query-filter.ts';

/** The impact of an item that has left the queue. */
const UNRANKED = { impact: { blocked: 0, chain: [] }, score: 0 };

/** Size limit of the query cache. */
const MOST_QUERIES = 200;

/**
 * The rows of a state, in order. Keeps the last state and recomputes only what
 * changed; each row carries the number of the event that last changed it, so that the changes since any
 * number are found by comparison, whether a viewer lags by one event or by a day.
 */
export class BoardIndex {
  #state: State;
  #seen: { readonly works: PersistentVector<WorkUnit>; readonly graph: number } | null = null;
  readonly #cells = new Map<string, Cell>();
  readonly #cards = new Map<string, Card>();
  #counts = countsRow([], [], EMPTY);
  readonly #causes = new Causes();
  readonly #news = new Map<string, News>();
  readonly #pages = new Map<string, readonly Row[]>();
  readonly #left: LeftUnits;

  constructor(state: State) {
    this.#state = state;
    this.#left = new LeftUnits(state.archive.sums.seq);
    this.#take(state);
  }

  /** The number of the state that the rows show. */
  get seq(): number {
    return this.#state.seq;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Whether it is known which units have left since a number. */
  knowsSince(seq: number): boolean {
    return this.#left.knowsSince(seq);
  }

  /** Updates the rows to a newer state. */
  look(state: State): void {
    if (state !== this.#state) this.#take(state);
  }

  #take(state: State): void {
    const changed = this.#seen ? state.works.changedSince(this.#seen.works) : [...state.works];
    for (const work of changed)
      for (const item of work.items) if (!isPending(item)) this.#cards.delete(item.id);
    const left = this.#seen ? state.works.emptiedSince(this.#seen.works) : [];
    for (const { unit } of left) this.#cells.delete(unitKey(unit.id));
    this.#left.add(left, state.seq);
    for (const work of this.#affected(state, changed)) this.#drawCell(state, work);
    this.#rankCards(state, this.#seen?.graph === state.graph ? changed : state.works);
    const counts = countsRow(this.#cells.values(), this.#cards.values(), state);
    if (!this.#seen || !sameRow(this.#counts, counts)) this.#counts = counts;
    this.#state = state;
    this.#seen = state;
    this.#news.clear();
    this.#pages.clear();
  }

  /** Recomputes changed units and their rivals, whose status depends on them. */
  #affected(state: State, changed: readonly WorkUnit[]): Set<WorkUnit> {
    const rivals = changed.flatMap(({ conflicts }) =>
      conflicts.map((conflict) => state.works.get(conflict.with)),
    );
    // A new order, other agents or another end of a chain can change units that had no event.
    const ordered =
      this.#seen?.graph === state.graph
        ? []
        : [...state.works].filter(
            (work) =>
              work.conflicts.length > 0 || work.unit.spec.agent !== null || this.#hasOtherCause(state, work),
          );
    return new Set([...changed, ...rivals, ...ordered].filter((work) => work !== undefined));
  }

  #hasOtherCause(state: State, work: WorkUnit): boolean {
    const cell = this.#cells.get(unitKey(work.unit.id));
    return cell !== undefined && cell.cause !== '' && cell.cause !== this.#causes.of(state, work);
  }

  /** A cell changed by another unit's event takes its seq. */
  #drawCell(state: State, work: WorkUnit): void {
    const key = unitKey(work.unit.id);
    if (!exists(work)) {
      this.#cells.delete(key);
      return;
    }
    const cell = cellOf(state, work, this.#causes.of(state, work));
    const before = this.#cells.get(key);
    const own = !before || before.seq < cell.seq;
    if (!own && sameRow(before, cell)) return;
    this.#cells.set(key, own && work.conflicts.length === 0 ? cell : { ...cell, seq: state.seq });
  }

  /** Only changed units, if the dependency graph is the same; else all, for their impact. */
  #rankCards(state: State, works: Iterable<WorkUnit>): void {
    for (const work of works) {
      const pending = work.items.filter(isPending);
      if (pending.length === 0) continue;
      const impact = impactOf(state, work.unit.id);
      const ranked = { impact, score: impactScore(impact, state.settings.weight) };
      for (const item of pending) {
        const card = cardOf(work, item, ranked, state.seq);
        const before = this.#cards.get(item.id);
        if (!before || !sameRow(before, card)) this.#cards.set(item.id, card);
      }
    }
  }

  /** All rows of a query, or of one of its pages. */
  rows(query: Query): readonly Row[] {
    return query.page === undefined ? this.since(query, -1).put : this.#page(query, query.page);
  }

  /**
   * The units of a page, by status and then by order; the queue is on every page. The content of a page
   * depends on units that are not on it, so there are no incremental changes: a viewer compares two pages.
   */
  #page(query: Query, page: number): readonly Row[] {
    const key = queryKey(query);
    let rows = this.#pages.get(key);
    if (!rows) {
      rows = this.#drawPage(query, page);
      remember(this.#pages, key, rows);
    }
    return rows;
  }

  #drawPage(query: Query, page: number): readonly Row[] {
    const cells = this.#inSections(query);
    const pages = Math.max(1, Math.ceil(cells.length / PAGE_UNITS));
    const shown = cells.slice((page - 1) * PAGE_UNITS, page * PAGE_UNITS);
    const cards = [...this.#cards.values()].filter((card) => showsCard(query, card));
    const row = {
      row: 'page',
      key: 'page',
      seq: this.seq,
      order: [],
      page,
      pages,
      total: cells.length,
    } as const;
    return [...shown, ...cards, this.#countsFor(query), row];
  }

  /** Names of all units that match a query, in order. */
  chunks(query: Query): string[] {
    return this.#inSections(query).map(({ chunk }) => chunk);
  }

  /** The units whose name or title a text is part of, the nearest first: the name itself, names that begin with it, others. */
  find(q: string, most: number): Cell[] {
    const words = q.toLowerCase();
    const ranks: Cell[][] = [[], [], [], []];
    for (const cell of this.#cells.values()) {
      const at = cell.chunk.indexOf(words);
      const rank = cell.chunk === words ? 0 : at === 0 ? 1 : at > 0 ? 2 : says(q, cell.title) ? 3 : -1;
      ranks[rank]?.push(cell);
    }
    return ranks.flatMap((cells) => cells.sort(openFirst)).slice(0, most);
  }

  /** Cells come in the order in which they were added, which is that of their ids; only DONE units have another. */
  #inSections(query: Query): Cell[] {
    const sections = new Map<Status, Cell[]>(STATUSES.map((status) => [status, []]));
    for (const cell of this.#cells.values()) {
      const work = this.#state.works.get(cell.id);
      if (work && shows(query, cell, work)) sections.get(cell.status)?.push(cell);
    }
    sections.get('DONE')?.sort(inOrder);
    return [...sections.values()].flat();
  }

  /** Changes for a query after a number, cached for all viewers. */
  since(query: Query, seq: number): News {
    const key = `${seq} ${queryKey(query)}`;
    let news = this.#news.get(key);
    if (!news) {
      news = query.item === undefined ? this.#boardSince(query, seq) : this.#itemSince(query.item, seq);
      remember(this.#news, key, news);
    }
    return news;
  }

  #boardSince(query: Query, seq: number): News {
    const put: Row[] = [];
    const drop = wants(query, 'units') ? this.#left.since(seq) : [];
    for (const work of this.#state.works) {
      const { unit, items } = work;
      const cell = this.#cells.get(unitKey(unit.id));
      if (Math.max(unit.seq, cell?.seq ?? 0) <= seq) continue;
      if (cell && shows(query, cell, work)) put.push(cell);
      else if (wants(query, 'units')) drop.push(unitKey(unit.id));
      if (wants(query, 'items')) for (const item of items) if (!isPending(item)) drop.push(itemKey(item.id));
    }
    for (const card of this.#cards.values())
      if (card.seq > seq && wants(query, 'items')) {
        if (showsCard(query, card)) put.push(card);
        else drop.push(card.key);
      }
    if (this.#counts.seq > seq || (isSearch(query) && put.length + drop.length > 0))
      put.push(this.#countsFor(query));
    return { seq: this.seq, put, drop };
  }

  /** A search has counts of what it finds, whichever status it shows of that. */
  #countsFor(query: Query): Counts {
    if (!isSearch(query)) return this.#counts;
    const { kind, q } = query;
    return { ...this.#counts, found: byStatus(this.#inSections({ kind, q })) };
  }

  /** One item, also after it has left the queue. */
  #itemSince(id: string, seq: number): News {
    const card = this.#cards.get(id) ?? this.#endedCard(id);
    return { seq: this.seq, put: card && card.seq > seq ? [card] : [], drop: [] };
  }

  #endedCard(id: string): Card | undefined {
    const found = findItem(this.#state, id);
    return found && cardOf(found.work, found.item, UNRANKED, found.work.unit.seq);
  }
}

const openFirst = (a: Cell, b: Cell): number =>
  Number(a.status === 'DONE') - Number(b.status === 'DONE') || a.id - b.id;

/** Clears the cache when it is full: entries in use are soon recomputed. */
function remember<T>(known: Map<string, T>, key: string, value: T): void {
  if (known.size >= MOST_QUERIES) known.clear();
  known.set(key, value);
}
