/**
 * How much memory the daemon needs while ten runs print 2 GB, unwatched and watched, and what it costs in time.
 * Ends with 1 where the daemon grows by more than is allowed, with 2 where nothing could be measured.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readNotes } from '../server/runs/wrapper.ts';
import { type RunFiles, runFiles } from '../server/system/run-files.ts';
import type { Detail } from '../shared/detail.ts';
import { DaemonFixture, PROGRAM } from '../test/daemon-fixture.ts';
import { afterwards, tidily, tidyOnSignals } from './cleanup.ts';
import { asText, type Figure, ratio } from './figure.ts';
import { memoryOf } from './proc.ts';

const RUNS = 10;
const BYTES = 200_000_000;
const LINE = 'src/ångström/paths.ts(17,3): the quick brown fox jumps over the lazy dog, 0123456789';
const ALLOWED_MIB = 64;
const SAMPLE_MS = 200;
/** Long enough for a start or an end to be over and for idle timers to have fired. */
const SETTLE_MS = 4000;
const PATIENCE_S = 900;

const chunks = Array.from({ length: RUNS }, (_, nth) => `print-${nth}`);

/** What one round with a daemon showed; memory in KiB, as the kernel says it. */
interface Round {
  readonly name: string;
  readonly start: number;
  readonly peak: number;
  readonly after: number;
  /** From the word "go" to the end of the last run, as the daemon recorded it. */
  readonly wallMs: number;
  /** From the word "go" until the last follower had read everything. */
  readonly followedMs: number | null;
}

async function waitFor(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_S * 1000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await pause(20);
  }
}

/** All wait for one file, so that starting them is not measured, and followers are there before the first byte. */
const printing = (gate: string): string =>
  `until [ -e '${gate}' ]; do sleep 0.05; done; yes '${LINE}' | head -c ${BYTES}`;

function open(gate: string): number {
  writeFileSync(gate, '');
  return Date.now();
}

/** The same commands, printing to files with nobody between. */
async function withoutDaemon(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sb-bare-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const gate = join(folder, 'gate');
  const children = chunks.map((chunk) => printTo(join(folder, chunk), printing(gate)));
  const ends = children.map((child) => once(child, 'exit'));
  afterwards(() => kill(children, ends));
  await pause(SETTLE_MS);
  const from = open(gate);
  await Promise.all(ends);
  const wall = Date.now() - from;
  for (const chunk of chunks) expectWhole(join(folder, chunk));
  return wall;
}

function printTo(path: string, command: string): ChildProcess {
  const output = openSync(path, 'a');
  try {
    // A group of its own, as a run has, so that the whole pipeline can be ended.
    return spawn('/bin/sh', ['-c', command], { stdio: ['ignore', output, output], detached: true });
  } finally {
    closeSync(output);
  }
}

async function kill(children: readonly ChildProcess[], ends: readonly Promise<unknown>[]): Promise<void> {
  for (const { pid, exitCode } of children) {
    if (pid === undefined || exitCode !== null) continue;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
  await Promise.all(ends);
}

function expectWhole(path: string): void {
  const { size } = statSync(path);
  if (size !== BYTES) throw new Error(`${path} has ${size} bytes, not ${BYTES}`);
}

/** Ten runs print at once under a daemon of their own. */
async function round(name: string, watched: boolean): Promise<Round> {
  const house = DaemonFixture.make();
  afterwards(() => house.close());
  // A project of its own, whatever lies in the folders above it.
  writeFileSync(join(house.project, 'signalbox.json'), '{}');
  await house.start('--port', '0', '--max-agents', String(RUNS));
  const gate = join(house.folder, 'gate');
  await pause(SETTLE_MS);
  const memory = new Memory(house.holder()?.pid ?? 0);
  await addAll(house, printing(gate));
  const followers = watched ? await follow(house) : [];
  const from = open(gate);
  await waitFor('the runs to end', () => filesOf(house).every((files) => readNotes(files).ended));
  for (const { output } of filesOf(house)) expectWhole(output);
  await Promise.all(followers.map(expectEnd));
  const followedMs = watched ? Date.now() - from : null;
  await pause(SETTLE_MS);
  return { name, ...memory.stop(), wallMs: (await lastEnd(house)) - from, followedMs };
}

const filesOf = ({ paths }: DaemonFixture): RunFiles[] =>
  readdirSync(paths.runs).map((name) => {
    const [unit, run] = name.split('-').map(Number);
    return runFiles(paths.runs, unit ?? 0, run ?? 0);
  });

/** Adds the runs and waits until each has begun. Looks at files only: asking the daemon would be watching it. */
async function addAll(house: DaemonFixture, command: string): Promise<void> {
  const plan = join(house.folder, 'plan.json');
  writeFileSync(plan, JSON.stringify({ units: chunks.map((chunk) => ({ chunk, command })) }));
  mkdirSync(house.paths.runs, { recursive: true });
  const { code, stderr } = await house.signalbox('add', '--plan', plan);
  if (code !== 0) throw new Error(stderr);
  const begun = () => filesOf(house).filter((files) => readNotes(files).began);
  await waitFor('the runs to begin', () => begun().length === RUNS);
  await pause(SETTLE_MS);
}

/** When the last run had ended. */
async function lastEnd(house: DaemonFixture): Promise<number> {
  const details = await Promise.all(chunks.map((chunk) => house.json<Detail>('show', chunk)));
  const ends = details.map(({ runs }) => Date.parse(runs[0]?.ended_at ?? ''));
  if (ends.some(Number.isNaN)) throw new Error('a run has not ended');
  return Math.max(...ends);
}

/** One `signalbox logs -f` for each run, and one who watches the board. Only the former end by themselves. */
async function follow(house: DaemonFixture): Promise<ChildProcess[]> {
  const start = (...args: string[]) => {
    const stdio = ['ignore', 'ignore', 'inherit'] as const;
    const options = { cwd: house.project, env: house.env, stdio: [...stdio], detached: true };
    return spawn(process.execPath, [PROGRAM, ...args], options);
  };
  const children = [...chunks.map((chunk) => start('logs', chunk, '-f')), start('watch')];
  const ends = children.map((child) => once(child, 'exit'));
  afterwards(() => kill(children, ends));
  await waitFor('the followers to connect', () => connections(house) >= children.length);
  await pause(SETTLE_MS);
  if (children.some(({ exitCode }) => exitCode !== null)) throw new Error('a follower has ended too soon');
  return children.slice(0, RUNS);
}

/** How many are connected to the daemon's socket: lines in the state CONNECTED (03), as in proc(5). */
function connections({ paths }: DaemonFixture): number {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.filter((line) => line.endsWith(` ${paths.socket}`) && / 0001 03 /.test(line)).length;
}

async function expectEnd(follower: ChildProcess): Promise<void> {
  if (follower.exitCode === null && follower.signalCode === null) await once(follower, 'exit');
  if (follower.exitCode !== 0) throw new Error(`a follower ended with ${follower.exitCode}`);
}

/** Watches the resident memory of one process. */
class Memory {
  readonly #pid: number;
  readonly #start: number;
  readonly #timer: NodeJS.Timeout;
  /** Whether the high-water mark is one of this watch, rather than of the whole life of the process. */
  readonly #marked: boolean;
  #peak: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#marked = resetHighWater(pid);
    this.#start = this.#read('VmRSS');
    this.#peak = this.#start;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    afterwards(() => clearInterval(this.#timer));
  }

  /** The high-water mark holds what happened between two samples; it lags a little, so both count. */
  #sample(): void {
    const mark = this.#marked ? this.#read('VmHWM') : 0;
    this.#peak = Math.max(this.#peak, this.#read('VmRSS'), mark);
  }

  #read(field: string): number {
    return memoryOf(this.#pid, field);
  }

  stop(): Pick<Round, 'start' | 'peak' | 'after'> {
    clearInterval(this.#timer);
    this.#sample();
    return { start: this.#start, peak: this.#peak, after: this.#read('VmRSS') };
  }
}

/** What the start itself needed for a moment is no growth. A kernel without this file has samples only. */
function resetHighWater(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

const mib = (kib: number) => (kib / 1024).toFixed(1);
const seconds = (ms: number | null) => (ms === null ? '–' : (ms / 1000).toFixed(1));
const growth = ({ start, peak }: Round) => (peak - start) / 1024;

const figureOf = (rounds: readonly Round[], bareMs: number): Figure => ({
  title: `${RUNS} runs at once print ${BYTES / 1e6} MB each.`,
  head: [
    ['', 'RSS at start', 'peak', 'growth', 'allowed', 'after', 'wall', 'no daemon', 'ratio', 'followed'],
    ['', 'MiB', 'MiB', 'MiB', 'MiB', 'MiB', 's', 's', '', 's'],
  ],
  rows: rounds.map((each) => [
    each.name,
    mib(each.start),
    mib(each.peak),
    growth(each).toFixed(1),
    String(ALLOWED_MIB),
    mib(each.after),
    seconds(each.wallMs),
    seconds(bareMs),
    ratio(each.wallMs, bareMs),
    seconds(each.followedMs),
  ]),
  note: 'wall: until the last run had ended; followed: until every follower had read all of it.',
});

/** A sentence why there is nothing to measure here, or null. */
function obstacle(): string | null {
  if (process.platform !== 'linux') return 'Memory is read from /proc, which only Linux has.';
  const { bavail, bsize } = statfsSync(tmpdir());
  const needed = RUNS * BYTES * 1.25;
  if (bavail * bsize >= needed) return null;
  return `${tmpdir()} has ${Math.floor((bavail * bsize) / 1e6)} MB free; this needs ${needed / 1e6} MB.`;
}

async function measure(): Promise<number> {
  const message = obstacle();
  if (message !== null) {
    console.error(message);
    return 2;
  }
  const before = await tidily(withoutDaemon);
  const unwatched = await tidily(() => round('nobody watching', false));
  const watched = await tidily(() => round(`${RUNS} logs -f, 1 watch`, true));
  const bare = (before + (await tidily(withoutDaemon))) / 2;
  const rounds = [unwatched, watched];
  console.log(asText(figureOf(rounds, bare)));
  const tooMuch = rounds.filter((each) => growth(each) > ALLOWED_MIB);
  for (const { name } of tooMuch) console.log(`More than ${ALLOWED_MIB} MiB: ${name}.`);
  return tooMuch.length > 0 ? 1 : 0;
}

tidyOnSignals();
try {
  process.exitCode = await measure();
} catch (error) {
  console.error(error);
  process.exitCode = 2;
}
