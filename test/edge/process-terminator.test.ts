/** What takes no signal of ours keeps nobody waiting: it is told apart from what ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessTerminator } from '../../server/runs/process-terminator.ts';

test('each process gets SIGTERM once; those that take no SIGKILL are returned', () => {
  const sent: [number, string][] = [];
  const terminator = new ProcessTerminator((pid, name) => {
    sent.push([pid, name]);
    return pid !== 13;
  });
  assert.deepEqual(terminator.press('run', [12, 13]), []);
  assert.deepEqual(terminator.press('run', [12, 13, 14]), []);
  assert.deepEqual(
    sent.map(([pid, name]) => `${name} ${pid}`),
    ['SIGTERM 12', 'SIGTERM 13', 'SIGTERM 14'],
  );
  assert.deepEqual(terminator.press('run', [12, 13], true), [13]);
  assert.deepEqual(sent.slice(3), [
    [12, 'SIGKILL'],
    [13, 'SIGKILL'],
  ]);
});
