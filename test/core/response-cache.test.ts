import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseCache } from '../../server/web/response-cache.ts';

function keeping() {
  const kept = new ResponseCache();
  let drawn = 0;
  return { at: (seq: number, key: string) => kept.at(seq, key, () => `${++drawn}`).toString(), kept };
}

test('the same of the same state is drawn once, and is the same buffer', () => {
  const { at, kept } = keeping();
  assert.deepEqual([at(1, 'a'), at(1, 'b'), at(1, 'a')], ['1', '2', '1']);
  const draw = () => 'x';
  assert.equal(kept.at(1, 'c', draw), kept.at(1, 'c', draw));
});

test('another state is drawn anew, also when it is an older one', () => {
  const { at } = keeping();
  assert.deepEqual([at(2, 'a'), at(3, 'a'), at(2, 'a')], ['1', '2', '3']);
});

test('nothing is older than a second', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { at } = keeping();
  at(1, 'a');
  t.mock.timers.tick(999);
  assert.deepEqual([at(1, 'a'), at(1, 'late')], ['1', '2']);
  t.mock.timers.tick(1);
  assert.deepEqual([at(1, 'a'), at(1, 'late')], ['3', '4']);
});

test('whoever asks for ever other things does not fill the memory', () => {
  const { at } = keeping();
  for (let n = 0; n < 100; n++) at(1, `q${n}`);
  assert.equal(at(1, 'q99'), '100');
  assert.notEqual(at(1, 'q0'), '1');
});
