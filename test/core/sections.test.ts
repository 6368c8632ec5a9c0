/** Lots of units: always the board in order, and whatever did not change stays the same object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Board, boardOf, type Cell, cellsOf, follow } from '../../shared/board.ts';
import { LOT_CELLS, type Lot, type Section, Sections } from '../../shared/sections.ts';
import { STATUSES, type Status } from '../../shared/words.ts';

const cell = (id: number, status: Status, at = 0): Cell => ({
  row: 'unit',
  key: `unit:${id}`,
  seq: 1,
  order: status === 'DONE' ? [-at, id] : [id],
  id,
  chunk: `u${id}`,
  title: '',
  status,
  why: '',
  cause: '',
  held: false,
  phase: 'BUILD',
  finished: 0,
  phases: 1,
  run: 0,
  agent: '',
  executor: '',
  since: '2026-03-01T10:00:00.000Z',
  changes: null,
  usage: null,
});

const boardWith = (cells: readonly Cell[]): Board => boardOf({ epoch: 'e', build: 'b', seq: 1, rows: cells });
const ready = (count: number) => Array.from({ length: count }, (_, id) => cell(id, 'READY'));
const lotsIn = (sections: readonly Section[]): readonly Lot[] => sections.flatMap(({ lots }) => lots);
const sizes = (sections: readonly Section[]) => lotsIn(sections).map(({ cells }) => cells.length);
const put = (board: Board, ...cells: readonly Cell[]) =>
  follow(board, { seq: board.seq + 1, put: cells, drop: [] });

function assertShows(sections: readonly Section[], board: Board): void {
  const cells = cellsOf(board);
  const wanted = STATUSES.map((status) => cells.filter((each) => each.status === status));
  assert.deepEqual(
    sections.map(({ status, size, lots }) => [status, size, lots.flatMap((lot) => lot.cells)]),
    wanted.flatMap((here) => (here[0] ? [[here[0].status, here.length, here]] : [])),
  );
  const keys = lotsIn(sections).map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length, 'each lot has a key of its own');
  for (const size of sizes(sections)) assert.ok(size > 0 && size <= 2 * LOT_CELLS, `a lot of ${size}`);
}

test('units in order stand in full lots, and those of the first page stay what they are when the rest comes', () => {
  const sections = new Sections();
  const page = lotsIn(sections.look(boardWith(ready(200)))).slice();
  const all = boardWith(
    ready(1050).map((each, nth) => page[Math.floor(nth / 100)]?.cells[nth % 100] ?? each),
  );
  const whole = sections.look(all);
  assert.deepEqual(sizes(whole), [...Array(10).fill(100), 50]);
  assert.deepEqual(lotsIn(whole).slice(0, 2), page);
  assert.ok(page.every((lot, nth) => lotsIn(whole)[nth] === lot));
});

test('one change is one lot that is new, wherever the unit stands', () => {
  const sections = new Sections();
  let board = boardWith(ready(1000));
  for (const [id, status] of [
    [0, 'READY'],
    [555, 'READY'],
    [999, 'READY'],
    [431, 'RUNNING'],
    [1000, 'READY'],
  ] as const) {
    const before = new Set(lotsIn(sections.look(board)));
    board = put(board, { ...cell(id, status), title: 'Changed' });
    const after = sections.look(board);
    assert.equal(
      lotsIn(after).filter((lot) => !before.has(lot)).length,
      status === 'RUNNING' ? 2 : 1,
      `${id}`,
    );
    assertShows(after, board);
  }
});

test('a section that empties does not end as a row of single units', () => {
  const sections = new Sections();
  let board = boardWith(ready(1000));
  sections.look(board);
  for (let id = 0; id < 1000; id++) if (id % 100 !== 50) board = put(board, cell(id, 'DONE', id));
  const after = sections.look(board);
  assertShows(after, board);
  assert.deepEqual(sizes(after.filter(({ status }) => status === 'READY')), [10]);
});

test('whatever comes, goes and moves, lots show the board in order; and two that saw the same board agree', () => {
  const step = fc.record({
    put: fc.array(fc.tuple(fc.nat(600), fc.constantFrom(...STATUSES), fc.nat(50)), { maxLength: 250 }),
    drop: fc.array(fc.nat(600), { maxLength: 100 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const sections = new Sections();
      let board = boardWith([]);
      for (const { put: come, drop } of steps) {
        const before = new Map(lotsIn(sections.look(board)).map((lot) => [lot, [...lot.cells]]));
        const news = { put: come.map((each) => cell(...each)), drop: drop.map((id) => `unit:${id}`) };
        board = follow(board, { seq: board.seq + 1, ...news });
        assertShows(sections.look(board), board);
        for (const [lot, cells] of before)
          assert.deepEqual(lot.cells, cells, 'what was drawn is not written to');
      }
      assert.deepEqual(sizes(new Sections().look(board)), sizes(new Sections().look(board)));
    }),
    { numRuns: 60 },
  );
});
