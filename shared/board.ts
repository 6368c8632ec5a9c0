/**
 * A board is what a viewer sees: rows for a query, as of a number. It travels once as a snapshot and then as
 * news: rows to put and rows to drop. Rows carry their order, so a viewer sorts and never ranks.
 */

import type { Door } from './access-words.ts';
import { under } from './base-path.ts';
import type { ChangeStat } from './diff.ts';
import type { Answer, Asking, ItemCode, ItemKind } from './item-words.ts';
import type { RuleName } from './policy-words.ts';
import type { Query } from './query.ts';
import type { Usage } from './usage-words.ts';
import type { Place } from './views/place.ts';
import type { Moment, Status } from './words.ts';

interface RowBase {
  readonly key: string;
  /** The event that last changed this row. */
  readonly seq: number;
  /** Compared element by element. */
  readonly order: readonly (number | string)[];
}

/** What belongs to a unit. */
interface OfUnit extends RowBase {
  readonly chunk: string;
  /** On a page of several projects: where those of its project lead, and what may be done there. */
  readonly place?: Place | undefined;
}

/** A work unit in the process grid. */
export interface Cell extends OfUnit {
  readonly row: 'unit';
  readonly id: number;
  readonly title: string;
  readonly status: Status;
  /** Why it has this status, where the status alone does not say. */
  readonly why: string;
  /** BLOCKED by dependencies: the chunk at the end of the chain, which holds it up; else empty. */
  readonly cause: string;
  /** Its next phase may not start before it is released. */
  readonly held: boolean;
  readonly phase: string;
  /** Phases finished, of how many. */
  readonly finished: number;
  readonly phases: number;
  readonly run: number;
  readonly agent: string;
  /** The executor of its last run; empty: this machine. */
  readonly executor: string;
  /** Since when it has this status. */
  readonly since: Moment;
  /** What it has changed in its worktree; null: it has none, or nothing is known yet. */
  readonly changes: ChangeStat | null;
  /** What its runs have used, as far as their agents say; null: nothing was said. */
  readonly usage: Usage | null;
}

/** Where an attention item stands. */
export type ItemState = 'open' | 'snoozed' | 'going-out' | 'answered' | 'withdrawn';

/** An attention item in the queue, going out, or (for who follows one item) ended. */
export interface Card extends OfUnit, Omit<Asking, 'offers'> {
  readonly row: 'item';
  readonly id: string;
  readonly version: number;
  readonly phase: string;
  /** How many phases its unit has. */
  readonly phases: number;
  readonly run: number;
  readonly kind: ItemKind;
  readonly code: ItemCode | null;
  readonly state: ItemState;
  readonly asked_at: Moment;
  readonly asked_by: string;
  /** How many units wait for this one, directly or not, and the longest chain of them in words. */
  readonly blocks_count: number;
  readonly unblocks: string;
  /** How the asking run ended, where it has ended. */
  readonly run_ended: string;
  /** While it is open: how long its asker waits; null: for as long as it takes, or it is not known. */
  readonly wait: WaitWords | null;
  readonly answer: Answer | null;
  readonly answered_by: string | null;
  readonly answered_via: Door | null;
  /** The rule that answered; null: a person did, or nobody. */
  readonly answered_by_rule: RuleName | null;
  readonly snoozed_until: Moment | null;
  readonly snoozed_for: string | null;
  readonly release_due: Moment | null;
  readonly withdrawn_why: string | null;
}

/** Who waits, as a sentence begins; until when; and a sentence on what becomes of an answer after that. */
export interface WaitWords {
  readonly who: string;
  readonly until: Moment;
  readonly after: string;
}

/** How many units have each status, and how many items are open, whatever the filter. */
export interface Counts extends RowBase {
  readonly row: 'counts';
  readonly units: Readonly<Record<Status, number>>;
  readonly items: number;
  /** How many units are in the archive, and in no other count. */
  readonly archived: number;
  /** How many units of each status a search finds; null: the query searches nothing. */
  readonly found: Readonly<Record<Status, number>> | null;
}

/** Which page of the units this is, of how many, and how many units there are on all of them. */
export interface Page extends RowBase {
  readonly row: 'page';
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

/** On a page of several projects: one of them. */
export interface ProjectRow extends RowBase {
  readonly row: 'project';
  /** Where its pages are on this one, and what may be done. */
  readonly place: Place;
  /** Its folder, and the machine on which that is; empty: this one. */
  readonly folder: string;
  readonly machine: string;
  readonly counts: Counts | null;
  readonly page: Page | null;
}

export type Row = Cell | Card | Counts | Page | ProjectRow;

/** What a stream of a board says first, and whenever the viewer's number cannot be followed. */
export interface Snapshot {
  readonly epoch: string;
  readonly build: string;
  readonly seq: number;
  readonly rows: readonly Row[];
}

export interface News {
  readonly seq: number;
  readonly put: readonly Row[];
  readonly drop: readonly string[];
}

/** One message of a board's stream: either a new beginning or what changed. */
export interface BoardMessage {
  /** Which build the daemon serves, so that an old page knows. */
  readonly build: string;
  readonly snapshot: Snapshot | null;
  readonly news: News | null;
}

/** What a live run has printed last: one line, or a few where it waits for an answer; `at`: when the latest came. */
export interface Pulse {
  readonly lines: readonly string[];
  readonly at: Moment;
}

/** By the key of the unit's row. No part of the board: it is no news. */
export type Pulses = Readonly<Record<string, Pulse>>;

export interface Board {
  readonly epoch: string;
  readonly build: string;
  readonly seq: number;
  readonly rows: ReadonlyMap<string, Row>;
}

export const boardOf = ({ epoch, build, seq, rows }: Snapshot): Board => ({
  epoch,
  build,
  seq,
  rows: new Map(rows.map((row) => [row.key, row])),
});

/** The board after news. */
export function follow(board: Board, news: News): Board {
  const rows = new Map(board.rows);
  for (const key of news.drop) rows.delete(key);
  for (const row of news.put) rows.set(row.key, row);
  return { ...board, seq: news.seq, rows };
}

/** The board after a message of its stream; null while nothing is known. */
export function afterMessage(board: Board | null, { snapshot, news }: BoardMessage): Board | null {
  if (snapshot) return boardOf(snapshot);
  return board && news ? follow(board, news) : board;
}

export const cardsOf = (board: Board): Card[] =>
  [...board.rows.values()].filter((row) => row.row === 'item').sort(inOrder);

export const cellsOf = (board: Board): Cell[] =>
  [...board.rows.values()].filter((row) => row.row === 'unit').sort(inOrder);

/** The path of a unit's page; tells it from all others on this one. `base`: what stands before it, where the row does not say. */
export const unitPath = ({ place, chunk }: OfUnit, base = under('')): string =>
  `${place?.base ?? base}/work-units/${chunk}`;

/** The open items, by the chunk of their unit; of several, the first in the queue. */
export const itemsByChunk = (board: Board): ReadonlyMap<string, string> =>
  new Map(
    cardsOf(board)
      .filter(({ state }) => state === 'open')
      .map(({ chunk, id }) => [chunk, id] as const)
      .reverse(),
  );

/** By the path of the unit: what the runs printed last whose units wait for an answer. */
export const tailsOf = (board: Board, pulses: Pulses): Readonly<Record<string, Pulse>> =>
  Object.fromEntries(
    Object.entries(pulses).flatMap(([key, pulse]) => {
      const row = board.rows.get(key);
      return row?.row === 'unit' && row.status === 'NEEDS_ATTENTION' ? [[unitPath(row), pulse]] : [];
    }),
  );

export function countsOf({ rows }: Board): Counts | undefined {
  const row = rows.get('counts');
  return row?.row === 'counts' ? row : undefined;
}

/** How many open items a filter leaves out. */
export function hiddenItems(board: Board, { kind, q }: Query): number {
  if (!kind && !q) return 0;
  const shown = cardsOf(board).filter(({ state }) => state === 'open').length;
  return Math.max(0, (countsOf(board)?.items ?? 0) - shown);
}

export function pageOf({ rows }: Board): Page | undefined {
  const row = rows.get('page');
  return row?.row === 'page' ? row : undefined;
}

/** Compares rows by their `order`; equal never happens, as each order ends in an id. */
export function inOrder(a: RowBase, b: RowBase): number {
  for (let at = 0; at < a.order.length; at++) {
    const [left, right] = [a.order[at], b.order[at]];
    if (left === undefined || right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return 0;
}
