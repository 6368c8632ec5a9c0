/**
 * Turns round every condition of the gate and leaves out every return, one at a time, and asks table and product
 * whether they notice: `node out/test/door/mutants.js [part of a line]`. Ends with 1 where one of them lives that has no reason to.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build, type Plugin } from 'esbuild';
import { EQUIVALENTS } from './equivalent-mutants.ts';
import type { Asked, Told } from './mutant-worker.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import { seedOfRun } from './random.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const GATE = join(ROOT, 'server', 'access', 'gate.ts');
/** For table and sample; the whole product takes as long as it takes. */
const PATIENCE_MS = 120_000;
const AT_ONCE = Math.max(2, Math.min(4, availableParallelism()));

interface Mutant extends Mutation {
  readonly file: string;
}
type Outcome = Told | 'hangs' | 'does not compile';

const seed = seedOfRun();
const [wanted = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'sb-mutants-'));

/** The gate as one module of its own, with this instead of one of its files. */
async function bundled(outfile: string, mutant: Mutant | null): Promise<readonly string[]> {
  const instead: Plugin = {
    name: 'instead',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path }) =>
        path === mutant?.file ? { contents: mutant.source, loader: 'ts' } : null,
      );
    },
  };
  const { metafile } = await build({
    entryPoints: [GATE],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
    logLevel: 'silent',
    plugins: [instead],
    absWorkingDir: ROOT,
  });
  return Object.keys(metafile.inputs).map((path) => join(ROOT, path));
}

function asked(module: string, whole: boolean): Promise<Told | 'hangs'> {
  const workerData: Asked = { module, seed, whole };
  const worker = new Worker(new URL('./mutant-worker.js', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => void worker.terminate().then(() => resolve('hangs')), PATIENCE_MS);
    worker.on('message', (told: Told | null) => {
      clearTimeout(late);
      if (told) resolve(told);
    });
    worker.once('error', reject);
    worker.once('exit', () => clearTimeout(late));
  });
}

async function outcomeOf(mutant: Mutant, name: string): Promise<Outcome> {
  const module = join(folder, name);
  try {
    await bundled(module, mutant);
  } catch {
    return 'does not compile';
  }
  // One that cannot even be loaded is one that everybody notices.
  return asked(module, true).catch(() => ({ red: 1, of: 1 }));
}

const reasonOf = ({ what, text }: Mutation): string | null => EQUIVALENTS[`${what}: ${text}`] ?? null;
const lives = (outcome: Outcome): boolean =>
  outcome === 'does not compile' || (outcome !== 'hangs' && outcome.red === 0);

function line(mutant: Mutant, outcome: Outcome): string {
  const red = typeof outcome === 'string' ? outcome : `${outcome.red} of ${outcome.of}`;
  const reason = lives(outcome) ? ` LIVES${reasonOf(mutant) === null ? '' : `: ${reasonOf(mutant)}`}` : '';
  const where = `${relative(ROOT, mutant.file)}:${mutant.line}`;
  return `${where.padEnd(24)} ${mutant.what.padEnd(20)} ${red.padStart(18)}  ${mutant.text.slice(0, 80)}${reason}`;
}

async function all(mutants: readonly Mutant[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < mutants.length; at = next++) {
      const mutant = mutants[at] as Mutant;
      outcomes[at] = await outcomeOf(mutant, `mutant-${at}.mjs`);
      console.log(line(mutant, outcomes[at] as Outcome));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

async function run(): Promise<boolean> {
  const gate = join(folder, 'gate.mjs');
  const files = (await bundled(gate, null)).filter((file) => file.startsWith(join(ROOT, 'server')));
  const itself = await asked(gate, false);
  if (itself === 'hangs' || itself.red > 0) {
    console.error('The gate itself disagrees with the table or the oracle: see npm run test:door.');
    return false;
  }
  const mutants = files.flatMap((file) =>
    mutationsOf(readFileSync(file, 'utf8'))
      .filter(({ text }) => text.includes(wanted))
      .map((mutation): Mutant => ({ ...mutation, file })),
  );
  const outcomes = await all(mutants);
  const living = mutants.filter((_, at) => lives(outcomes[at] as Outcome));
  const unnamed = living.filter((mutant) => reasonOf(mutant) === null);
  const needless = Object.keys(EQUIVALENTS).filter(
    (name) => name.includes(wanted) && !living.some(({ what, text }) => `${what}: ${text}` === name),
  );
  console.log(
    `seed ${seed}: ${mutants.length} mutants, ${living.length} live, ${unnamed.length} of them without a reason`,
  );
  for (const name of needless) console.log(`named as equivalent, and is not: ${name}`);
  return mutants.length > 0 && unnamed.length === 0 && needless.length === 0;
}

try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
