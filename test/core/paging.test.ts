/** Pages of units: each unit on one of them, in order, and a page that is followed is always the page of now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followBoard, type Source } from '../../server/api/streams.ts';
import { BoardFeed } from '../../server/board/board-feed.ts';
import { BoardIndex } from '../../server/board/board-index.ts';
import { closeUnit, holdUnit } from '../../server/domain/commands/steering.ts';
import { afterMessage, type Board, boardOf, cellsOf, pageOf, type Row } from '../../shared/board.ts';
import { addressOf, PAGE_UNITS, type Query, queryOf } from '../../shared/query.ts';
import { STATUSES } from '../../shared/words.ts';
import { inHouse, type StoreFixture, spec } from './store-fixture.ts';

const UNITS = 2 * PAGE_UNITS + 50;
const chunk = (n: number) => `u${String(n).padStart(3, '0')}`;

const manyUnits = (body: (house: StoreFixture) => Promise<void>) =>
  inHouse(async (house) => {
    await house.add(
      ...Array.from({ length: UNITS }, (_, n) => spec(chunk(n), { title: n % 2 === 0 ? 'Even' : 'Odd' })),
    );
    for (const n of [3, 7, 250]) await house.close(chunk(n));
    await body(house);
  });

const chunksOn = (rows: readonly Row[]): string[] =>
  rows.flatMap((row) => (row.row === 'unit' ? [row.chunk] : []));
const looks = (board: Board) =>
  [...board.rows.values()].map((row) => ({ ...row, seq: 0 })).sort((a, b) => (a.key < b.key ? -1 : 1));

test(
  'every unit stands on one page, by status and then by its order',
  manyUnits(async (house) => {
    const index = new BoardIndex(house.store.state);
    const pages = [1, 2, 3, 4].map((page) => index.rows({ page }));
    assert.deepEqual(
      pages.map((rows) => chunksOn(rows).length),
      [200, 200, 50, 0],
    );
    assert.deepEqual(new Set(pages.flatMap(chunksOn)).size, UNITS);
    assert.deepEqual(pages.flatMap(chunksOn).slice(-3), [3, 7, 250].map(chunk), 'DONE ones last');
    const board = boardOf({ epoch: 'e', build: 'b', seq: 1, rows: pages[1] ?? [] });
    assert.deepEqual([pageOf(board)?.page, pageOf(board)?.pages, pageOf(board)?.total], [2, 3, UNITS]);
    const odd = index.rows({ page: 2, q: 'odd', status: ['READY'] });
    assert.deepEqual([chunksOn(odd).length, chunksOn(odd)[0]], [UNITS / 2 - 2 - PAGE_UNITS, chunk(405)]);
  }),
);

test(
  'each number of the log has its own array of a page, as the cache of differences relies on',
  manyUnits(async (house) => {
    const index = new BoardIndex(house.store.state);
    const before = index.rows({ page: 1 });
    assert.equal(index.rows({ page: 1 }), before, 'one for all viewers');
    await house.commit((state) => holdUnit(state, { chunk: chunk(449), why: '' }));
    index.look(house.store.state);
    const after = index.rows({ page: 1 });
    assert.notEqual(after, before, 'also of a page that shows the same');
    assert.deepEqual(chunksOn(after), chunksOn(before));
  }),
);

test(
  'who follows a page has the page of now, whatever moves on and off it',
  manyUnits(async (house) => {
    const boardFeed = new BoardFeed(house.store, 'b');
    const gone = new AbortController();
    const source = { store: house.store, boardFeed, socket: null } as Partial<Source> as Source;
    const query: Query = { page: 2 };
    const stream = followBoard(source, query, {}, gone.signal);
    let board: Board | null = null;
    const next = async () => {
      const { value } = await stream.next();
      board = afterMessage(board, (value as unknown as [string, Parameters<typeof afterMessage>[1]])[1]);
      return board;
    };
    await next();
    for (const n of [0, 1, 199, 205, 400, 449]) {
      await house.commit((state) =>
        n % 2 === 0
          ? closeUnit(state, { chunk: chunk(n), reason: 'x' })
          : holdUnit(state, { chunk: chunk(n), why: 'x' }),
      );
      const seen = await next();
      const now = boardFeed.snapshot(query);
      assert.ok(seen);
      assert.deepEqual(looks(seen), looks(boardOf(now)), `after ${n}`);
      assert.equal(cellsOf(seen).length, PAGE_UNITS);
    }
    gone.abort();
    boardFeed.stop();
    await stream.return(undefined as never);
  }),
);

test('an address and the query that it means are the same thing', () => {
  const queries: readonly Query[] = [
    {},
    { status: ['RUNNING', 'BLOCKED'] },
    { kind: ['review', 'stuck'], q: 'a & b = c?', page: 3 },
    { status: STATUSES, q: 'ünï "x"' },
  ];
  for (const query of queries)
    assert.deepEqual(queryOf(new URL(`http://x${addressOf(query)}`).searchParams), query);
  for (const nonsense of ['?status=nope&kind=&page=0', '?page=1e3&q=%20', '?page=-1', '?status=__proto__'])
    assert.deepEqual(queryOf(new URLSearchParams(nonsense)), {}, nonsense);
});
