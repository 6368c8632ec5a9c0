/**
 * Builds what runs: the page's script and style (hashed names, `dist/assets`), the daemon and the terminal.
 * `--watch` rebuilds on change and restarts the daemon, leaving agents alive.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import esbuild from 'esbuild';

const { values: flags, positionals } = parseArgs({
  options: { outdir: { type: 'string', default: 'dist' }, watch: { type: 'boolean', default: false } },
  allowPositionals: true,
});
/** A page's script and style, the folder of its files, and the name of what says of which sources they are made. */
const DASHBOARD = {
  script: 'client/page/dashboard.ts',
  style: 'client/page/style.css',
  folder: 'assets',
  name: 'page',
};
const HUB = {
  script: 'client/hub/hub.ts',
  style: 'client/hub/style.css',
  folder: 'hub-assets',
  name: 'hub',
};
const ELEMENT_NAMES = ['attention-queue', 'process-grid', 'work-unit', 'attention-badge'];

/** What a part of the build is made of: `test/size.test.ts` and `package.mjs` read it. */
const writeMetafile = (name, metafile) =>
  writeFile(join(flags.outdir, `${name}-metafile.json`), JSON.stringify(metafile));

/** The browser needs lit's templates alone; `lit` itself brings a base class of elements along. */
const TEMPLATES_ALONE = { lit: 'lit-html' };

/**
 * For browsers tRPC's client is compiled from its own sources, which its packages bring along: what they publish compiled is
 * for browsers of 2018, and half as large again.
 */
const sourcesOfTrpc = {
  name: 'sources-of-trpc',
  setup({ onResolve }) {
    onResolve({ filter: /^@trpc\/(client|server)(\/|$)/ }, ({ path }) => {
      const [scope, name, ...inner] = path.split('/');
      const source = join('node_modules', scope, name, 'src', ...inner);
      const found = [`${source}.ts`, join(source, 'index.ts')].find((each) => existsSync(each));
      return found && { path: resolve(found), sideEffects: false };
    });
  },
};

async function buildPage({ script, style, folder, name }) {
  const assets = join(flags.outdir, folder);
  const result = await esbuild.build({
    entryPoints: [script, style],
    outdir: assets,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    // What is imported later is a file of its own.
    splitting: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['browser'],
    alias: TEMPLATES_ALONE,
    plugins: [sourcesOfTrpc],
    minify: true,
    legalComments: 'none',
    metafile: true,
  });
  const files = Object.keys(result.metafile.outputs).map((path) => basename(path));
  const outputs = Object.entries(result.metafile.outputs);
  const madeOf = (entry) => basename(outputs.find(([, { entryPoint }]) => entryPoint === entry)[0]);
  const contents = await Promise.all(files.sort().map((file) => readFile(join(assets, file))));
  const build = createHash('sha256').update(Buffer.concat(contents)).digest('hex').slice(0, 12);
  const manifest = {
    build,
    script: madeOf(script),
    style: madeOf(style),
    files,
  };
  await writeFile(join(assets, 'manifest.json'), JSON.stringify(manifest, null, 2));
  await writeMetafile(name, result.metafile);
}

/** The page's sheets in a shadow root: sized by the element, and wide or narrow as the element is. */
const sizedByElement = {
  name: 'sized-by-element',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]client[\\/]page[\\/].*\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace(/@media \((min|max)-width/g, '@container ($1-width')
        .replace(/^(?!@).*$/gm, (line) => line.replace(/(\d*\.?\d+)rem/g, 'calc($1 * var(--size))')),
      loader: 'css',
    }));
  },
};

async function embedStyle() {
  const result = await esbuild.build({
    entryPoints: ['client/embed/embed.css'],
    bundle: true,
    minify: true,
    target: 'es2022',
    plugins: [sizedByElement],
    write: false,
  });
  return result.outputFiles[0].text;
}

/** One file, for pages that are not ours: its name is all that they know, so it has no hash. */
async function buildEmbed() {
  const result = await esbuild.build({
    entryPoints: ['client/embed/embed.ts'],
    outdir: flags.outdir,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['browser'],
    alias: TEMPLATES_ALONE,
    plugins: [sourcesOfTrpc],
    minify: true,
    legalComments: 'none',
    define: { EMBED_STYLE: JSON.stringify(await embedStyle()) },
    metafile: true,
  });
  await writeMetafile('embed', result.metafile);
}

/** The elements and the client as modules, for programs that install the package; `lit` is theirs, too. */
async function buildLibrary() {
  await esbuild
    .build({
      entryPoints: ['client', 'elements', ...ELEMENT_NAMES].map((name) => `client/package/${name}.ts`),
      outdir: join(flags.outdir, 'lib'),
      chunkNames: 'part-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      target: 'es2022',
      external: ['lit', 'lit/*'],
      inject: ['client/package/html-element.ts'],
      legalComments: 'none',
      define: { EMBED_STYLE: JSON.stringify(await embedStyle()) },
      metafile: true,
    })
    .then(({ metafile }) => writeMetafile('lib', metafile));
  await copyFile('client/package/style.css', join(flags.outdir, 'lib', 'style.css'));
}

/** A worker's address says which pages it is for, so it has no hash. */
const buildServiceWorker = () =>
  esbuild.build({
    entryPoints: ['client/page/notification-worker.ts'],
    outdir: flags.outdir,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
  });

const { engines } = JSON.parse(await readFile('package.json', 'utf8'));
const neededNode = engines.node.match(/\d+/g).map(Number);

const node = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: `node${neededNode.join('.')}`,
  sourcemap: 'linked',
  legalComments: 'none',
  metafile: true,
};
/** Bundled packages in CommonJS call `require`, which a module does not have. */
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

/** The client of Kubernetes brings a `fetch` of its own along, which we never call, and whose parts complain at each start. */
const fetchOfNode = {
  name: 'fetch-of-node',
  setup(build) {
    build.onResolve({ filter: /^node-fetch$/ }, () => ({ path: 'fetch', namespace: 'node' }));
    build.onLoad({ filter: /^fetch$/, namespace: 'node' }, () => ({
      contents:
        'export default fetch; export const { Headers, Request, Response, AbortError, FetchError } = globalThis;',
    }));
  },
};

const buildDaemon = async () => {
  const { metafile } = await esbuild.build({
    ...node,
    banner,
    entryPoints: {
      daemon: 'server/main.ts',
      hub: 'hub/main.ts',
      carry: 'server/carry/main.ts',
      offline: 'server/daemon/offline.ts',
      surroundings: 'server/system/within-run.ts',
    },
    outdir: flags.outdir,
    // One process may load both: what they have in common is then there once.
    splitting: true,
    // `pg` looks for a variant of itself that nobody has installed.
    external: ['better-sqlite3', 'pg-native'],
    conditions: ['node', 'module', 'import'],
    // Under the condition "import" it is a module, and `pg` requires a class.
    alias: { 'pg-pool': './node_modules/pg-pool/index.js' },
    plugins: [fetchOfNode],
  });
  await writeMetafile('daemon', metafile);
};

const buildTerminal = async () => {
  const { metafile } = await esbuild.build({
    ...node,
    banner,
    entryPoints: { terminal: 'client/cli/main.ts' },
    outdir: flags.outdir,
    splitting: true,
    chunkNames: 'terminal-[hash]',
    minifySyntax: true,
  });
  await writeMetafile('terminal', metafile);
};

/** Called by agents at every event of theirs: what is needed to find no daemon, and the rest in a file of its own. */
const buildHook = () =>
  esbuild.build({
    ...node,
    banner,
    entryPoints: { hook: 'client/cli/hook-entry.ts' },
    chunkNames: 'hook-[hash]',
    outdir: flags.outdir,
    splitting: true,
    minifySyntax: true,
  });

const buildLauncher = () =>
  esbuild.build({
    ...node,
    banner: { js: '#!/usr/bin/env node' },
    // Any Node that knows modules must be able to read it, to be told that it is too old.
    target: 'node14.8',
    entryPoints: { signalbox: 'client/cli/launcher.ts' },
    outdir: flags.outdir,
    define: { NEEDED_NODE: JSON.stringify(neededNode) },
  });

/** What the daemon says of its own addresses: `npm run schemas` makes it. */
async function copyDescription() {
  const description = JSON.parse(await readFile('docs/openapi.json', 'utf8'));
  await writeFile(join(flags.outdir, 'openapi.json'), JSON.stringify(description));
}

async function buildAll() {
  await rm(flags.outdir, { recursive: true, force: true });
  for (const { folder } of [DASHBOARD, HUB]) await mkdir(join(flags.outdir, folder), { recursive: true });
  await Promise.all([
    buildPage(DASHBOARD),
    buildPage(HUB),
    buildEmbed(),
    buildLibrary(),
    buildServiceWorker(),
    copyDescription(),
    buildDaemon(),
    buildTerminal(),
    buildHook(),
    buildLauncher(),
  ]);
}

/** Everything is small: a change anywhere builds everything, in well under a second. */
async function buildAndRestart() {
  let daemon = null;
  const restart = async () => {
    try {
      await buildAll();
    } catch {
      return; // esbuild has said why; the daemon that runs goes on
    }
    if (daemon?.exitCode === null) {
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await ended;
    }
    daemon = spawn(
      process.execPath,
      [join(flags.outdir, 'signalbox.js'), 'start', '--foreground', ...positionals],
      {
        stdio: 'inherit',
      },
    );
  };
  let pending = null;
  const soon = () => {
    clearTimeout(pending);
    pending = setTimeout(restart, 100);
  };
  for (const room of ['shared', 'server', 'client', 'hub']) watch(room, { recursive: true }, soon);
  await restart();
}

await (flags.watch ? buildAndRestart() : buildAll());
