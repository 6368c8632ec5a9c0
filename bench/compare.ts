/**
 * Which figures moved since another commit: its own bench and ours by turns, in one run on one machine. What is read is
 * what a bench prints, so that a commit older than this file can be compared, too.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterwards } from './cleanup.ts';
import { type Figure, median } from './figure.ts';
import { type Printed, readPrinted } from './printed.ts';

const ROUNDS = 5;
/** A difference of less is noise, whatever the rounds say. */
const LEAST = 0.05;

/** `ref`: anything that git takes as a commit. Without names all figures. Throws where the commit has no such bench. */
export function compare(ref: string, names: readonly string[]): Figure {
  const root = join(import.meta.dirname, '..', '..');
  const sides = [buildAt(root, ref), root] as const;
  const rounds: [Printed[], Printed[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Neither is always the first, which would find a cooler machine.
    for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
      rounds[side].push(readPrinted(run(sides[side], names)));
  }
  return {
    title: `Since ${ref}`,
    head: [
      ['figure', 'before', 'now', 'now / before', ''],
      ['', '', '', '×', ''],
    ],
    rows: rowsOf(rounds),
    note: `Medians of ${ROUNDS} rounds by turns. "moved": by more than ${LEAST * 100} %, and no round of one among those of the other.`,
  };
}

function buildAt(root: string, ref: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-compare-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const commit = execFileSync('git', ['rev-parse', '--verify', `${ref}^{commit}`], { cwd: root })
    .toString()
    .trim();
  execFileSync('git', ['clone', '-q', '--shared', '--no-checkout', root, folder], { stdio: 'inherit' });
  execFileSync('git', ['checkout', '-q', '--detach', commit], { cwd: folder, stdio: 'inherit' });
  const [lock, modules] = ['package-lock.json', 'node_modules'];
  if (readFileSync(join(folder, lock), 'utf8') === readFileSync(join(root, lock), 'utf8'))
    symlinkSync(join(root, modules), join(folder, modules));
  else execFileSync('npm', ['ci', '--silent'], { cwd: folder, stdio: 'inherit' });
  if (!existsSync(join(folder, 'bench', 'all.ts'))) throw new Error(`${ref} has no bench/all.ts`);
  execFileSync(process.execPath, ['esbuild.mjs'], { cwd: folder, stdio: 'inherit' });
  execFileSync(join(folder, modules, '.bin', 'tsc'), { cwd: folder, stdio: 'inherit' });
  return folder;
}

/** A figure that could not be measured ends the bench with 2; the others are printed all the same. */
function run(folder: string, names: readonly string[]): string {
  try {
    const args = ['out/bench/all.js', ...names];
    return execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: string };
    if (status === 2 && stdout) return stdout;
    throw error;
  }
}

function rowsOf([before, now]: readonly [readonly Printed[], readonly Printed[]]): string[][] {
  const names = [...(before[0] ?? new Map()).keys()].filter((name) => now[0]?.has(name));
  return names.map((name) => {
    const [was, is] = [valuesOf(before, name), valuesOf(now, name)];
    const change = median(is) / median(was);
    return [
      name,
      String(median(was)),
      String(median(is)),
      change.toFixed(2),
      hasMoved(was, is) ? 'moved' : '',
    ];
  });
}

const valuesOf = (rounds: readonly Printed[], name: string): number[] =>
  rounds.map((round) => round.get(name)).filter((value) => value !== undefined);

function hasMoved(was: readonly number[], is: readonly number[]): boolean {
  const isApart = Math.max(...was) < Math.min(...is) || Math.max(...is) < Math.min(...was);
  return isApart && Math.abs(median(is) / median(was) - 1) > LEAST;
}
