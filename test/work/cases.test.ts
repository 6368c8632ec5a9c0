/** What has gone wrong in other programs that give each agent a worktree: a test by name for each. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const CASES = [
  'uncommitted work kept',
  'base elsewhere, moved',
  'agent switched branch',
  "operator's edits survive",
  'odd names',
  'no fallback',
  'LFS missing',
  'submodules empty',
  'no commit',
  'nested repository',
  '.env missing',
  'ten adds at once',
  'status locks',
  'disk',
  'live child',
  'unmerged branch',
  'ignored results',
  "others' entries",
  'sandboxed agent',
  'two daemons, one repository',
  'hostile configuration',
  'hostile repository',
];

test('each case has a test that bears its name', () => {
  const tests = join(import.meta.dirname, '..');
  const files = ['work', 'stories'].flatMap((folder) =>
    readdirSync(join(tests, folder))
      .filter((name) => name.endsWith('.test.js'))
      .map((name) => readFileSync(join(tests, folder, name), 'utf8')),
  );
  const names = files.flatMap((text) =>
    [...text.matchAll(/\btest\((['"`])(.*?)\1, /g)].map(([, , name]) => name),
  );
  const missing = CASES.filter((each) => !names.some((name) => name?.includes(each)));
  assert.deepEqual(missing, []);
});
