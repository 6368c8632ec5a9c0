/**
 * Runs the server's own tests and the stories: `node out/test/run.js [part of a name …]`. Without a name, those
 * that take long (`*.long.test.ts`) and those of the whole door (`*.door.test.ts`) are left out; `--long` and
 * `--door` run them, and only them.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Much of the time is spent waiting for processes: more files at once than cores. */
const FILES_AT_ONCE = 4;

/** What only runs when it is asked for, by flag. */
const APART: Readonly<Record<string, string>> = { '--long': '.long.test.js', '--door': '.door.test.js' };

const [first = '', ...rest] = process.argv.slice(2);
const apart = APART[first];
const wanted = apart !== undefined || first === '' ? rest : [first, ...rest];
const folder = import.meta.dirname;

function isRunByDefault(name: string): boolean {
  if (apart !== undefined) return name.endsWith(apart);
  return !Object.values(APART).some((end) => name.endsWith(end));
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.js') && !name.startsWith('browser'))
  .filter((name) => (wanted.length === 0 ? isRunByDefault(name) : wanted.some((part) => name.includes(part))))
  .map((name) => join(folder, name));
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(1);
}
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', `--test-concurrency=${FILES_AT_ONCE}`, ...files],
  {
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
