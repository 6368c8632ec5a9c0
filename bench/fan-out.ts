/** From a change until the last of a thousand viewers has the news, beside a server that only broadcasts. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { send } from '../test/edge/http-client.ts';
import { afterwards } from './cleanup.ts';
import { daemonWithUnits } from './daemon-with-units.ts';
import { type Figure, median, ms, ratio } from './figure.ts';
import { type Heard, ManySockets } from './many-sockets.ts';

const VIEWERS = 1000;
const UNITS = 200;
const ROUNDS = 40;
const WARM_UP = 5;
/** Longer than the daemon merges news, so that each change is told by itself. */
const BETWEEN_MS = 150;
const SUBSCRIBE = JSON.stringify({
  id: 1,
  jsonrpc: '2.0',
  method: 'subscription',
  params: { path: 'board.follow', input: { page: 1 } },
});

/** Something that a thousand listen to. */
interface Station {
  readonly flock: ManySockets;
  /** Says something that contains `mark`. Resolves when the server has taken it. */
  readonly say: (mark: string) => Promise<unknown>;
}

/** Since the request was sent; in milliseconds. */
interface Told {
  readonly first: number;
  readonly last: number;
  readonly answered: number;
  readonly bytes: number;
}

export async function fanOut(): Promise<Figure> {
  const daemon = await daemonStation();
  const probe = await tell(daemon, 'mark-of-probe');
  const bare = await bareStation(probe.bytes);
  const [ofDaemon, ofBare]: [Told[], Told[]] = [[], []];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const mark = `mark-of-${String(round + WARM_UP).padStart(5, '0')}`;
    const [one, other] = [await tell(daemon, mark), await tell(bare, mark)];
    if (round < 0) continue;
    ofDaemon.push(one);
    ofBare.push(other);
  }
  return figureOf(ofDaemon, ofBare, probe.bytes);
}

async function daemonStation(): Promise<Station> {
  const { house, callers } = await daemonWithUnits(UNITS);
  const { host } = new URL(house.address);
  const flock = await gather(`ws://${host}/trpc`, SUBSCRIBE, '"snapshot":{');
  return { flock, say: (why) => callers.must('units.hold', { chunk: 'unit-7', why }) };
}

async function bareStation(bytes: number): Promise<Station> {
  const child = fork(join(import.meta.dirname, 'bare-broadcast.js'));
  const ended = once(child, 'exit');
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const [port] = (await once(child, 'message')) as [number];
  const flock = await gather(`ws://127.0.0.1:${port}/`);
  const where = { host: '127.0.0.1', port, method: 'POST', path: '/' };
  return { flock, say: (mark) => send({ ...where, body: mark.padEnd(bytes, '.') }) };
}

async function gather(url: string, hello?: string, welcome?: string): Promise<ManySockets> {
  const flock = new ManySockets();
  afterwards(() => flock.scatter());
  await flock.gather(VIEWERS, url, hello, welcome);
  return flock;
}

async function tell({ flock, say }: Station, mark: string): Promise<Told> {
  await pause(BETWEEN_MS);
  const all = flock.untilAllHear(mark);
  const from = performance.now();
  const answer = say(mark).then(() => performance.now());
  const [{ first, last, bytes }, answered]: [Heard, number] = await Promise.all([all, answer]);
  return { first: first - from, last: last - from, answered: answered - from, bytes };
}

function figureOf(daemon: readonly Told[], bare: readonly Told[], bytes: number): Figure {
  const lasts = (all: readonly Told[]) => all.map(({ last }) => last);
  const row = (name: string, all: readonly Told[]) => [
    name,
    ms(median(all.map(({ first }) => first))),
    ms(median(lasts(all))),
    ms(Math.max(...lasts(all))),
    ms(median(all.map(({ answered }) => answered))),
    ratio(median(lasts(all)), median(lasts(bare))),
    ratio(Math.max(...lasts(all)), Math.max(...lasts(bare))),
  ];
  return {
    title: `News for ${VIEWERS.toLocaleString('en')} viewers of a board of ${UNITS} units`,
    head: [
      ['', 'the 1st', `the ${VIEWERS}th`, 'worst', 'the caller', `the ${VIEWERS}th`, 'worst'],
      ['', 'ms', 'ms', 'ms', 'ms', 'ratio', 'ratio'],
    ],
    rows: [row('bare ws broadcast', bare), row('the daemon, durably', daemon)],
    note: `Medians of ${ROUNDS} rounds, from sending the request until a viewer has the news (${bytes} bytes) and until the caller has its answer; the viewers are one process.`,
  };
}
