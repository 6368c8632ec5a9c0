/** What callers have shown is forgotten at each start, also while commands go on calling. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LocalCallers } from '../../server/access/local-callers.ts';
import { EMPTY } from '../../server/domain/state.ts';
import { until } from '../until.ts';

const folder = mkdtempSync(join(tmpdir(), 'callers-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const callers = join(folder, 'callers');
const start = () => new LocalCallers({ callers, runs: join(folder, 'runs') }, () => EMPTY);

test('a start forgets the proofs of before, and keeps the folder to its owner', () => {
  mkdirSync(callers, { mode: 0o755 });
  writeFileSync(join(callers, 'old'), '');
  start();
  assert.deepEqual(readdirSync(callers), []);
  assert.equal(statSync(callers).mode & 0o777, 0o700);
});

test('a start does not fail where commands write their proofs meanwhile', async () => {
  const loop = 'n=0; while [ -e go ]; do : > "callers/$n" 2>/dev/null; n=$((n + 1)); done';
  writeFileSync(join(folder, 'go'), '');
  const writer = spawn('sh', ['-c', loop], { cwd: folder });
  try {
    await until('the writer to write', () => existsSync(join(callers, '50')));
    for (let nth = 0; nth < 200; nth++) start();
  } finally {
    rmSync(join(folder, 'go'));
    await once(writer, 'close');
  }
});
