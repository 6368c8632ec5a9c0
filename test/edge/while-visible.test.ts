import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { type Seen, whileVisible } from '../../client/link/while-visible.ts';

const MINUTE = 60_000;

class Page extends EventTarget {
  hidden = false;

  turn(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

function watched() {
  const page = new Page();
  const told: string[] = [];
  const stop = whileVisible(
    () => told.push('begin'),
    () => told.push('end'),
    page as unknown as Seen,
  );
  return { page, told, stop };
}

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

test('a page hidden for a moment goes on', () => {
  const { page, told } = watched();
  page.turn(true);
  mock.timers.tick(4 * MINUTE);
  page.turn(false);
  mock.timers.tick(10 * MINUTE);
  assert.deepEqual(told, ['begin']);
});

test('a page hidden for long ends, once, and begins again when it is seen', () => {
  const { page, told, stop } = watched();
  page.turn(true);
  mock.timers.tick(20 * MINUTE);
  assert.deepEqual(told, ['begin', 'end']);
  page.turn(false);
  assert.deepEqual(told, ['begin', 'end', 'begin']);
  stop();
  assert.deepEqual(told, ['begin', 'end', 'begin', 'end']);
});

test('what has been stopped neither ends again nor begins', () => {
  const { page, told, stop } = watched();
  page.turn(true);
  mock.timers.tick(5 * MINUTE);
  stop();
  page.turn(false);
  assert.deepEqual(told, ['begin', 'end']);
});
