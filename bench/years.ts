/**
 * What years cost: a log of ten million events, and a hundred thousand units that are through, each beside a small one.
 * `node out/bench/years.js EVENTS` makes another number of events.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DaemonFixture } from '../test/daemon-fixture.ts';
import { type Life, writeLife } from './bulk-log.ts';
import { afterwards, tidily, tidyOnSignals } from './cleanup.ts';
import { asText, type Figure, median, ms } from './figure.ts';

const ROUNDS = 5;
const MANY = Number(process.argv[2] ?? 10_000_000);
const LIVES: readonly Life[] = [
  { done: 0, alive: 2000, events: 100_000 },
  { done: 0, alive: 2000, events: MANY },
  { done: 0, alive: 2000, events: MANY / 10, burst: 1 },
  { done: 100_000, alive: 2000, events: 1_000_000 },
  { done: 100_000, alive: 2000, events: 1_000_000, archived: true },
];

const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await act();
  return performance.now() - began;
};

async function medianOf(act: () => Promise<unknown>): Promise<string> {
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) samples.push(await timed(act));
  return ms(median(samples));
}

async function measure(life: Life): Promise<string[]> {
  const house = DaemonFixture.make();
  afterwards(() => house.close());
  const { database } = house.paths;
  mkdirSync(dirname(database), { recursive: true, mode: 0o700 });
  const making = await timed(async () => writeLife(database, life));
  const page = async (path: string) => {
    const response = await fetch(`${house.address}${path}`);
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    return response.text();
  };
  const starts: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    starts.push(await timed(() => house.start(...(round === 0 ? ['--port', '0'] : []))));
    if (round < ROUNDS - 1) await house.end('SIGKILL');
  }
  await page('');
  const memory = residentMiB(house.holder()?.pid);
  const figures = [
    await medianOf(() => page('')),
    await medianOf(() => page(`work-units/unit-${life.done + 1}`)),
    await medianOf(() => house.ok('history', '--after', '0', '--limit', '100')),
    await medianOf(() => house.ok('history', `unit-${life.done + 1}`, '--after', '0', '--limit', '100')),
    await medianOf(() => house.ok('ls')),
    await medianOf(() => house.ok('hold', `unit-${life.done + 2}`)),
  ];
  const check = await timed(() => house.ok('check'));
  const size = statSync(database).size;
  await house.end('SIGTERM');
  return [
    `${life.events / 1e6} M events, ${life.done + life.alive} units${life.archived ? ', archived' : ''}${life.burst ? ', scattered' : ''}`,
    (making / 1000).toFixed(0),
    (size / 1e6).toFixed(0),
    ms(median(starts)),
    memory,
    ...figures,
    (check / 1000).toFixed(1),
  ];
}

function residentMiB(pid: number | undefined): string {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib) / 1024).toFixed(0);
}

tidyOnSignals();
const rows: string[][] = [];
for (const life of LIVES) rows.push(await tidily(() => measure(life)));
const figure: Figure = {
  title: 'Years of events',
  head: [
    [
      'life',
      'made in',
      'database',
      'start',
      'memory',
      'dashboard',
      'unit',
      'history',
      'of unit',
      'ls',
      'hold',
      'check',
    ],
    ['', 's', 'MB', 'ms', 'MiB', 'ms', 'ms', 'ms', 'ms', 'ms', 'ms', 's'],
  ],
  rows,
  note: `Median of ${ROUNDS}. start: from the command to the first answer by HTTP, after kill -9; memory: resident, after one page. Events of a unit come 20 in a row; scattered: each is of another unit.`,
};
console.log(asText(figure));
