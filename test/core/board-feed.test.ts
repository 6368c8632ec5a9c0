import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { BoardFeed } from '../../server/board/board-feed.ts';
import { inHouse, type StoreFixture, spec, turn } from './store-fixture.ts';

const MERGE_MS = 40;

interface Watched {
  readonly house: StoreFixture;
  readonly boardFeed: BoardFeed;
  /** Lets time pass, for timers only. */
  readonly pass: (ms: number) => void;
}

const watched = (body: (watched: Watched) => unknown) => async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await inHouse(async (house) => {
    const boardFeed = new BoardFeed(house.store, 'build');
    try {
      await body({ house, boardFeed, pass: (ms) => t.mock.timers.tick(ms) });
    } finally {
      boardFeed.stop();
    }
  })();
};

/** Waits for news after a number; says whether it has come. */
function wait(
  boardFeed: BoardFeed,
  seq: number,
  signal = new AbortController().signal,
): () => Promise<boolean> {
  let woken = false;
  boardFeed.after(seq, signal).then(() => {
    woken = true;
  });
  return async () => {
    await turn();
    return woken;
  };
}

test(
  'another log, or a number that this log has not reached, gets a snapshot',
  watched(async ({ house, boardFeed }) => {
    await house.add(spec('a'));
    const { epoch, seq } = boardFeed.snapshot({});
    assert.equal(boardFeed.since({}, 'another', 0), null);
    assert.equal(boardFeed.since({}, epoch, seq + 1), null);
    assert.equal(boardFeed.since({}, epoch, -1), null);
    assert.deepEqual(boardFeed.since({}, epoch, seq), { seq, put: [], drop: [] });
    assert.equal(boardFeed.since({}, epoch, 0)?.put.length, 2);
  }),
);

test(
  'a new database file is another log, the same file after a restart is not',
  watched(async ({ house, boardFeed }) => {
    const { epoch } = boardFeed.snapshot({});
    house.reopen();
    assert.equal(house.store.epoch, epoch);
    await inHouse((other) => assert.notEqual(other.store.epoch, epoch))();
  }),
);

test(
  'the first change wakes at once',
  watched(async ({ house, boardFeed }) => {
    const woken = wait(boardFeed, 0);
    assert.equal(await woken(), false);
    await house.add(spec('a'));
    assert.equal(await woken(), true);
  }),
);

test(
  'what follows is told together, when the pause is over',
  watched(async ({ house, boardFeed, pass }) => {
    await house.add(spec('a'));
    const woken = wait(boardFeed, 1);
    await house.add(spec('b'));
    await house.add(spec('c'));
    pass(MERGE_MS - 1);
    assert.equal(await woken(), false);
    pass(1);
    assert.equal(await woken(), true);
    assert.deepEqual(boardFeed.since({}, house.store.epoch, 1)?.seq, 3);
  }),
);

test(
  'after a quiet pause the next change wakes at once again',
  watched(async ({ house, boardFeed, pass }) => {
    await house.add(spec('a'));
    pass(MERGE_MS);
    const woken = wait(boardFeed, 1);
    await house.add(spec('b'));
    assert.equal(await woken(), true);
  }),
);

test(
  'a steady stream is told once per pause',
  watched(async ({ house, boardFeed, pass }) => {
    let wakes = 0;
    let seq = 0;
    const watch = (): Promise<void> =>
      boardFeed.after(seq, new AbortController().signal).then(() => {
        wakes++;
        seq = boardFeed.snapshot({}).seq;
        if (seq < 10) watch();
      });
    watch();
    for (let n = 0; n < 10; n++) {
      await house.add(spec(`u${n}`));
      pass(MERGE_MS / 4);
    }
    pass(MERGE_MS);
    await turn();
    assert.deepEqual([seq, wakes], [10, 4]);
  }),
);

test(
  'who looks during the pause takes no news from those who wait',
  watched(async ({ house, boardFeed, pass }) => {
    await house.add(spec('a'));
    const woken = wait(boardFeed, 1);
    await house.add(spec('b'));
    assert.equal(boardFeed.snapshot({}).seq, 2);
    pass(MERGE_MS);
    assert.equal(await woken(), true);
  }),
);

test(
  'a page rendered after an answer shows the answer',
  watched(async ({ house, boardFeed }) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    assert.equal(boardFeed.counts().items, 1);
    await house.answer('a', 'q');
    assert.deepEqual([boardFeed.snapshot({}).seq, boardFeed.counts().items], [house.store.state.seq, 0]);
  }),
);

test(
  'who lags behind does not wait',
  watched(async ({ house, boardFeed }) => {
    await house.add(spec('a'));
    assert.equal(await wait(boardFeed, 0)(), true);
    assert.equal(await wait(boardFeed, 1)(), false);
  }),
);

test(
  'who leaves is let go, and so is everybody when the boardFeed stops',
  watched(async ({ boardFeed }) => {
    const leaving = new AbortController();
    const [left, stays] = [wait(boardFeed, 0, leaving.signal), wait(boardFeed, 0)];
    leaving.abort();
    assert.deepEqual([await left(), await stays()], [true, false]);
    boardFeed.stop();
    assert.equal(await stays(), true);
  }),
);

test(
  'a board and its news are worked out once per change and query, however many ask',
  watched(async ({ house, boardFeed, pass }) => {
    await house.add(spec('a'), spec('b'));
    const { epoch } = boardFeed.snapshot({});
    for (const query of [{}, { page: 1 }, { status: ['READY'] }, { q: 'a' }] as const) {
      const { seq, rows } = boardFeed.snapshot({ ...query });
      assert.equal(boardFeed.snapshot({ ...query }).rows, rows);
      await house.add(spec(`a${seq}`));
      pass(MERGE_MS);
      const after = boardFeed.snapshot({ ...query });
      assert.notEqual(after.rows, rows);
      assert.equal(boardFeed.snapshot({ ...query }).rows, after.rows);
      if ('page' in query) continue;
      const news = boardFeed.since({ ...query }, epoch, seq);
      assert.equal(boardFeed.since({ ...query }, epoch, seq), news);
      assert.equal(news?.seq, after.seq);
    }
  }),
);
