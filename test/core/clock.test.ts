/** What is due, by a wall clock that only the test moves; timers are mocked, so none of them counts a sleep. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { type DueTimes, keepTime } from '../../server/daemon/clock.ts';
import type { Log } from '../../server/system/log.ts';
import { StoreFixture, spec } from './store-fixture.ts';

const MINUTE_MS = 60_000;

let house: StoreFixture;
let clock: DueTimes;
let failures: unknown[];
const log: Log = { info: () => {}, error: (_, error) => failures.push(error) };

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  house = new StoreFixture();
  failures = [];
  clock = keepTime(house.store, log, () => house.now);
});
afterEach(() => {
  clock.stop();
  house.leave();
  mock.timers.reset();
});

const types = () => house.types().slice(-2);
/** Real turns of the loop: commits are drained by `setImmediate`. */
const turns = async (count = 5) => {
  for (let nth = 0; nth < count; nth++) await new Promise((resolve) => setImmediate(resolve));
};

async function goingOut(): Promise<void> {
  await house.add(spec('a'));
  await house.start('a');
  await house.ask('a', 'q');
  await house.answer('a', 'q', { text: 'blue', wait: 4000 });
}

test('a clock that jumps ahead is noticed by the next look, a second later, however far away the moment was', async () => {
  await goingOut();
  await turns();
  house.now += 120 * MINUTE_MS;
  mock.timers.tick(1000);
  await turns();
  assert.ok(house.types().includes('item.released'), types().join());
});

test('whoever looks finds what is due done', async () => {
  await goingOut();
  house.now += 3999;
  await clock.look();
  assert.ok(!house.types().includes('item.released'));
  house.now += 1;
  await clock.look();
  assert.ok(house.types().includes('item.released'));
});

test('many who look at once commit once', async () => {
  await goingOut();
  house.now += MINUTE_MS;
  await Promise.all(Array.from({ length: 50 }, () => clock.look()));
  assert.equal(house.types().filter((type) => type === 'item.released').length, 1);
});

test('a clock that was set back to before the answer holds it back no longer than a look', async () => {
  await goingOut();
  await turns();
  house.now -= 120 * MINUTE_MS;
  mock.timers.tick(1000);
  await turns();
  assert.ok(house.types().includes('item.released'));
});

test('a clock that was set back by less lets it go out when its moment comes', async () => {
  await goingOut();
  house.now += 3000;
  await clock.look();
  house.now -= 2000;
  await clock.look();
  assert.ok(!house.types().includes('item.released'));
  house.now += 3000;
  await clock.look();
  assert.ok(house.types().includes('item.released'));
});

test('a commit that fails is tried again a second later, not with every request', async () => {
  await goingOut();
  house.now += MINUTE_MS;
  const { db } = house;
  const begin = db.begin.bind(db);
  db.begin = () => {
    throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
  };
  for (let nth = 0; nth < 20; nth++) await clock.look();
  assert.equal(failures.length, 1);
  db.begin = begin;
  mock.timers.tick(1000);
  await turns();
  assert.ok(house.types().includes('item.released'));
  assert.equal(failures.length, 1);
});
