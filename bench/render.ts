/** What the dashboard costs to draw and to send, beside writing the same board as JSON. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { BoardFeed } from '../server/board/board-feed.ts';
import { prioritizeUnit } from '../server/domain/commands/steering.ts';
import { readAssets } from '../server/web/assets.ts';
import { dashboardPage } from '../server/web/page.ts';
import type { Snapshot } from '../shared/board.ts';
import type { Query } from '../shared/query.ts';
import { StoreFixture, spec } from '../test/core/store-fixture.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, kB, median, ms, ratio } from './figure.ts';

/** What a person gets who opens the dashboard: the first page of units, and the whole queue. */
const QUERY: Query = { page: 1 };
const ROUNDS = 15;
const WARM_UP = 3;
const SIZES = [10, 1000, 10_000];
/** One unit in so many asks something. */
const ASKING = 50;
const ASSETS = join(import.meta.dirname, '..', '..', 'dist', 'assets');

export async function render(): Promise<Figure> {
  const rows: string[][] = [];
  for (const size of SIZES) rows.push(await rowOf(size));
  return {
    title: 'Drawing the dashboard',
    head: [
      ['units', 'cards', 'page', 'page', 'gzip -9', 'JSON', 'JSON', 'page to JSON', 'snapshot', 'to JSON'],
      ['', '', 'ms', 'kB', 'kB', 'ms', 'kB', 'ratio', 'ms', 'ratio'],
    ],
    rows,
    note: `Medians of ${ROUNDS} rounds. page: dashboardPage; JSON: JSON.stringify of the same snapshot; snapshot: BoardFeed.snapshot after one unit has changed.`,
  };
}

async function rowOf(size: number): Promise<string[]> {
  const house = await houseOf(size);
  try {
    const boardFeed = new BoardFeed(house.store, 'bench');
    // From here on it looks only when asked, so that a snapshot costs all that a change costs it.
    boardFeed.stop();
    return await measure(house, boardFeed, size);
  } finally {
    house.leave();
  }
}

/** All statuses: a tenth is done, a tenth runs, a fifth waits, some ask, the rest is ready. */
async function houseOf(size: number): Promise<StoreFixture> {
  const house = new StoreFixture();
  afterwards(() => house.leave());
  const name = (nth: number) => `unit-${nth}`;
  const all = Array.from({ length: size }, (_, nth) => nth);
  const after = (nth: number) => (nth % 10 > 7 ? [name(nth - 1)] : []);
  const specOf = (nth: number) => spec(name(nth), { title: `The work of unit ${nth}`, after: after(nth) });
  await house.add(...all.map(specOf));
  await Promise.all(all.filter((nth) => nth % 10 === 0).map((nth) => house.close(name(nth))));
  await Promise.all(all.filter((nth) => nth % 10 === 1).map((nth) => house.start(name(nth))));
  await Promise.all(all.filter((nth) => nth % ASKING === 2).map((nth) => house.ask(name(nth), `ask-${nth}`)));
  return house;
}

async function measure(house: StoreFixture, boardFeed: BoardFeed, size: number): Promise<string[]> {
  const assets = readAssets(ASSETS);
  const waits = await boardFeed.waits(new Date());
  const draw = (snapshot: Snapshot) =>
    dashboardPage({
      assets,
      snapshot,
      query: QUERY,
      pulses: {},
      project: 'bench',
      waits,
      isSignedIn: true,
      failed: null,
      policyProblem: null,
      now: new Date(),
    });
  const [pages, jsons, snapshots] = [[] as number[], [] as number[], [] as number[]];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    await house.commit((state) =>
      prioritizeUnit(state, { chunk: `unit-${size - 1}`, priority: round + WARM_UP + 1 }),
    );
    const [snapshot, snapshotMs] = timed(() => boardFeed.snapshot(QUERY));
    const [, jsonMs] = timed(() => JSON.stringify(snapshot));
    const [, pageMs] = timed(() => draw(snapshot));
    if (round < 0) continue;
    snapshots.push(snapshotMs);
    jsons.push(jsonMs);
    pages.push(pageMs);
  }
  const snapshot = boardFeed.snapshot(QUERY);
  const [page, json] = [draw(snapshot), JSON.stringify(snapshot)];
  return [
    size.toLocaleString('en'),
    String(snapshot.rows.filter(({ row }) => row === 'item').length),
    ms(median(pages)),
    kB(Buffer.byteLength(page)),
    kB(gzipSync(page, { level: 9 }).length),
    ms(median(jsons)),
    kB(Buffer.byteLength(json)),
    ratio(median(pages), median(jsons)),
    ms(median(snapshots)),
    ratio(median(snapshots), median(jsons)),
  ];
}

function timed<T>(work: () => T): [T, number] {
  const from = performance.now();
  const made = work();
  return [made, performance.now() - from];
}
