/** What a thousand viewers cost a server: processor time for each event and viewer, and memory. Linux only. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, median, ratio } from './figure.ts';
import { cpuOf, memoryOf } from './proc.ts';
import { bareStation, daemonStation, type Station, stockStation, VIEWERS } from './stations.ts';

const ROUNDS = 3;
const EVENTS = 60;
const WARM_UP = 10;
const RATES = [10, 100] as const;
/** So long nothing arrives any more: all that was sent is there, and timers have fired. */
const SETTLE_MS = 1500;
/** As long as the message of the daemon, on average. */
const MESSAGE_BYTES = 569;

/** Of one round at one rate. */
interface Spent {
  /** Microseconds on a processor, for each event and viewer. */
  readonly us: number;
  /** Messages for each event and viewer: fewer than one where they are merged. */
  readonly messages: number;
  readonly bytes: number;
}

type Spending = Map<number, Spent[]>;

export async function viewers(): Promise<Figure> {
  const stations = [
    await bareStation(MESSAGE_BYTES),
    await stockStation(MESSAGE_BYTES),
    await daemonStation(),
  ];
  const memory = new Map<Station, number>();
  for (const station of stations) memory.set(station, await gathered(station));
  const spent = new Map(stations.map((station) => [station, new Map() as Spending]));
  for (const station of stations) await speak(station, 10, WARM_UP);
  for (let round = 0; round < ROUNDS; round++)
    for (const rate of RATES)
      for (const station of stations) {
        const all = spent.get(station);
        all?.set(rate, [...(all.get(rate) ?? []), await speak(station, rate, EVENTS)]);
      }
  return figureOf(stations, spent, memory);
}

/** All listen. Returns by how many kB the process has grown, for each. */
async function gathered({ pid, gather }: Station): Promise<number> {
  await pause(SETTLE_MS);
  const before = memoryOf(pid, 'VmRSS');
  await gather();
  await pause(SETTLE_MS);
  return ((memoryOf(pid, 'VmRSS') - before) * 1.024) / VIEWERS;
}

async function speak({ pid, flock, say }: Station, rate: number, events: number): Promise<Spent> {
  const [cpu, frames, bytes] = [cpuOf(pid), flock.frames, flock.bytes];
  const from = performance.now();
  const said: Promise<unknown>[] = [];
  for (let nth = 0; nth < events; nth++) {
    await pause(Math.max(0, from + (nth * 1000) / rate - performance.now()));
    said.push(say(`because of ${nth}`));
  }
  await Promise.all(said);
  await untilQuiet(flock);
  const each = events * VIEWERS;
  return {
    us: ((cpuOf(pid) - cpu) * 1000) / each,
    messages: (flock.frames - frames) / each,
    bytes: (flock.bytes - bytes) / (flock.frames - frames),
  };
}

/** A server that cannot keep up sends on long after the last event. */
async function untilQuiet(flock: Station['flock']): Promise<void> {
  for (let before = -1; before !== flock.frames; ) {
    before = flock.frames;
    await pause(SETTLE_MS);
  }
}

function figureOf(
  stations: readonly Station[],
  spent: ReadonlyMap<Station, Spending>,
  memory: ReadonlyMap<Station, number>,
): Figure {
  const of = (station: Station | undefined, rate: number, what: keyof Spent) =>
    median(((station && spent.get(station)?.get(rate)) ?? []).map((one) => one[what]));
  const at = (station: Station, rate: number) => [
    of(station, rate, 'us').toFixed(1),
    ratio(of(station, rate, 'us'), of(stations[0], rate, 'us')),
    of(station, rate, 'messages').toFixed(2),
  ];
  return {
    title: `What each of ${VIEWERS.toLocaleString('en')} viewers costs the server`,
    head: [
      ['', ...RATES.flatMap((rate) => [`${rate}/s`, `${rate}/s`, 'messages']), 'message', 'memory'],
      ['', ...RATES.flatMap(() => ['µs', 'ratio', 'per event']), 'bytes', 'kB'],
    ],
    rows: stations.map((station) => [
      station.name,
      ...RATES.flatMap((rate) => at(station, rate)),
      of(station, 10, 'bytes').toFixed(0),
      memory.get(station)?.toFixed(1) ?? '',
    ]),
    note: `Processor time of the server's process for each event and viewer, medians of ${ROUNDS} rounds by turns of ${EVENTS} events each; memory: growth of its resident set while they connect.`,
  };
}
