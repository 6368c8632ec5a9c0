/**
 * Completes the build for the package: types of what it exports, and the licences of what is bundled. `npm pack` calls it.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const dist = 'dist';
const entries = readdirSync('client/package').filter((name) => name.endsWith('.ts'));

/** Nobody outside knows what a procedure works with, and its types would lead to the whole server. */
const withoutContext = (text) =>
  text
    .replace(/^import \{ type Context \} from '\.\/procedures\.ts';\n/m, '')
    .replaceAll('ctx: Context;', 'ctx: object;');

const IMPORT = /((?:\bfrom |\bimport\()['"])(\.[^'"]+)\.ts(['"])/g;

/** Declarations of the entries and of all that they lead to; TypeScript looks for `x.d.ts` where `./x.js` is imported. */
function writeTypes() {
  const made = mkdtempSync(join(tmpdir(), 'signalbox-types-'));
  try {
    const config = join(made, 'tsconfig.json');
    const compilerOptions = {
      rootDir: resolve('.'),
      outDir: join(made, 'types'),
      declaration: true,
      emitDeclarationOnly: true,
      sourceMap: false,
      typeRoots: [resolve('node_modules/@types')],
    };
    const files = entries.map((name) => resolve('client/package', name));
    writeFileSync(
      config,
      JSON.stringify({ extends: resolve('tsconfig.json'), compilerOptions, include: [], files }),
    );
    execFileSync('tsc', ['-p', config], { stdio: 'inherit' });
    const wanted = entries.map((name) => join('client/package', name.replace(/\.ts$/, '')));
    const known = new Set(wanted);
    for (const path of wanted) {
      const text = withoutContext(readFileSync(join(made, 'types', `${path}.d.ts`), 'utf8'));
      for (const [, , to] of text.matchAll(IMPORT)) {
        const next = join(dirname(path), to);
        if (!known.has(next)) wanted.push(next);
        known.add(next);
      }
      const target = join(dist, 'types', `${path}.d.ts`);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text.replace(IMPORT, '$1$2.js$3'));
    }
    return wanted.length;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** The folder of the package that a file of a bundle belongs to; null: ours. */
const packageOf = (input) => /^(?:\.\.\/)*.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? null;

/** Their licences ask for this wherever their code is passed on. */
function writeLicences() {
  const metafiles = readdirSync(dist).filter((name) => name.endsWith('-metafile.json'));
  const inputs = metafiles.flatMap((name) =>
    Object.keys(JSON.parse(readFileSync(join(dist, name), 'utf8')).inputs),
  );
  const folders = [...new Set(inputs.map(packageOf).filter((folder) => folder !== null))].sort();
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? `License: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}`;
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  writeFileSync(
    join(dist, 'THIRD-PARTY-LICENSES.txt'),
    `${['Code of these packages is part of the bundles in this folder.', ...texts].join(rule)}\n`,
  );
  return folders.map((folder) => relative('node_modules', folder));
}

execFileSync(process.execPath, ['esbuild.mjs'], { stdio: 'inherit' });
if (!existsSync('LICENSE')) throw new Error('The licence is missing.');
const types = writeTypes();
const licences = writeLicences();
console.error(`${types} declarations, licences of ${licences.length} packages.`);
