/** What the page costs and what it is made of, as the build says (`node esbuild.mjs`). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const SCRIPT_BYTES = 35_000;
/** Only the daemon needs these. */
const NOT_FOR_BROWSERS = ['zod', 'kysely', 'better-sqlite3', 'koa', '@koa/router', 'koa-bodyparser', 'ws'];

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}
interface Manifest {
  readonly script: string;
  readonly style: string;
  readonly files: readonly string[];
}

const dist = join(rootAbove(import.meta.dirname), 'dist');
const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(dist, ...path), 'utf8')) as T;
const metafile = () => readJson<Metafile>('page-metafile.json');
const manifest = () => readJson<Manifest>('assets', 'manifest.json');

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

const packageOf = (input: string): string | null =>
  /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? null;

test(`the page's script has at most ${SCRIPT_BYTES / 1000} kB, compressed`, () => {
  const script = readFileSync(join(dist, 'assets', manifest().script));
  const { length } = gzipSync(script, { level: 9 });
  assert.ok(length > 1000, `only ${length} bytes: this is not the script`);
  assert.ok(length <= SCRIPT_BYTES, `${length} bytes`);
});

test('no code of the server reaches the browser', () => {
  const inputs = Object.keys(metafile().inputs);
  assert.ok(inputs.includes('client/dashboard.ts'), 'the metafile is not that of the page');
  assert.deepEqual(
    inputs.filter((path) => path.startsWith('server/')),
    [],
  );
  assert.deepEqual(
    inputs.filter((path) => path.startsWith('client/cli/')),
    [],
  );
});

test('no schema library, database or server library reaches the browser', () => {
  const packages = new Set(Object.keys(metafile().inputs).map(packageOf));
  assert.ok(packages.has('lit-html'), 'the inputs of the page are not understood');
  assert.deepEqual(
    NOT_FOR_BROWSERS.filter((name) => packages.has(name)),
    [],
  );
});

test('the manifest names the files of this build, each with a hash of its content in its name', () => {
  const { script, style, files } = manifest();
  assert.deepEqual([...files].sort(), [script, style].sort());
  for (const name of files) {
    assert.match(name, /^[a-z-]+-[A-Z0-9]{8}\.(js|css)$/);
    assert.ok(existsSync(join(dist, 'assets', name)), name);
  }
});
