/** The files that declared globs match, and how much of them two units share. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { Git } from '../work/git.ts';

/** Expands the declared paths of a unit: existing files, and literal prefixes of patterns that match none. */
export interface Expansion {
  readonly files: ReadonlySet<string>;
  /** Literal prefixes of patterns that match nothing yet. */
  readonly prefixes: readonly string[];
}

const GIT_MS = 10_000;
const GIT_BYTES = 256 * 1024 * 1024;

/** The files of a project: without ignored ones in a git repository; all of them elsewhere. */
export async function listFiles(project: string): Promise<string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  try {
    return await new Git({ cwd: project }).names(args, { ms: GIT_MS, bytes: GIT_BYTES });
  } catch {
    return walk(project);
  }
}

/** Unreadable or vanished folders are skipped. */
async function walk(project: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(project, folder), { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === '.git' ? [] : walk(project, path);
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

export function expand(patterns: readonly string[], files: readonly string[]): Expansion {
  const found = new Set<string>();
  const prefixes: string[] = [];
  for (const pattern of patterns) {
    const folder = pattern.replace(/\/+$/, '');
    // File names may contain line breaks, which "." matches only with the s flag.
    const isMatch = picomatch(folder, { dot: true, flags: 's' });
    const isPlain = picomatch.scan(folder).glob === '';
    const matching = files.filter((file) => isMatch(file) || (isPlain && isUnder(file, folder)));
    for (const file of matching) found.add(file);
    if (matching.length === 0) prefixes.push(picomatch.scan(folder).base);
  }
  return { files: found, prefixes };
}

/** The common files of two units, and their share of the smaller set. */
export function overlapOf(a: Expansion, b: Expansion): { share: number; files: string[] } {
  const common = [...a.files].filter((file) => b.files.has(file));
  const planned = [...plannedIn(a, b), ...plannedIn(b, a)];
  const files = [...new Set([...common, ...planned])];
  const smaller = Math.min(sizeOf(a), sizeOf(b));
  return { share: smaller === 0 ? 0 : Math.min(1, files.length / smaller), files };
}

const sizeOf = ({ files, prefixes }: Expansion): number => files.size + prefixes.length;

/** Prefixes of `a` under which `b` has or plans files. */
const plannedIn = (a: Expansion, b: Expansion): string[] =>
  a.prefixes.filter(
    (prefix) =>
      [...b.files].some((file) => isUnder(file, prefix)) ||
      b.prefixes.some((other) => isUnder(other, prefix)),
  );

const isUnder = (path: string, folder: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`);
