/** From a change until the last of a thousand viewers has the news, beside a server that only broadcasts. */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, median, ms, ratio } from './figure.ts';
import type { Heard } from './many-sockets.ts';
import { bareStation, daemonStation, type Station, UNITS, VIEWERS } from './stations.ts';

const ROUNDS = 40;
const WARM_UP = 5;
/** Longer than the daemon merges news, so that each change is told by itself. */
const BETWEEN_MS = 150;

/** Since the request was sent; in milliseconds. */
interface Told {
  readonly first: number;
  readonly last: number;
  readonly answered: number;
  readonly bytes: number;
}

export async function fanOut(): Promise<Figure> {
  const daemon = await daemonStation();
  await daemon.gather();
  const probe = await tell(daemon, 'mark-of-probe');
  const bare = await bareStation(probe.bytes);
  await bare.gather();
  const [ofDaemon, ofBare]: [Told[], Told[]] = [[], []];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const mark = `mark-of-${String(round + WARM_UP).padStart(5, '0')}`;
    const [one, other] = [await tell(daemon, mark), await tell(bare, mark)];
    if (round < 0) continue;
    ofDaemon.push(one);
    ofBare.push(other);
  }
  return figureOf([bare.name, ofBare], [daemon.name, ofDaemon], probe.bytes);
}

async function tell({ flock, say }: Station, mark: string): Promise<Told> {
  await pause(BETWEEN_MS);
  const all = flock.untilAllHear(mark);
  const from = performance.now();
  const answer = say(mark).then(() => performance.now());
  const [{ first, last, bytes }, answered]: [Heard, number] = await Promise.all([all, answer]);
  return { first: first - from, last: last - from, answered: answered - from, bytes };
}

type Named = readonly [name: string, told: readonly Told[]];

function figureOf(bare: Named, daemon: Named, bytes: number): Figure {
  const lasts = (all: readonly Told[]) => all.map(({ last }) => last);
  const row = ([name, all]: Named) => [
    name,
    ms(median(all.map(({ first }) => first))),
    ms(median(lasts(all))),
    ms(Math.max(...lasts(all))),
    ms(median(all.map(({ answered }) => answered))),
    ratio(median(lasts(all)), median(lasts(bare[1]))),
    ratio(Math.max(...lasts(all)), Math.max(...lasts(bare[1]))),
  ];
  return {
    title: `News for ${VIEWERS.toLocaleString('en')} viewers of a board of ${UNITS} units`,
    head: [
      ['', 'the 1st', `the ${VIEWERS}th`, 'worst', 'the caller', `the ${VIEWERS}th`, 'worst'],
      ['', 'ms', 'ms', 'ms', 'ms', 'ratio', 'ratio'],
    ],
    rows: [row(bare), row(daemon)],
    note: `Medians of ${ROUNDS} rounds, from sending the request until a viewer has the news (${bytes} bytes) and until the caller has its answer; the viewers are one process.`,
  };
}
