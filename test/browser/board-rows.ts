/** Rows as the daemon makes them, each with only what its test is about. */
import type { Card, Cell, Counts, Page, Row, Snapshot } from '../../shared/board.ts';
import { PAGE_UNITS, type Query } from '../../shared/query.ts';
import { STATUSES, type Status } from '../../shared/words.ts';

export const ASKED_AT = '2026-03-01T10:00:00.000Z';

/** A question in the queue; `rank` is its place there. */
export function card(id: string, rank: number, more: Partial<Card> = {}): Card {
  return {
    row: 'item',
    key: `item:${id}`,
    seq: 1,
    order: [rank, 0, ASKED_AT, id],
    id,
    version: 1,
    chunk: `chunk-${id}`,
    phase: 'BUILD',
    phases: 1,
    run: 1,
    kind: 'question',
    code: null,
    state: 'open',
    prompt: `Which way for ${id}?`,
    context: [],
    options: [
      { id: 'left', label: 'Go left', description: '' },
      { id: 'right', label: 'Go right', description: 'The longer way' },
    ],
    multiple: false,
    allows_text: true,
    asked_at: ASKED_AT,
    asked_by: 'agent-7',
    blocks_count: 0,
    unblocks: '',
    run_ended: '',
    wait: null,
    answer: null,
    answered_by: null,
    answered_via: null,
    answered_by_rule: null,
    snoozed_until: null,
    snoozed_for: null,
    release_due: null,
    withdrawn_why: null,
    ...more,
  };
}

/** The same card, with an answer that can still be taken back. */
export const goingOut = (asked: Card, by = 'ann'): Card => ({
  ...asked,
  state: 'going-out',
  answer: { options: ['left'], text: '' },
  answered_by: by,
  answered_via: 'cli',
  release_due: '2026-03-01T10:05:00.000Z',
});

export const answered = (asked: Card): Card => ({ ...goingOut(asked), state: 'answered' });

/** The same card, its answer taken back: the next version. */
export const reopened = (asked: Card): Card => ({ ...asked, version: asked.version + 1 });

export function cell(id: number, status: Status, more: Partial<Cell> = {}): Cell {
  return {
    row: 'unit',
    key: `unit:${id}`,
    seq: 1,
    order: [id],
    id,
    chunk: `unit-${id}`,
    title: '',
    status,
    why: '',
    cause: '',
    held: false,
    phase: 'BUILD',
    finished: 0,
    phases: 2,
    run: 1,
    executor: '',
    agent: 'agent-7',
    since: ASKED_AT,
    changes: null,
    usage: null,
    ...more,
  };
}

function countsRow(rows: readonly Row[]): Counts {
  const cells = rows.filter((row) => row.row === 'unit');
  const count = (status: Status) => cells.filter((each) => each.status === status).length;
  const units = Object.fromEntries(STATUSES.map((status) => [status, count(status)])) as Counts['units'];
  const items = rows.filter((row) => row.row === 'item' && row.state === 'open').length;
  return { row: 'counts', key: 'counts', seq: 1, order: [], units, items, archived: 0, found: null };
}

/** What a query for one page shows of these rows, as the daemon would choose it; `page` says which. */
export function snapshotOf(rows: readonly Row[], query: Query = {}, more: Partial<Snapshot> = {}): Snapshot {
  const { page = 1 } = query;
  const units = unitsIn(rows, query);
  const pages = Math.max(1, Math.ceil(units.length / PAGE_UNITS));
  const shown = units.slice((page - 1) * PAGE_UNITS, page * PAGE_UNITS);
  const row: Page = { row: 'page', key: 'page', seq: 1, order: [], page, pages, total: units.length };
  return { epoch: 'e1', build: 'b1', seq: 10, rows: [...shown, ...others(rows), row], ...more };
}

const unitsIn = (rows: readonly Row[], { status }: Query): Cell[] =>
  STATUSES.flatMap(
    (each) => rows.filter((row) => row.row === 'unit' && row.status === each) as Cell[],
  ).filter((cell) => !status || status.includes(cell.status));

const others = (rows: readonly Row[]): Row[] => [
  ...rows.filter(({ row }) => row !== 'unit'),
  countsRow(rows),
];
