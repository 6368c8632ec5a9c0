/** A thousand viewers are told what one would be told, from bytes that were made once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { newsAsText } from '../../server/api/streams.ts';
import { BoardFeed } from '../../server/board/board-feed.ts';
import { SharedBoards } from '../../server/board/shared-boards.ts';
import { holdUnit } from '../../server/domain/commands/steering.ts';
import { afterMessage, type Board, type BoardMessage, boardOf, type Row } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import { until } from '../until.ts';
import { inHouse, type StoreFixture, spec } from './store-fixture.ts';

/** Everything that one viewer was sent, and the board that it makes of it. */
class Screen {
  board: Board | null;
  readonly frames: Buffer[] = [];
  slow = false;
  readonly gone = new AbortController();
  readonly left: Promise<void>;

  constructor(scene: Scene, query: Query, stream: string | number = 1) {
    const snapshot = scene.feed.snapshot(query);
    this.board = boardOf(snapshot);
    this.left = scene.boards.follow(
      {
        query,
        at: snapshot.seq,
        shown: snapshot.rows,
        stream,
        send: (frame) => this.#take(frame, stream),
        isSlow: () => this.slow,
      },
      this.gone.signal,
    );
  }

  #take(frame: Buffer, stream: string | number): void {
    assert.equal(this.slow, false, 'nothing is sent to who reads slowly');
    this.frames.push(frame);
    const message = JSON.parse(frame.toString()) as {
      id: unknown;
      result: { id: string; data: { id: string; data: BoardMessage } };
    };
    assert.equal(message.id, stream);
    assert.equal(message.result.id, message.result.data.id);
    this.board = afterMessage(this.board, message.result.data.data);
  }
}

interface Scene {
  readonly house: StoreFixture;
  readonly feed: BoardFeed;
  readonly boards: SharedBoards;
  readonly encoded: () => number;
}

const withScene = (body: (scene: Scene) => Promise<void>) =>
  inHouse(async (house) => {
    await house.add(...Array.from({ length: 12 }, (_, n) => spec(`u${n}`)));
    const feed = new BoardFeed(house.store, 'build');
    let encoded = 0;
    const boards = new SharedBoards(feed, house.store.epoch, (...given) => {
      encoded++;
      return Buffer.from(newsAsText(...given));
    });
    try {
      await body({ house, feed, boards, encoded: () => encoded });
    } finally {
      feed.stop();
    }
  });

const hold = (house: StoreFixture, chunk: string) =>
  house.commit((state) => holdUnit(state, { chunk, why: 'x' }));

/** Whether it shows what a viewer that begins now is shown. */
const isCurrent = ({ feed }: Scene, query: Query, screen: Screen): boolean =>
  screen.board !== null && isDeepStrictEqual(looks(screen.board), looks(boardOf(feed.snapshot(query))));

/** The row about the pages is new with each number, also where it says the same. */
const looks = ({ rows }: Board) =>
  [...rows.values()].map((row) => (row.row === 'page' ? { ...row, seq: 0 } : row)).sort(byKey);
const byKey = (one: Row, other: Row): number => (one.key < other.key ? -1 : 1);

test(
  'viewers of every query follow what a new viewer would see, from bytes that are made once',
  withScene(async (scene) => {
    const queries: readonly Query[] = [{}, { page: 1 }, { status: ['BLOCKED'] }, { only: 'counts' }];
    const screens = queries.flatMap((query) =>
      Array.from({ length: 120 }, () => [query, new Screen(scene, query)] as const),
    );
    await hold(scene.house, 'u3');
    await until('all to know it', () => screens.every(([query, each]) => isCurrent(scene, query, each)));
    assert.ok(scene.encoded() <= queries.length, `encoded ${scene.encoded()} times`);
    const [[, first], [, second]] = screens as [(typeof screens)[0], (typeof screens)[0]];
    assert.equal(first.frames[0], second.frames[0], 'the same bytes');
    await hold(scene.house, 'u4');
    await scene.house.add(spec('late'));
    await until('all to know that, too', () =>
      screens.every(([query, each]) => isCurrent(scene, query, each)),
    );
  }),
);

test(
  'each stream of a connection is told by its own name',
  withScene(async (scene) => {
    const screens = [1, 2, 'a'].map((stream) => new Screen(scene, {}, stream));
    await hold(scene.house, 'u1');
    await until('each to be told', () => screens.every(({ frames }) => frames.length === 1));
    assert.equal(scene.encoded(), 3);
  }),
);

test(
  'the caller has its answer before the first viewer has the news',
  withScene(async (scene) => {
    const screens = Array.from({ length: 60 }, () => new Screen(scene, {}));
    await hold(scene.house, 'u1');
    assert.ok(screens.every(({ frames }) => frames.length === 0));
    await until('all to be told', () => screens.every(({ frames }) => frames.length === 1));
  }),
);

test(
  'who reads slowly is passed over, and told once of all that was missed',
  withScene(async (scene) => {
    const [slow, quick] = [new Screen(scene, {}), new Screen(scene, {})];
    slow.slow = true;
    for (const [nth, chunk] of ['u1', 'u2', 'u3'].entries()) {
      await hold(scene.house, chunk);
      await until('the quick one to be told', () => quick.frames.length === nth + 1);
    }
    assert.equal(slow.frames.length, 0);
    slow.slow = false;
    await until('the slow one to have caught up', () => isCurrent(scene, {}, slow));
    assert.equal(slow.frames.length, 1);
  }),
);

test(
  'while one round is under way the next waits, and nobody is left out',
  withScene(async (scene) => {
    const screens = Array.from({ length: 400 }, () => new Screen(scene, {}));
    for (let nth = 0; nth < 12; nth++) {
      await hold(scene.house, `u${nth}`);
      scene.boards.look();
    }
    await until('all to know', () => screens.every((each) => isCurrent(scene, {}, each)));
  }),
);

test(
  'who has left is told nothing',
  withScene(async (scene) => {
    const [stays, leaves] = [new Screen(scene, {}), new Screen(scene, {})];
    leaves.gone.abort();
    await leaves.left;
    await hold(scene.house, 'u1');
    await until('the other to be told', () => stays.frames.length === 1);
    assert.equal(leaves.frames.length, 0);
  }),
);
