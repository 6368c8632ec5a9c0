import { type Card, type Cell, type Counts, inOrder, type News, type Row } from '../../shared/board.ts';
import { type Only, PAGE_UNITS, type Query, queryKey } from '../../shared/query.ts';
import { STATUSES, type Status, type WorkUnit } from '../../shared/words.ts';
import { impactOf, impactScore } from '../domain/impact.ts';
import type { PersistentVector } from '../domain/persistent-vector.ts';
import { exists, findItem, isPending, type State } from '../domain/state.ts';
import { cardOf, cellOf, countsRow, itemKey, sameRow, unitKey } from './board-rows.ts';

/** An item that has left the queue frees nobody any more. */
const UNRANKED = { impact: { blocked: 0, chain: [] }, score: 0 };

/** Whoever asks for ever other words makes no more be remembered than this. */
const MOST_QUERIES = 200;

/**
 * What a state looks like: rows in order. Remembers the last state it saw and looks again only at what
 * changed; each row carries the number of the event that last changed it, so that what is new since any
 * number is a comparison, for a viewer that lags by one event as for one that comes back after a day.
 */
export class BoardIndex {
  #state: State;
  #seen: { readonly works: PersistentVector<WorkUnit>; readonly graph: number } | null = null;
  readonly #cells = new Map<string, Cell>();
  readonly #cards = new Map<string, Card>();
  #counts = countsRow([], [], 0);
  readonly #news = new Map<string, News>();
  readonly #pages = new Map<string, readonly Row[]>();

  constructor(state: State) {
    this.#state = state;
    this.#take(state);
  }

  /** The number of the state that the rows show. */
  get seq(): number {
    return this.#state.seq;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Takes in a newer state. */
  look(state: State): void {
    if (state !== this.#state) this.#take(state);
  }

  #take(state: State): void {
    const changed = this.#seen ? state.works.changedSince(this.#seen.works) : [...state.works];
    for (const work of changed)
      for (const item of work.items) if (!isPending(item)) this.#cards.delete(item.id);
    for (const work of this.#affected(state, changed)) this.#drawCell(state, work);
    this.#rankCards(state, this.#seen?.graph === state.graph ? changed : state.works);
    const counts = countsRow(this.#cells.values(), this.#cards.values(), state.seq);
    if (!this.#seen || !sameRow(this.#counts, counts)) this.#counts = counts;
    this.#state = state;
    this.#seen = state;
    this.#news.clear();
    this.#pages.clear();
  }

  /** What changed, and the rivals of what changed: how they stand depends on it. */
  #affected(state: State, changed: readonly WorkUnit[]): Set<WorkUnit> {
    const rivals = changed.flatMap(({ conflicts }) =>
      conflicts.map((conflict) => state.works.get(conflict.with)),
    );
    // Who goes first, or which agents there are, can also change for units that nothing has happened to.
    const ordered =
      this.#seen?.graph === state.graph
        ? []
        : [...state.works].filter(({ unit, conflicts }) => conflicts.length > 0 || unit.spec.agent !== null);
    return new Set([...changed, ...rivals, ...ordered].filter((work) => work !== undefined));
  }

  /** A cell that came to look otherwise by what happened to others is as new as that. */
  #drawCell(state: State, work: WorkUnit): void {
    const key = unitKey(work.unit.id);
    if (!exists(work)) {
      this.#cells.delete(key);
      return;
    }
    const cell = cellOf(state, work);
    const before = this.#cells.get(key);
    const own = !before || before.seq < cell.seq;
    if (!own && sameRow(before, cell)) return;
    this.#cells.set(key, own && work.conflicts.length === 0 ? cell : { ...cell, seq: state.seq });
  }

  /** Where nobody waits otherwise than before, only the units that changed; else all, for their impact. */
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

  /** All rows for a query, of one page where it asks for one. */
  rows(query: Query): readonly Row[] {
    return query.page === undefined ? this.since(query, -1).put : this.#page(query, query.page);
  }

  /**
   * The units of a page, by status and then by their order; the queue stands on every page. What is on a page
   * depends on what is not, so there is no news of it: who follows compares two pages.
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
    return [...shown, ...cards, this.#counts, row];
  }

  /** The names of all units that a query shows, in order. */
  chunks(query: Query): string[] {
    return this.#inSections(query).map(({ chunk }) => chunk);
  }

  /** Units stand in the state by their id, which is their order; only those that are DONE have another. */
  #inSections(query: Query): Cell[] {
    const sections = new Map<Status, Cell[]>(STATUSES.map((status) => [status, []]));
    for (const work of this.#state.works) {
      const cell = this.#cells.get(unitKey(work.unit.id));
      if (cell && shows(query, cell, work)) sections.get(cell.status)?.push(cell);
    }
    sections.get('DONE')?.sort(inOrder);
    return [...sections.values()].flat();
  }

  /** What changed for a query after a number: computed once, however many ask. */
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
    const drop: string[] = [];
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
    if (this.#counts.seq > seq) put.push(this.#counts);
    return { seq: this.seq, put, drop };
  }

  /** One item to its end, also after it has left the queue. */
  #itemSince(id: string, seq: number): News {
    const card = this.#cards.get(id) ?? this.#endedCard(id);
    return { seq: this.seq, put: card && card.seq > seq ? [card] : [], drop: [] };
  }

  #endedCard(id: string): Card | undefined {
    const found = findItem(this.#state, id);
    return found && cardOf(found.work, found.item, UNRANKED, found.work.unit.seq);
  }
}

/** Forgets all when there are too many: what is still asked for is soon found again. */
function remember<T>(known: Map<string, T>, key: string, value: T): void {
  if (known.size >= MOST_QUERIES) known.clear();
  known.set(key, value);
}

/** Who wants rows of one kind only hears nothing of the others, not even that they have gone. */
const wants = ({ only }: Query, kind: Only): boolean => only === undefined || only === kind;

const shows = ({ chunk, status, kind, q, only }: Query, cell: Cell, { items }: WorkUnit): boolean =>
  wants({ only }, 'units') &&
  (chunk === undefined || chunk === cell.chunk) &&
  (status === undefined || status.includes(cell.status)) &&
  (kind === undefined || items.some((item) => isPending(item) && kind.includes(item.kind))) &&
  says(q, cell.chunk, cell.title);

const showsCard = ({ chunk, kind, q, only }: Query, card: Card): boolean =>
  wants({ only }, 'items') &&
  (chunk === undefined || chunk === card.chunk) &&
  (kind === undefined || kind.includes(card.kind)) &&
  says(q, card.chunk, card.prompt);

/** Whether one of these texts holds the words, however they are written. */
const says = (q: string | undefined, ...texts: readonly string[]): boolean =>
  q === undefined || texts.some((text) => text.toLowerCase().includes(q.toLowerCase()));
