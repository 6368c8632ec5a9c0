/** What it costs to read a difference and to draw it, beside git that only says it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { diffPage } from '../server/web/diff-page.ts';
import { Git } from '../server/work/git.ts';
import { readHunks } from '../server/work/hunks.ts';
import { readDiff } from '../server/work/read-diff.ts';
import { findRepository, type Repository } from '../server/work/repository.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, kB, median, ms, ratio } from './figure.ts';

const ROUNDS = 15;
const WARM_UP = 5;
const FILES = 10;
/** Changed lines in all. */
const SIZES = [2000, 21_600];
const ASSETS = {
  build: '',
  script: '/s.js',
  style: '/s.css',
  embed: Buffer.alloc(0),
  worker: Buffer.alloc(0),
  description: Buffer.alloc(0),
  files: new Map(),
};
const SNAPSHOT = { epoch: '', build: '', seq: 0, rows: [] };

export async function diff(): Promise<Figure> {
  const rows: string[][] = [];
  for (const size of SIZES) rows.push(await rowOf(size));
  return {
    title: 'Reading and drawing a difference',
    head: [
      [
        'changed lines',
        'git diff',
        'hunks',
        'to git',
        'readDiff',
        'to git',
        'page',
        'in all',
        'page',
        'gzip -9',
      ],
      ['', 'ms', 'ms', 'ratio', 'ms', 'ratio', 'ms', 'ms of CPU', 'kB', 'kB'],
    ],
    rows,
    note: `Medians of ${ROUNDS} rounds; ${FILES} files, each second line of them changed. hunks: readHunks of all lines; readDiff: all that a page needs, at most 2,000 lines, by four calls of git; page: diffPage of it, with a link to comment at every line; in all: what reading and drawing cost this process, without git.`,
  };
}

async function rowOf(size: number): Promise<string[]> {
  const { repository, from, to } = await repositoryOf(size);
  const git = new Git({ cwd: repository.top, trusted: true });
  const args = ['diff', '--no-ext-diff', from, to];
  const patch = (await git.succeed(args)).stdout;
  const input = { repository, from, to, query: { file: null, page: 1 } };
  const read = await readDiff(input);
  const draft = {
    post: '/c',
    remove: '/r',
    seen: 'k',
    snapshot: to,
    comments: [],
    open: null,
    problem: null,
    words: '',
  };
  const draw = () =>
    diffPage({
      assets: ASSETS,
      project: 'bench',
      snapshot: SNAPSHOT,
      chunk: 'unit',
      diff: read,
      draft,
      now: new Date(),
    });
  const bare = await medianOf(() => git.succeed(args));
  const hunks = await medianOf(() => readEach(patch, size));
  const whole = await medianOf(() => readDiff(input));
  const page = await medianOf(draw);
  const cpu = await medianOf(async () => {
    await readDiff(input);
    draw();
  }, cpuMs);
  const html = draw();
  return [
    size.toLocaleString('en'),
    ms(bare),
    ms(hunks),
    ratio(hunks, bare),
    ms(whole),
    ratio(whole, bare),
    ms(page),
    ms(cpu),
    kB(Buffer.byteLength(html)),
    kB(gzipSync(html, { level: 9 }).length),
  ];
}

/** Every hunk of the patch of all files. */
function readEach(patch: Buffer, size: number): void {
  let changed = 0;
  for (let at = patch.indexOf('\n@@ ') + 1; at > 0; at = patch.indexOf('\n@@ ', at - 1) + 1) {
    const body = readHunks(patch, at, { from: 0, most: Number.MAX_SAFE_INTEGER });
    changed += body.changed;
    at = body.end;
  }
  if (changed !== size) throw new Error(`${changed} changed lines were read`);
}

async function repositoryOf(size: number): Promise<{ repository: Repository; from: string; to: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org'];
  const git = (...args: string[]) =>
    execFileSync('git', [...who, ...args], { cwd: folder, env, encoding: 'utf8' }).trim();
  const write = (word: string) => {
    for (let at = 0; at < FILES; at++)
      writeFileSync(join(folder, `file-${at}.ts`), contentOf(size, at, word));
    git('add', '-A');
    git('commit', '-qm', word);
  };
  git('init', '-q');
  write('before');
  write('after');
  const [from, to] = [git('rev-parse', 'HEAD~1'), git('rev-parse', 'HEAD')];
  return { repository: await findRepository(folder), from, to };
}

/** Each changed line is one that is deleted and one that is added. */
function contentOf(size: number, file: number, word: string): string {
  const lines = Array.from({ length: size / FILES }, (_, at) =>
    at % 2 === 0
      ? `  const value${at} = compute(${file}, '${word}');`
      : `  if (value${at - 1} === null) return <nothing> /* ${at} */;`,
  );
  return `${lines.join('\n')}\n`;
}

/** Of this process and its threads; git is another one. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function medianOf(work: () => unknown, now = () => performance.now()): Promise<number> {
  const samples: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const from = now();
    await work();
    if (round >= 0) samples.push(now() - from);
  }
  return median(samples);
}
