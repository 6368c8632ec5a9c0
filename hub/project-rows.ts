/** The part of one project in a board of several: follows its daemon for one query, and keeps what it last said. */

import { says, showsCard } from '../server/board/query-filter.ts';
import { type Board, type BoardMessage, type Counts, countsOf, pageOf, type Row } from '../shared/board.ts';
import { firstPage, type Query } from '../shared/query.ts';
import type { ChangingRows } from './changing-rows.ts';
import { hubKey, hubRow } from './own-rows.ts';
import type { Project } from './project.ts';

export class ProjectRows {
  readonly project: Project;
  readonly #query: Query;
  readonly #rows: ChangingRows;
  readonly #changed: () => void;
  #board: Board | null = null;
  /** Our keys of the rows that it has put. */
  readonly #keys = new Set<string>();
  readonly stop: () => void;

  /** `changed` is called after the rows of this project have changed, before they are told. */
  constructor(project: Project, query: Query, rows: ChangingRows, changed: () => void) {
    this.project = project;
    this.#query = query;
    this.#rows = rows;
    this.#changed = changed;
    const { project: _, ...theirs } = query;
    this.stop = project.follow(firstPage(theirs), (message, board) => this.#take(message, board));
    this.#putProject();
  }

  /** What its daemon said last; null: nothing yet. */
  get board(): Board | null {
    return this.#board;
  }

  get counts(): Counts | null {
    return (this.#board && countsOf(this.#board)) ?? null;
  }

  /** Whether what can be known now is known. */
  get isReady(): boolean {
    return this.#board !== null || this.project.isAway;
  }

  /** Everything anew: it is called otherwise, is away or back. `kept`: what its daemon last said without a filter. */
  redraw(kept: Board | null): void {
    const board = this.#board ?? (kept && filtered(kept, this.#query));
    const rows = [...(board?.rows.values() ?? [])].flatMap(
      (row) => this.#ours(row, board?.epoch ?? '') ?? [],
    );
    const here = new Set(rows.map(({ key }) => key));
    for (const key of [...this.#keys]) if (!here.has(key)) this.#drop(key);
    for (const row of rows) this.#put(row);
    this.#putProject();
  }

  /** Takes its rows off the board. */
  leave(): void {
    this.stop();
    for (const key of [...this.#keys]) this.#drop(key);
    this.#rows.drop(this.#projectKey);
  }

  #take({ snapshot, news }: BoardMessage, board: Board): void {
    this.#board = board;
    if (snapshot) this.redraw(null);
    for (const key of news?.drop ?? []) this.#drop(hubKey(board.epoch, key));
    for (const row of news?.put ?? []) {
      const ours = this.#ours(row, board.epoch);
      if (ours) this.#put(ours);
    }
    if (news?.put.some(({ row }) => row === 'counts' || row === 'page')) this.#putProject();
    this.#changed();
  }

  #ours(row: Row, epoch: string): Row | null {
    return hubRow(row, { ...this.project.owner, epoch });
  }

  #put(row: Row): void {
    this.#keys.add(row.key);
    this.#rows.put(row);
  }

  #drop(key: string): void {
    this.#keys.delete(key);
    this.#rows.drop(key);
  }

  get #projectKey(): string {
    return `project:${this.project.slug}`;
  }

  #putProject(): void {
    const { place, folder, machine, slug } = this.project;
    const board = this.#board;
    this.#rows.put({
      row: 'project',
      key: this.#projectKey,
      seq: board?.seq ?? 0,
      order: [place.name ?? slug, slug],
      place,
      folder,
      machine,
      counts: this.counts,
      page: (board && pageOf(board)) ?? null,
    });
  }
}

/** What a filter leaves of rows whose daemon cannot be asked. Which units have an item of a kind only that knows. */
function filtered(board: Board, query: Query): Board {
  const { status, kind, q } = query;
  const isShown = (row: Row): boolean => {
    if (row.row === 'item') return showsCard(query, row);
    if (row.row !== 'unit') return true;
    return (!status || status.includes(row.status)) && !kind && says(q, row.chunk, row.title);
  };
  return { ...board, rows: new Map([...board.rows].filter(([, row]) => isShown(row))) };
}
