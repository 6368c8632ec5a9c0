/**
 * Signalbox beside what people would use instead: bull-board over Redis, and a page without script that is loaded again at
 * each change. bull-board is installed from the npm registry, Redis is the system's. Linux only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer-core';
import { until } from '../test/until.ts';
import { afterwards } from './cleanup.ts';
import { daemonWithUnits } from './daemon-with-units.ts';
import { type Figure, kB, median, ms, ratio } from './figure.ts';
import { forkedServer } from './forked-server.ts';
import { fromRegistry } from './from-registry.ts';
import { lighthouseOf, type Report } from './lighthouse.ts';
import { cpuOf, memoryOf } from './proc.ts';
import { launchBrowser } from './time-to-paint.ts';

const UNITS = 200;
const ROUNDS = 15;
const WARM_UP = 2;
const WATCHED_MS = 30_000;
const EACH_MS = 1000;
const PATIENCE_MS = 30_000;
const BULL_BOARD = [
  'bullmq@6.7.0',
  'ioredis@5.9.2',
  '@bull-board/api@9.10.1',
  '@bull-board/express@9.10.1',
  'express@5.3.0',
];

interface Peer {
  readonly name: string;
  readonly address: string;
  /** The processes that serve it. */
  readonly pids: readonly number[];
  /** Whether the page keeps itself up to date; else it is loaded again after each change. */
  readonly isLive: boolean;
  /** Changes something, so that the page shows a new text. */
  readonly say: (text: string, nth: number) => Promise<unknown>;
}

interface Measured {
  readonly peer: Peer;
  /** From sending a change until the page shows it, in milliseconds. */
  readonly shown: readonly number[];
  /** Of one viewer while one change comes each second: what arrives, and what it costs the servers. */
  readonly bytesPerSecond: number;
  readonly msPerSecond: number;
  readonly residentMiB: number;
  readonly report: Report;
}

export async function peers(): Promise<Figure> {
  const browser = await launchBrowser();
  const { house, callers } = await daemonWithUnits(UNITS);
  const ours = {
    address: house.address,
    pids: [house.holder()?.pid ?? 0],
    say: (why: string, nth: number) => callers.must('units.hold', { chunk: `unit-${nth % UNITS}`, why }),
  };
  const all: Peer[] = [
    { ...ours, name: 'Signalbox', isLive: true },
    { ...ours, name: 'its page without script, loaded again', isLive: false },
    await bullBoard(),
  ];
  const measured: Measured[] = [];
  for (const peer of all) measured.push(await measure(browser, peer));
  return figureOf(measured);
}

async function bullBoard(): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'sb-redis-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'redis.sock');
  // As durable as ours: what is acknowledged is on the disk.
  const args = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', ''];
  const redis = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'], {
    stdio: 'ignore',
  });
  const ended = once(redis, 'exit');
  afterwards(async () => {
    redis.kill('SIGKILL');
    await ended;
  });
  await until('Redis to listen', () => existsSync(socket));
  const packages = fromRegistry(BULL_BOARD);
  const { port, pid } = await forkedServer('bull-board-server.js', packages, socket, String(UNITS));
  const origin = `http://127.0.0.1:${port}`;
  return {
    name: 'bull-board 9.10, Redis',
    address: `${origin}/board/queue/work?status=latest`,
    pids: [pid, redis.pid ?? 0],
    isLive: true,
    say: (name) => fetch(`${origin}/say?name=${name}`, { method: 'POST' }),
  };
}

async function measure(browser: Browser, peer: Peer): Promise<Measured> {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setJavaScriptEnabled(peer.isLive);
  await page.goto(peer.address, { waitUntil: 'load' });
  await shows(page, 'unit-');
  const shown: number[] = [];
  for (let nth = 0; nth < WARM_UP + ROUNDS; nth++) {
    // At another moment of whatever clock it has.
    await pause(200 + Math.random() * EACH_MS);
    const from = performance.now();
    await change(page, peer, `mark-${nth}-of-${peer.isLive ? 'live' : 'loaded'}`, nth);
    shown.push(performance.now() - from);
  }
  const watched = await watch(page, peer);
  const residentMiB = peer.pids.reduce((sum, pid) => sum + memoryOf(pid, 'VmRSS'), 0) / 1024;
  await page.close();
  const report = await lighthouseOf(peer.address, Number(new URL(browser.wsEndpoint()).port));
  return { peer, shown: shown.slice(WARM_UP), ...watched, residentMiB, report };
}

async function change(page: Page, { say, isLive }: Peer, text: string, nth: number): Promise<void> {
  await say(text, nth);
  if (!isLive) await page.reload({ waitUntil: 'load' });
  await shows(page, text);
}

/** Looked at with each frame. */
const shows = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction((words) => document.body.textContent?.includes(words), { timeout: PATIENCE_MS }, text);

async function watch(page: Page, peer: Peer) {
  let bytes = 0;
  const devtools = await page.createCDPSession();
  await devtools.send('Network.enable');
  devtools.on('Network.dataReceived', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  devtools.on('Network.responseReceived', ({ response }) => {
    bytes += response.encodedDataLength;
  });
  devtools.on('Network.webSocketFrameReceived', ({ response }) => {
    bytes += response.payloadData.length;
  });
  const cpu = () => peer.pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
  const before = cpu();
  const began = performance.now();
  for (let nth = 0; performance.now() - began < WATCHED_MS; nth++) {
    await pause(began + nth * EACH_MS - performance.now());
    await peer.say(`watched-${nth}`, 100 + nth);
    if (!peer.isLive) await page.reload({ waitUntil: 'load' });
  }
  const seconds = (performance.now() - began) / 1000;
  return { bytesPerSecond: bytes / seconds, msPerSecond: (cpu() - before) / seconds };
}

function figureOf(all: readonly Measured[]): Figure {
  const base = all[0];
  if (!base) throw new Error('nothing was measured');
  return {
    title: `One viewer of ${UNITS} units or jobs (Chromium)`,
    head: [
      ['', 'shown', 'worst', 'to ours', 'bytes', 'processor', 'memory', 'Lighthouse', 'largest', 'shift'],
      ['', 'ms', 'ms', 'ratio', 'kB/s', 'ms/s', 'MiB', 'performance', 'ms', ''],
    ],
    rows: all.map(({ peer, shown, bytesPerSecond, msPerSecond, residentMiB, report }) => [
      peer.name,
      ms(median(shown)),
      ms(Math.max(...shown)),
      ratio(median(shown), median(base.shown)),
      kB(bytesPerSecond),
      ms(msPerSecond),
      residentMiB.toFixed(0),
      (100 * (report.categories.performance?.score ?? Number.NaN)).toFixed(0),
      (report.audits['largest-contentful-paint']?.numericValue ?? Number.NaN).toFixed(0),
      (report.audits['cumulative-layout-shift']?.numericValue ?? Number.NaN).toFixed(3),
    ]),
    note: `Medians of ${ROUNDS} changes, from sending one until a frame of the page has it, looked at by the same means. Bytes, processor and memory of the servers (bull-board: with Redis, each write forced to the disk): while one change a second comes, for ${WATCHED_MS / 1000} s. bull-board asks every 5 s, its default. Lighthouse: once, mobile.`,
  };
}
