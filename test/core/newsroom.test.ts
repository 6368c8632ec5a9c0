import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Newsroom } from '../../server/board/board-feed.ts';
import { type House, inHouse, spec, turn } from './house-of-facts.ts';

const MERGE_MS = 40;

interface Watched {
  readonly house: House;
  readonly newsroom: Newsroom;
  /** Lets time pass, for timers only. */
  readonly pass: (ms: number) => void;
}

const watched = (body: (watched: Watched) => unknown) => async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await inHouse(async (house) => {
    const newsroom = new Newsroom(house.store, 'build');
    try {
      await body({ house, newsroom, pass: (ms) => t.mock.timers.tick(ms) });
    } finally {
      newsroom.stop();
    }
  })();
};

/** Waits for news after a number; says whether it has come. */
function wait(
  newsroom: Newsroom,
  seq: number,
  signal = new AbortController().signal,
): () => Promise<boolean> {
  let woken = false;
  newsroom.after(seq, signal).then(() => {
    woken = true;
  });
  return async () => {
    await turn();
    return woken;
  };
}

test(
  'another log, or a number that this log has not reached, gets a snapshot',
  watched(async ({ house, newsroom }) => {
    await house.add(spec('a'));
    const { epoch, seq } = newsroom.snapshot({});
    assert.equal(newsroom.since({}, 'another', 0), null);
    assert.equal(newsroom.since({}, epoch, seq + 1), null);
    assert.equal(newsroom.since({}, epoch, -1), null);
    assert.deepEqual(newsroom.since({}, epoch, seq), { seq, put: [], drop: [] });
    assert.equal(newsroom.since({}, epoch, 0)?.put.length, 2);
  }),
);

test(
  'a new database file is another log, the same file after a restart is not',
  watched(async ({ house, newsroom }) => {
    const { epoch } = newsroom.snapshot({});
    house.reopen();
    assert.equal(house.store.epoch, epoch);
    await inHouse((other) => assert.notEqual(other.store.epoch, epoch))();
  }),
);

test(
  'the first change wakes at once',
  watched(async ({ house, newsroom }) => {
    const woken = wait(newsroom, 0);
    assert.equal(await woken(), false);
    await house.add(spec('a'));
    assert.equal(await woken(), true);
  }),
);

test(
  'what follows is told together, when the pause is over',
  watched(async ({ house, newsroom, pass }) => {
    await house.add(spec('a'));
    const woken = wait(newsroom, 1);
    await house.add(spec('b'));
    await house.add(spec('c'));
    pass(MERGE_MS - 1);
    assert.equal(await woken(), false);
    pass(1);
    assert.equal(await woken(), true);
    assert.deepEqual(newsroom.since({}, house.store.epoch, 1)?.seq, 3);
  }),
);

test(
  'after a quiet pause the next change wakes at once again',
  watched(async ({ house, newsroom, pass }) => {
    await house.add(spec('a'));
    pass(MERGE_MS);
    const woken = wait(newsroom, 1);
    await house.add(spec('b'));
    assert.equal(await woken(), true);
  }),
);

test(
  'a steady stream is told once per pause',
  watched(async ({ house, newsroom, pass }) => {
    let wakes = 0;
    let seq = 0;
    const watch = (): Promise<void> =>
      newsroom.after(seq, new AbortController().signal).then(() => {
        wakes++;
        seq = newsroom.snapshot({}).seq;
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
  watched(async ({ house, newsroom, pass }) => {
    await house.add(spec('a'));
    const woken = wait(newsroom, 1);
    await house.add(spec('b'));
    assert.equal(newsroom.snapshot({}).seq, 2);
    pass(MERGE_MS);
    assert.equal(await woken(), true);
  }),
);

test(
  'a page rendered after an answer shows the answer',
  watched(async ({ house, newsroom }) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    assert.equal(newsroom.counts().items, 1);
    await house.answer('a', 'q');
    assert.deepEqual([newsroom.snapshot({}).seq, newsroom.counts().items], [house.store.state.seq, 0]);
  }),
);

test(
  'who lags behind does not wait',
  watched(async ({ house, newsroom }) => {
    await house.add(spec('a'));
    assert.equal(await wait(newsroom, 0)(), true);
    assert.equal(await wait(newsroom, 1)(), false);
  }),
);

test(
  'who leaves is let go, and so is everybody when the newsroom stops',
  watched(async ({ newsroom }) => {
    const leaving = new AbortController();
    const [left, stays] = [wait(newsroom, 0, leaving.signal), wait(newsroom, 0)];
    leaving.abort();
    assert.deepEqual([await left(), await stays()], [true, false]);
    newsroom.stop();
    assert.equal(await stays(), true);
  }),
);

test(
  'a board and its news are worked out once per change and query, however many ask',
  watched(async ({ house, newsroom, pass }) => {
    await house.add(spec('a'), spec('b'));
    const { epoch } = newsroom.snapshot({});
    for (const query of [{}, { page: 1 }, { status: ['READY'] }, { q: 'a' }] as const) {
      const { seq, rows } = newsroom.snapshot({ ...query });
      assert.equal(newsroom.snapshot({ ...query }).rows, rows);
      await house.add(spec(`a${seq}`));
      pass(MERGE_MS);
      const after = newsroom.snapshot({ ...query });
      assert.notEqual(after.rows, rows);
      assert.equal(newsroom.snapshot({ ...query }).rows, after.rows);
      if ('page' in query) continue;
      const news = newsroom.since({ ...query }, epoch, seq);
      assert.equal(newsroom.since({ ...query }, epoch, seq), news);
      assert.equal(news?.seq, after.seq);
    }
  }),
);
