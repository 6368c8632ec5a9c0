/** How large the build is: what a browser loads, and what the daemon and the terminal are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
}

export async function sizes(): Promise<Figure> {
  const { script, style } = readJson<Manifest>('assets/manifest.json');
  const programs = readdirSync(DIST).filter((name) => name.endsWith('.js'));
  const packages = packageBytes(script);
  const total = readFileSync(join(DIST, 'assets', script)).length;
  return {
    title: 'Size of the build',
    head: [
      ['', 'raw', 'gzip -9', 'gzip to raw'],
      ['', 'kB', 'kB', 'ratio'],
    ],
    rows: [
      sizeOf("the page's script", `assets/${script}`),
      ['  of it packages', kB(packages), '', ratio(packages, total)],
      ["  of it the project's own", kB(total - packages), '', ratio(total - packages, total)],
      sizeOf("the page's style", `assets/${style}`),
      ...programs.sort().map((name) => sizeOf(name, name)),
    ],
    note: '1 round: a build is as large as it is. For parts of the script, the ratio is to the whole of it, raw.',
  };
}

function sizeOf(name: string, path: string): string[] {
  const content = readFileSync(join(DIST, path));
  const packed = gzipSync(content, GZIP).length;
  return [name, kB(content.length), kB(packed), ratio(packed, content.length)];
}

/** How much of a script comes from packages: the baseline that no code of ours can go below. */
function packageBytes(script: string): number {
  const { outputs } = readJson<Metafile>('page-metafile.json');
  const output = Object.entries(outputs).find(([path]) => path.endsWith(`/${script}`))?.[1];
  if (!output) throw new Error(`the metafile does not know ${script}`);
  return Object.entries(output.inputs)
    .filter(([path]) => path.includes('node_modules/'))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(DIST, path), 'utf8')) as T;
