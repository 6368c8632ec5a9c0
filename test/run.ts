/**
 * Runs the server's own tests and the stories: `node out/test/run.js [part of a name …]`. Without a name, those
 * that take long (`*.long.test.ts`) are left out; `--long` runs them, and only them.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Much of the time is spent waiting for processes: more files at once than cores. */
const FILES_AT_ONCE = 4;

const LONG = '.long.test.js';

const [first = '', ...rest] = process.argv.slice(2);
const onlyLong = first === '--long';
const wanted = onlyLong || first === '' ? rest : [first, ...rest];
const folder = import.meta.dirname;
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.js') && !name.startsWith('browser'))
  .filter((name) =>
    wanted.length === 0 ? name.endsWith(LONG) === onlyLong : wanted.some((part) => name.includes(part)),
  )
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
