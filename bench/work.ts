/** What a snapshot, a check of pairs and the reading of a difference cost, beside the same calls of git without us. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { checkPairs, type MergePair } from '../server/work/merge-tree.ts';
import { readDiff } from '../server/work/read-diff.ts';
import { baseOf, findRepository, type Repository } from '../server/work/repository.ts';
import { takeSnapshot, workRef } from '../server/work/snapshot.ts';
import { addWorktree, type OpenWorktree, planWorktree, type WorktreePlan } from '../server/work/worktree.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, median, ms, ratio } from './figure.ts';

const ROUNDS = 15;
const WARM_UP = 3;
const SIZES = [100, 5000, 50_000];
const UNITS = 10;

export async function work(): Promise<Figure> {
  const rows: string[][] = [];
  for (const size of SIZES) rows.push(...(await rowsOf(size)));
  return {
    title: 'Work in worktrees',
    head: [
      ['files', 'same calls of git', 'ours', 'to git', 'fewest calls', 'to those'],
      ['', 'ms', 'ms', 'ratio', 'ms', 'ratio'],
    ],
    rows,
    note: `Medians of ${ROUNDS} rounds, taken in turn. snapshot: one file changed; the same calls: what ours asks of git, started by execFile alone; fewest calls: add, write-tree, commit-tree, update-ref, which see no nested repository, no hidden file and no change set. diff: one changed file, as its page needs it. pairs: ${(UNITS * (UNITS - 1)) / 2} pairs of ${UNITS} units in one merge-tree.`,
  };
}

interface Place {
  readonly repository: Repository;
  readonly plan: WorktreePlan;
  readonly worktree: OpenWorktree;
}

async function rowsOf(size: number): Promise<string[][]> {
  const place = await placeOf(size);
  let round = 0;
  const change = () => writeFileSync(join(place.worktree.path, 'd0/f0'), `${round++}\n`);
  const index = join(place.worktree.gitDir, 'bench-index');
  const snapshot = await measured({
    before: change,
    git: () => sameCalls(place, index),
    ours: () =>
      takeSnapshot(place.repository, place.worktree, { id: 7, message: 'm', base: place.plan.commit }),
    fewest: () => fewestCalls(place, index),
  });
  const range = {
    from: place.plan.commit,
    to: await call(place.worktree.path, ['rev-parse', refOfUnit(place)]),
  };
  const read = await measured({
    before: () => {},
    git: () => diffCalls(place, range),
    ours: () => readDiff({ repository: place.repository, ...range, query: { file: null, page: 1 } }),
  });
  const pairs = pairsIn(place);
  const stdin = pairs.map(({ ours, theirs }) => `${ours} ${theirs}\n`).join('');
  const checked = await measured({
    before: () => {},
    git: () => mergeTree(place, stdin),
    ours: () => checkPairs(place.repository, pairs),
  });
  const name = size.toLocaleString('en');
  return [
    [`${name}, snapshot`, ...snapshot],
    [`${name}, diff`, ...read],
    [`${name}, pairs`, ...checked],
  ];
}

interface Measured {
  readonly before: () => unknown;
  readonly git: () => unknown;
  readonly ours: () => unknown;
  readonly fewest?: () => unknown;
}

/** In turn, so that what else the machine does meets all alike. */
async function measured({ before, git, ours, fewest }: Measured): Promise<string[]> {
  const samples = { git: [] as number[], ours: [] as number[], fewest: [] as number[] };
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (const [name, doing] of Object.entries({ git, ours, ...(fewest && { fewest }) })) {
      before();
      const from = performance.now();
      await doing();
      if (round >= 0) samples[name as keyof typeof samples].push(performance.now() - from);
    }
  const [bare, own] = [median(samples.git), median(samples.ours)];
  const least = fewest ? median(samples.fewest) : null;
  const [some, times] = least === null ? ['', ''] : [ms(least), ratio(own, least)];
  return [ms(bare), ms(own), ratio(own, bare), some, times];
}

const WHO = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org'];
const ENV = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/** Its exit code does not matter. */
function call(
  cwd: string,
  args: readonly string[],
  more: { env?: object; stdin?: string } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...ENV, ...more.env }, maxBuffer: 1e9 };
    const child = execFile('git', [...WHO, ...args], options, (_, stdout) => resolve(stdout.trim()));
    child.stdin?.on('error', () => {}).end(more.stdin ?? '');
  });
}

const REF = 'refs/bench/work';

async function fewestCalls({ worktree: { path, gitDir } }: Place, index: string): Promise<string> {
  const env = { GIT_INDEX_FILE: index };
  copyFileSync(join(gitDir, 'index'), index);
  await call(path, ['add', '-A'], { env });
  const tree = await call(path, ['write-tree'], { env });
  const commit = await call(path, ['commit-tree', tree, '-p', 'HEAD', '-m', 'm']);
  await call(path, ['update-ref', REF, commit]);
  return commit;
}

const refOfUnit = ({ repository, plan }: Place): string => workRef(repository, plan.id);

async function diffCalls(
  { repository: { top } }: Place,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const trees = ['diff-tree', '-r', '--no-abbrev', '-M'];
  await call(top, ['config', '-z', '--show-scope', '--get-regexp', '^(filter|merge)\\.']);
  await call(top, [...trees, '-z', '--raw', '--numstat', from, to]);
  await call(top, [...trees, '-p', from, to]);
}

async function sameCalls(place: Place, index: string): Promise<void> {
  const { path } = place.worktree;
  const { commit: base } = place.plan;
  await call(path, ['config', '-z', '--show-scope', '--get-regexp', '^(filter|merge)\\.']);
  const names = ['HEAD^{commit}', 'HEAD^{tree}', REF, `${REF}^{tree}`, `${REF}^1`];
  await call(path, ['cat-file', '--batch-check=%(objectname)'], { stdin: `${names.join('\n')}\n` });
  await call(path, ['ls-files', '-v', '-c', '-o', '-z', '--exclude-standard']);
  await Promise.all(['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT'].map((name) => call(path, ['var', name])));
  const commit = await fewestCalls(place, index);
  await call(path, ['merge-base', base, commit]);
  await call(path, ['diff-tree', '-r', '--numstat', '-z', '-M', base, commit]);
}

async function mergeTree({ repository }: Place, stdin: string): Promise<void> {
  await call(repository.top, ['config', '-z', '--show-scope', '--get-regexp', '^(filter|merge)\\.']);
  await call(repository.top, ['merge-tree', '--write-tree', '-z', '--no-messages', '--stdin'], { stdin });
}

async function placeOf(size: number): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  afterwards(() => rmSync(root, { recursive: true, force: true }));
  const project = join(root, 'project');
  for (let at = 0; at < size; at++) {
    const path = join(project, `d${at % 50}/f${at}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${at}\n`.repeat(20));
  }
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'begin'],
  ])
    execFileSync('git', [...WHO, ...args], { cwd: project, env: ENV });
  const repository = await findRepository(project);
  const unit = { id: 7, chunk: 'bench' };
  const plan = await planWorktree(repository, join(root, 'work'), unit, await baseOf(repository));
  return { repository, plan, worktree: await addWorktree(repository, plan) };
}

/** Each unit changes a file of its own and one that all change. */
function pairsIn({ repository, worktree: { path } }: Place): MergePair[] {
  const git = (...args: string[]) =>
    execFileSync('git', [...WHO, ...args], { cwd: path, env: ENV, encoding: 'utf8' }).trim();
  const commits = Array.from({ length: UNITS }, (_, at) => {
    git('reset', '-q', '--hard', repository.head);
    writeFileSync(join(path, `d${at}/f${at}`), `of unit ${at}\n`);
    writeFileSync(join(path, 'd20/f20'), `of unit ${at}\n`);
    git('commit', '-qam', `unit ${at}`);
    return git('rev-parse', 'HEAD');
  });
  return commits.flatMap((ours, a) =>
    commits.slice(a + 1).map((theirs, b) => ({ id: `${a} ${a + 1 + b}`, ours, theirs })),
  );
}
