import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { keepSubscribed } from '../../client/link/keep-subscribed.ts';

/** A daemon that tells of the end of each stream, also of one that was left. */
function streams(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ends: (() => void)[] = [];
  const stop = keepSubscribed((ended) => {
    ends.push(ended);
    return { unsubscribe: ended };
  });
  return { ends, stop, pass: (ms: number) => t.mock.timers.tick(ms) };
}

test('a stream that ends is asked for again, after a second', (t) => {
  const { ends, pass } = streams(t);
  ends[0]?.();
  pass(999);
  assert.equal(ends.length, 1);
  pass(1);
  assert.equal(ends.length, 2);
  ends[1]?.();
  pass(1000);
  assert.equal(ends.length, 3);
});

test('a stream that was left is not', (t) => {
  const { ends, stop, pass } = streams(t);
  stop();
  pass(10_000);
  assert.equal(ends.length, 1);
});

test('nor one that had ended when it was left', (t) => {
  const { ends, stop, pass } = streams(t);
  ends[0]?.();
  stop();
  pass(10_000);
  assert.equal(ends.length, 1);
});
