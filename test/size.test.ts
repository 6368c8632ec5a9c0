/** What the page costs and what it is made of, as the build says (`node esbuild.mjs`). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const SCRIPT_BYTES = 22_100;
const EMBED_BYTES = 37_500;
/** Not compressed: it is read and compiled at each start. */
const TERMINAL_BYTES = 345_000;
/** Only the daemon needs these. */
const NOT_FOR_BROWSERS = ['zod', 'kysely', 'better-sqlite3', 'koa', '@koa/router', 'koa-bodyparser', 'ws'];

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, Output>>;
}
interface Output {
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}
interface Manifest {
  readonly script: string;
  readonly style: string;
  readonly files: readonly string[];
}

const dist = join(rootAbove(import.meta.dirname), 'dist');
const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(dist, ...path), 'utf8')) as T;
const METAFILES = {
  'client/page/dashboard.ts': 'page-metafile.json',
  'client/embed/embed.ts': 'embed-metafile.json',
  'client/hub/hub.ts': 'hub-metafile.json',
} as const;
const inputsOf = (entry: keyof typeof METAFILES) => Object.keys(readJson<Metafile>(METAFILES[entry]).inputs);
const manifest = () => readJson<Manifest>('assets', 'manifest.json');

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

const packageOf = (input: string): string | null =>
  /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? null;

test(`the page's script has at most ${SCRIPT_BYTES / 1000} kB, compressed, with all that it cannot begin without`, () => {
  const { outputs } = readJson<Metafile>(METAFILES['client/page/dashboard.ts']);
  const [path = ''] =
    Object.entries(outputs).find(([, made]) => made.entryPoint === 'client/page/dashboard.ts') ?? [];
  assert.equal(basename(path), manifest().script);
  const needed = closureOf(outputs, path).map((each) => join(dist, 'assets', basename(each)));
  assertSmall(needed, SCRIPT_BYTES);
});

/** A file and what it imports before it runs. */
function closureOf(outputs: Metafile['outputs'], path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const needed = (outputs[path]?.imports ?? []).filter(({ kind }) => kind === 'import-statement');
  return [path, ...needed.flatMap((each) => closureOf(outputs, each.path, seen))];
}

test(`the script for other pages has at most ${EMBED_BYTES / 1000} kB, compressed`, () => {
  assertSmall([join(dist, 'embed.js')], EMBED_BYTES);
});

function assertSmall(paths: readonly string[], most: number): void {
  const lengths = paths.map((path) => gzipSync(readFileSync(path), { level: 9 }).length);
  const length = lengths.reduce((sum, each) => sum + each, 0);
  assert.ok(length > 1000, `only ${length} bytes: this is not the script`);
  assert.ok(length <= most, `${length} bytes`);
}

for (const entry of ['client/page/dashboard.ts', 'client/embed/embed.ts', 'client/hub/hub.ts'] as const) {
  test(`no code of the server reaches the browser by ${entry}`, () => {
    const inputs = inputsOf(entry);
    assert.ok(inputs.includes(entry), 'this is the metafile of something else');
    assert.deepEqual(
      inputs.filter((path) => path.startsWith('server/')),
      [],
    );
    assert.deepEqual(
      inputs.filter((path) => path.startsWith('client/cli/')),
      [],
    );
  });

  test(`no schema library, database or server library reaches the browser by ${entry}`, () => {
    const packages = new Set(inputsOf(entry).map(packageOf));
    assert.ok(packages.has('lit-html'), 'the inputs are not understood');
    assert.deepEqual(
      NOT_FOR_BROWSERS.filter((name) => packages.has(name)),
      [],
    );
  });
}

test('what every command of the terminal loads is small, and no WebSocket: that is for those that watch', () => {
  const { outputs } = readJson<Metafile>('terminal-metafile.json');
  const [path = ''] =
    Object.entries(outputs).find(([, made]) => made.entryPoint === 'client/cli/main.ts') ?? [];
  const loaded = closureOf(outputs, path).filter((each) => outputs[each] !== undefined);
  const inputs = loaded.flatMap((each) => Object.keys(outputs[each]?.inputs ?? {}));
  assert.ok(inputs.includes('client/cli/program.ts'), 'this is the metafile of something else');
  const packages = new Set(inputs.map(packageOf).filter((name) => name !== null));
  assert.deepEqual([...packages].sort(), ['@trpc/client', '@trpc/server', 'commander']);
  const bytes = loaded.reduce((sum, each) => sum + readFileSync(join(dist, basename(each))).length, 0);
  assert.ok(bytes <= TERMINAL_BYTES, `${bytes} bytes`);
});

/** All that the daemon or a carrier is made of when it begins. */
function loadedBy(entry: string): string[] {
  const { outputs } = readJson<Metafile>('daemon-metafile.json');
  const entries = Object.entries(outputs).filter(([, made]) => made.entryPoint === entry);
  const loaded = entries.flatMap(([path]) => closureOf(outputs, path)).filter((each) => outputs[each]);
  const inputs = loaded.flatMap((each) => Object.keys(outputs[each]?.inputs ?? {}));
  assert.ok(inputs.includes(entry), 'this is the metafile of something else');
  return inputs;
}

test('daemons and carriers read the client of Kubernetes only where such an executor is named', () => {
  for (const entry of ['server/main.ts', 'server/carry/main.ts'])
    assert.deepEqual(
      loadedBy(entry).filter((input) => /@kubernetes|js-yaml|kubernetes-api/.test(input)),
      [],
    );
  const all = Object.keys(readJson<Metafile>('daemon-metafile.json').inputs).map(packageOf);
  assert.ok(all.includes('@kubernetes/client-node'));
  assert.ok(!all.includes('node-fetch'));
});

test('a daemon reads the driver of PostgreSQL only where there is a URL', () => {
  const inputs = loadedBy('server/main.ts');
  assert.deepEqual(
    inputs.filter((input) => packageOf(input) === 'pg' || input.includes('postgres-storage')),
    [],
  );
  assert.ok(
    Object.keys(readJson<Metafile>('daemon-metafile.json').inputs).some((each) => packageOf(each) === 'pg'),
  );
});

test('the manifest names the files of this build, each with a hash of its content in its name', () => {
  const { script, style, files } = manifest();
  const { outputs } = readJson<Metafile>(METAFILES['client/page/dashboard.ts']);
  assert.deepEqual(
    [...files].sort(),
    Object.keys(outputs)
      .map((path) => basename(path))
      .sort(),
  );
  for (const name of [script, style]) assert.ok(files.includes(name), name);
  for (const name of files) {
    assert.match(name, /^[a-z-]+-[A-Z0-9]{8}\.(js|css)$/);
    assert.ok(existsSync(join(dist, 'assets', name)), name);
  }
});
