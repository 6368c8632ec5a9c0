/** Durable commits per second: the store with one caller and with a hundred, beside bare SQLite. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Sqlite from 'better-sqlite3';
import { prioritizeUnit } from '../server/domain/commands/steering.ts';
import { Db } from '../server/store/sqlite.ts';
import type { Event } from '../shared/events.ts';
import { StoreFixture, spec } from '../test/core/store-fixture.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, median, ratio } from './figure.ts';

const ROUNDS = 9;
const UNITS = 100;
const COMMITS = 400;
/** How often each of the hundred commits, one after the other. */
const TURNS = 40;

export async function commits(): Promise<Figure> {
  const house = new StoreFixture();
  afterwards(() => house.leave());
  await house.add(...Array.from({ length: UNITS }, (_, nth) => spec(chunkOf(nth))));
  await prioritize(house, 0);
  const event = house.log().at(-1);
  if (!event) throw new Error('nothing was committed');
  const bare = openBare(join(house.folder, 'bare.db'), event);
  const ways: readonly Way[] = [
    { name: 'bare inserts, a transaction each', run: () => bare.insert(COMMITS, 1) },
    { name: 'Store.commit, 1 caller', run: () => oneCaller(house) },
    { name: `bare inserts, ${UNITS} a transaction`, run: () => bare.insert(TURNS * UNITS, UNITS) },
    { name: `Store.commit, ${UNITS} callers`, run: () => allCallers(house) },
  ];
  return figureOf(await measure(ways));
}

interface Way {
  readonly name: string;
  /** Returns how many rows or commits are on disk when it ends. */
  readonly run: () => number | Promise<number>;
}

const chunkOf = (nth: number) => `unit-${nth}`;
let priority = 0;

/** Never the priority that it has: that would be no change and no commit. */
function prioritize(house: StoreFixture, nth: number) {
  priority = (priority + 1) % 1000;
  const input = { chunk: chunkOf(nth), priority };
  return house.commit((state) => prioritizeUnit(state, input));
}

async function oneCaller(house: StoreFixture): Promise<number> {
  const before = house.store.state.seq;
  for (let nth = 0; nth < COMMITS; nth++) await prioritize(house, nth % UNITS);
  return house.store.state.seq - before;
}

async function allCallers(house: StoreFixture): Promise<number> {
  const before = house.store.state.seq;
  const caller = async (nth: number) => {
    for (let turn = 0; turn < TURNS; turn++) await prioritize(house, nth);
  };
  await Promise.all(Array.from({ length: UNITS }, (_, nth) => caller(nth)));
  return house.store.state.seq - before;
}

/** The same schema and durability, and nothing but inserts of such events: of as many units, for the index has them too. */
function openBare(path: string, { at, by, type, data }: Event) {
  Db.open(path).close();
  const sqlite = new Sqlite(path);
  afterwards(() => sqlite.close());
  sqlite.pragma('synchronous = full');
  if (sqlite.pragma('journal_mode', { simple: true }) !== 'wal') throw new Error('the journal differs');
  const add = sqlite.prepare('insert into events (seq, at, by, unit, type, data) values (?, ?, ?, ?, ?, ?)');
  let seq = 0;
  const batch = sqlite.transaction((rows: number) => {
    for (let row = 0; row < rows; row++)
      add.run(++seq, at, JSON.stringify(by), seq % UNITS, type, JSON.stringify(data));
  });
  const insert = (rows: number, rowsEach: number): number => {
    const before = seq;
    while (seq - before < rows) batch.immediate(rowsEach);
    return seq - before;
  };
  return { insert };
}

interface Rates {
  readonly name: string;
  readonly perSecond: readonly number[];
}

/** The ways take turns, so that a slow minute of the disk is slow for all. The first turn warms up. */
async function measure(ways: readonly Way[]): Promise<Rates[]> {
  const rates = ways.map(({ name }) => ({ name, perSecond: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++)
    for (const [nth, { run }] of ways.entries()) {
      const from = performance.now();
      const done = await run();
      const seconds = (performance.now() - from) / 1000;
      if (round > 0) rates[nth]?.perSecond.push(done / seconds);
    }
  return rates;
}

function figureOf(rates: readonly Rates[]): Figure {
  const first = median(rates[0]?.perSecond ?? []);
  const rows = rates.map(({ name, perSecond }, nth) => [
    name,
    median(perSecond).toFixed(0),
    Math.min(...perSecond).toFixed(0),
    ratio(median(perSecond), first),
    // Beside the bare way that puts as many into one transaction.
    nth % 2 === 0 ? '' : ratio(median(perSecond), median(rates[nth - 1]?.perSecond ?? [])),
  ]);
  return {
    title: 'Durable commits (WAL, synchronous=FULL, a file in the temp folder)',
    head: [
      ['', 'median', 'slowest', 'to a transaction each', 'to the row above'],
      ['', 'per s', 'per s', 'ratio', 'ratio'],
    ],
    rows,
    note: `${ROUNDS} rounds of ${COMMITS} (1 caller) and ${TURNS * UNITS} (${UNITS}); each changes the priority of one of ${UNITS} units.`,
  };
}
