import type { Card, Cell, Counts, News, Row } from '../../shared/board.ts';
import { PAGE_UNITS, type Query, queryKey } from '../../shared/query.ts';
import { STATUSES, type WorkUnit } from '../../shared/words.ts';
import { impactOf, impactScore } from '../domain/impact.ts';
import { activeWorks, EMPTY, exists, findItem, isPending, type State } from '../domain/state.ts';
import { byStatus, cardOf, cellOf, countsRow, itemKey, sameRow, unitKey } from './board-rows.ts';
import { Causes, waitersOn } from './causes.ts';
import { Cells } from './cells.ts';
import { findCells } from './find-cells.ts';
import { LeftUnits } from './left-units.ts';
import { QueryCache } from './query-cache.ts';
import { isSearch, isWhole, shows, showsCard, wants } from './query-filter.ts';
import { RecentChanges } from './recent-changes.ts';

/** The impact of an item that has left the queue. */
const UNRANKED = { impact: { blocked: 0, chain: [] }, score: 0 };

/**
 * The rows of a state, in order. Keeps the last state and recomputes only what
 * changed; each row carries the number of the event that last changed it, so that the changes since any
 * number are found by comparison, whether a viewer lags by one event or by a day.
 */
export class BoardIndex {
  #state: State;
  #seen: State | null = null;
  readonly #cells = new Cells();
  readonly #cards = new Map<string, Card>();
  #counts = countsRow(this.#cells.sizes(), [], EMPTY);
  readonly #causes = new Causes();
  readonly #news = new QueryCache<News>();
  readonly #pages = new QueryCache<readonly Row[]>();
  /** The ids of units with a conflict. */
  readonly #disputed = new Set<number>();
  readonly #left: LeftUnits;
  readonly #recent: RecentChanges;

  constructor(state: State) {
    this.#state = state;
    this.#left = new LeftUnits(state.archive.sums.seq);
    this.#recent = new RecentChanges(state.seq);
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
    for (const { unit, conflicts } of changed)
      this.#disputed[conflicts.length > 0 ? 'add' : 'delete'](unit.id);
    this.#left.add(left, state.seq);
    const affected = [...this.#affected(state, changed)];
    this.#cells.put(affected.flatMap((work) => this.#drawCell(state, work) ?? []));
    if (this.#seen)
      this.#recent.add(
        affected.map(({ unit }) => unit.id),
        state.seq,
      );
    this.#rankCards(state, this.#seen?.graph === state.graph ? changed : activeWorks(state));
    const counts = countsRow(this.#cells.sizes(), this.#cards.values(), state);
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
    return new Set(
      [...changed, ...rivals, ...this.#ordered(state, changed)].filter((work) => work !== undefined),
    );
  }

  /** Units that had no event, and may be in another order, obey other rules or have another end of their chain. */
  #ordered(state: State, changed: readonly WorkUnit[]): Iterable<WorkUnit> {
    const before = this.#seen;
    if (!before || before.graph === state.graph) return [];
    if (hasOtherRules(before, state)) return state.works;
    const behind = waitersOn(state, changed).filter((work) => {
      const cause = this.#cells.get(unitKey(work.unit.id))?.cause;
      return cause && cause !== this.#causes.of(state, work);
    });
    return [...behind, ...[...this.#disputed].flatMap((unit) => state.works.get(unit) ?? [])];
  }

  /** Null: it stays as it is, or is gone. A cell changed by another unit's event takes its seq. */
  #drawCell(state: State, work: WorkUnit): Cell | null {
    const key = unitKey(work.unit.id);
    if (!exists(work)) {
      this.#cells.delete(key);
      return null;
    }
    const cell = cellOf(state, work, this.#causes.of(state, work));
    const before = this.#cells.get(key);
    const own = !before || before.seq < cell.seq;
    if (!own && sameRow(before, cell)) return null;
    return own && work.conflicts.length === 0 ? cell : { ...cell, seq: state.seq };
  }

  /** Only changed units, if the dependency graph is the same; else all that have an item, for their impact. */
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
    return this.#pages.get(queryKey(query), () => this.#drawPage(query, page));
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

  /** Units by a part of their name or title, the nearest first. */
  find(q: string, most: number): Cell[] {
    return findCells(this.#cells.all(), q, most);
  }

  /** Only a search or a query for single units looks at each. */
  #inSections(query: Query): Cell[] {
    const sections = STATUSES.filter((status) => query.status?.includes(status) ?? true).map((status) =>
      this.#cells.of(status),
    );
    const cells = ([] as Cell[]).concat(...sections);
    if (isWhole(query)) return cells;
    return cells.filter((cell) => {
      const work = this.#state.works.get(cell.id);
      return work && shows(query, cell, work);
    });
  }

  /** Changes for a query after a number, cached for all viewers. */
  since(query: Query, seq: number): News {
    return this.#news.get(`${seq} ${queryKey(query)}`, () =>
      query.item === undefined ? this.#boardSince(query, seq) : this.#itemSince(query.item, seq),
    );
  }

  #boardSince(query: Query, seq: number): News {
    const put: Row[] = [];
    const drop = wants(query, 'units') ? this.#left.since(seq) : [];
    for (const work of this.#changedSince(seq)) {
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

  /** Those that may have. */
  #changedSince(seq: number): Iterable<WorkUnit> {
    const { works } = this.#state;
    return this.#recent.since(seq)?.flatMap((unit) => works.get(unit) ?? []) ?? works;
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

/** What a status follows from besides the unit and those beside it; it changes rarely, and may change any. */
const hasOtherRules = (before: State, { settings, trusted, executors, dayAsked }: State): boolean =>
  before.settings !== settings ||
  before.trusted !== trusted ||
  before.executors !== executors ||
  before.dayAsked !== dayAsked;
