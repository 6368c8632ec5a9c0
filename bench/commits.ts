/** Durable commits per second: the store with one caller and with a hundred, on SQLite, beside bare inserts, and on PostgreSQL. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Sqlite from 'better-sqlite3';
import { prioritizeUnit } from '../server/domain/commands/steering.ts';
import { addUnits } from '../server/domain/commands/units.ts';
import { openPostgres } from '../server/store/postgres/postgres-storage.ts';
import { Db } from '../server/store/sqlite.ts';
import { Store } from '../server/store/store.ts';
import type { Event } from '../shared/events.ts';
import { OPERATOR, StoreFixture, spec } from '../test/core/store-fixture.ts';
import { PostgresServer, whyNoPostgres } from '../test/scale/postgres-server.ts';
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
  await prioritize(house.store, 0);
  const event = house.log().at(-1);
  if (!event) throw new Error('nothing was committed');
  const bare = openBare(join(house.folder, 'bare.db'), event);
  const ways: readonly Way[] = [
    { name: 'bare inserts, a transaction each', run: () => bare.insert(COMMITS, 1) },
    { name: 'Store.commit, 1 caller', run: () => oneCaller(house.store) },
    { name: `bare inserts, ${UNITS} a transaction`, run: () => bare.insert(TURNS * UNITS, UNITS) },
    { name: `Store.commit, ${UNITS} callers`, run: () => allCallers(house.store) },
    ...(await onPostgres()),
  ];
  return figureOf(await measure(ways));
}

/** On a server of this system, with its defaults, over the loopback; none where there is none. */
async function onPostgres(): Promise<Way[]> {
  if (whyNoPostgres() !== false) return [];
  const server = await PostgresServer.start();
  afterwards(() => server.stop());
  const storage = await openPostgres(await server.database());
  afterwards(() => storage.close());
  const store = await Store.open(storage.journal);
  await store.commit(OPERATOR, (state) =>
    addUnits(
      state,
      Array.from({ length: UNITS }, (_, nth) => spec(chunkOf(nth))),
    ),
  );
  return [
    { name: 'PostgreSQL, 1 caller', run: () => oneCaller(store) },
    { name: `PostgreSQL, ${UNITS} callers`, run: () => allCallers(store) },
  ];
}

interface Way {
  readonly name: string;
  /** Returns how many rows or commits are on disk when it ends. */
  readonly run: () => number | Promise<number>;
}

const chunkOf = (nth: number) => `unit-${nth}`;
let priority = 0;

/** Never the priority that it has: that would be no change and no commit. */
function prioritize(store: Store, nth: number) {
  priority = (priority + 1) % 1000;
  const input = { chunk: chunkOf(nth), priority };
  return store.commit(OPERATOR, (state) => prioritizeUnit(state, input));
}

async function oneCaller(store: Store): Promise<number> {
  const before = store.state.seq;
  for (let nth = 0; nth < COMMITS; nth++) await prioritize(store, nth % UNITS);
  return store.state.seq - before;
}

async function allCallers(store: Store): Promise<number> {
  const before = store.state.seq;
  const caller = async (nth: number) => {
    for (let turn = 0; turn < TURNS; turn++) await prioritize(store, nth);
  };
  await Promise.all(Array.from({ length: UNITS }, (_, nth) => caller(nth)));
  return store.state.seq - before;
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
    nth % 2 === 0 || name.startsWith('PostgreSQL')
      ? ''
      : ratio(median(perSecond), median(rates[nth - 1]?.perSecond ?? [])),
  ]);
  return {
    title: 'Durable commits (SQLite: WAL, synchronous=FULL; PostgreSQL: as installed; in the temp folder)',
    head: [
      ['', 'median', 'slowest', 'to a transaction each', 'to the row above'],
      ['', 'per s', 'per s', 'ratio', 'ratio'],
    ],
    rows,
    note: `${ROUNDS} rounds of ${COMMITS} (1 caller) and ${TURNS * UNITS} (${UNITS}); each changes the priority of one of ${UNITS} units.`,
  };
}
