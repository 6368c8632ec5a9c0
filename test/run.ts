/**
 * Runs the server's own tests and the stories: `node out/test/run.js [part of a name …]`. Without a name, those
 * that take long (`*.long.test.ts`), those of the whole door (`*.door.test.ts`), those that throw anything at a
 * daemon (`*.fuzz.test.ts`), those that kill, cut and damage (`*.faults.test.ts`), those with real agents
 * (`*.agents.test.ts`) and those with servers of databases (`*.scale.test.ts`) are left out; `--long`, `--door`, `--fuzz`,
 * `--faults`, `--agents` and `--scale` run them, and only them.
 * `--fuzz` tries 100,000 of each kind; behind it, `--million` says more, `--count N` how many. `--faults` kills 300 times;
 * behind it, `--long` says 10,000, `--kills N` how often, `--seed N` tries the same again. `--scale` kills 5 times and
 * starts 30 runs by ssh, and 30 by Slurm; behind it, `--long` says 100 and 1,000, `--runs N` how many runs, `--seed N` tries the same again.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notedIn, tableOf } from './agents/cells.ts';

/** Much of the time is spent waiting for processes: more files at once than cores. */
const FILES_AT_ONCE = 4;
const AGENT_FILES_AT_ONCE = 1;

/** What only runs when it is asked for, by flag. */
const APART: Readonly<Record<string, string>> = {
  '--long': '.long.test.js',
  '--door': '.door.test.js',
  '--fuzz': '.fuzz.test.js',
  '--faults': '.faults.test.js',
  '--agents': '.agents.test.js',
  '--scale': '.scale.test.js',
};

const [first = '', ...rest] = process.argv.slice(2);
const apart = APART[first];
const isFuzz = first === '--fuzz';
if (isFuzz) takeCount();
const isFaults = first === '--faults';
if (isFaults) takeKills('10000');
const isScale = first === '--scale';
if (isScale) takeKills('100');
const wanted = apart !== undefined || first === '' ? rest : [first, ...rest];
const folder = import.meta.dirname;
/** What is compiled from files that have gone meanwhile stays in the folder of what is compiled, and is no test. */
const sources = join(folder, '..', '..', 'test');

function isRunByDefault(name: string): boolean {
  if (apart !== undefined) return name.endsWith(apart);
  return !Object.values(APART).some((end) => name.endsWith(end));
}

/** What is thrown at a daemon, and what kills it, takes long, whatever it is called: only their flags name it. */
const isNamed = (name: string): boolean =>
  wanted.some((part) => name.includes(part)) &&
  name.endsWith('.fuzz.test.js') === isFuzz &&
  name.endsWith('.faults.test.js') === isFaults &&
  name.endsWith('.scale.test.js') === isScale;

const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replace(/\.ts$/, '.js'))
  .filter((name) => name.endsWith('.test.js') && !name.startsWith('browser'))
  .filter((name) => (wanted.length === 0 ? isRunByDefault(name) : isNamed(name)))
  .map((name) => join(folder, name));
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(1);
}
process.exit(first === '--agents' ? runAgents() : runFiles(process.env));

function runFiles(env: NodeJS.ProcessEnv): number {
  const args = ['--enable-source-maps', '--test', `--test-concurrency=${filesAtOnce()}`, ...files];
  return spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
}

/** What is seen of real agents is kept where a folder is named, or else only told. */
function runAgents(): number {
  const kept = process.env.SIGNALBOX_CELLS;
  const cells = kept ?? mkdtempSync(join(tmpdir(), 'cells-'));
  const status = runFiles({ ...process.env, SIGNALBOX_CELLS: cells });
  const table = tableOf(notedIn(cells));
  if (table !== '') console.log(`\n${table}`);
  if (kept === undefined) rmSync(cells, { recursive: true, force: true });
  return status;
}

/** An agent takes a core, and more than one of them is at work in each test. */
function filesAtOnce(): number {
  if (isFuzz || isFaults || isScale) return 1;
  return first === '--agents' ? AGENT_FILES_AT_ONCE : FILES_AT_ONCE;
}

function takeCount(): void {
  const [flag, count] = rest;
  if (flag !== '--million' && flag !== '--count') return;
  process.env.SIGNALBOX_FUZZ_COUNT = flag === '--million' ? '1000000' : count;
  rest.splice(0, flag === '--million' ? 1 : 2);
}

/** `long`: how often it kills where that may take long. */
function takeKills(long: string): void {
  for (const [flag, variable] of [
    ['--kills', 'SIGNALBOX_KILLS'],
    ['--seed', 'SIGNALBOX_SEED'],
    ['--runs', 'SIGNALBOX_RUNS'],
  ] as const) {
    const at = rest.indexOf(flag);
    if (at >= 0) process.env[variable] = rest.splice(at, 2)[1];
  }
  const at = rest.indexOf('--long');
  if (at < 0) return;
  rest.splice(at, 1);
  process.env.SIGNALBOX_KILLS ??= long;
}
