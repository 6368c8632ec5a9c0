/** How large the build is: what a browser loads, and what the daemon and the terminal are. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Figure, kB, ratio } from './figure.ts';

const DIST = join(import.meta.dirname, '..', '..', 'dist');
const GZIP = { level: 9 };

interface Manifest {
  readonly script: string;
  readonly style: string;
}
interface Metafile {
  readonly outputs: Readonly<Record<string, Output>>;
}
interface Output {
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

export async function sizes(): Promise<Figure> {
  const { script, style } = readJson<Manifest>('assets/manifest.json');
  const programs = readdirSync(DIST).filter((name) => name.endsWith('.js'));
  const needed = closureOf(outputsOf(), script);
  const packages = packageBytes(needed);
  const total = sum(needed.map((name) => readFileSync(join(DIST, 'assets', name)).length));
  return {
    title: 'Size of the build',
    head: [
      ['', 'raw', 'gzip -9', 'gzip to raw'],
      ['', 'kB', 'kB', 'ratio'],
    ],
    rows: [
      sizeOf("the page's script", ...needed.map((name) => `assets/${name}`)),
      ['  of it packages', kB(packages), '', ratio(packages, total)],
      ["  of it the project's own", kB(total - packages), '', ratio(total - packages, total)],
      sizeOf("the page's style", `assets/${style}`),
      ...programs.sort().map((name) => sizeOf(name, name)),
    ],
    note: '1 round: a build is as large as it is. The script: with all files that it cannot begin without. For parts of it, the ratio is to the whole of it, raw.',
  };
}

function sizeOf(name: string, ...paths: readonly string[]): string[] {
  const contents = paths.map((path) => readFileSync(join(DIST, path)));
  const raw = sum(contents.map(({ length }) => length));
  const packed = sum(contents.map((content) => gzipSync(content, GZIP).length));
  return [name, kB(raw), kB(packed), ratio(packed, raw)];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** A file of the page and what it imports before it runs. */
function closureOf(outputs: Metafile['outputs'], name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const imports = outputs[name]?.imports.filter(({ kind }) => kind === 'import-statement') ?? [];
  return [name, ...imports.flatMap(({ path }) => closureOf(outputs, basename(path), seen))];
}

/** By the names of the files. */
function outputsOf(): Metafile['outputs'] {
  const { outputs } = readJson<Metafile>('page-metafile.json');
  return Object.fromEntries(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
}

/** How much of a script comes from packages: the baseline that no code of ours can go below. */
function packageBytes(names: readonly string[]): number {
  const outputs = outputsOf();
  const inputs = names.flatMap((name) => Object.entries(outputs[name]?.inputs ?? {}));
  const ofPackages = inputs.filter(([path]) => path.includes('node_modules/'));
  return sum(ofPackages.map(([, { bytesInOutput }]) => bytesInOutput));
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(DIST, path), 'utf8')) as T;
