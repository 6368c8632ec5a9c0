import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { keepSubscribed, rest } from '../../client/link/keep-subscribed.ts';

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

test('while the page rests it is left, and taken up again after; what is always followed goes on', (t) => {
  const { ends, stop, pass } = streams(t);
  let always = 0;
  const stopAlways = keepSubscribed((ended) => {
    always++;
    return { unsubscribe: ended };
  }, 'always');
  rest(true);
  pass(10_000);
  assert.equal(ends.length, 1);
  const late: unknown[] = [];
  const stopLate = keepSubscribed((ended) => {
    late.push(ended);
    return { unsubscribe: ended };
  });
  assert.equal(late.length, 0);
  rest(false);
  assert.equal(ends.length, 2);
  assert.equal(late.length, 1);
  assert.equal(always, 1);
  stop();
  stopLate();
  stopAlways();
  rest(true);
  rest(false);
  pass(10_000);
  assert.equal(ends.length, 2);
});
