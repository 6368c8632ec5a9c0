/** How long units waited for the operator, and how their time went: read from the log, and the same however it is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DayWaits } from '../../server/board/day-waits.ts';
import { timeSpent } from '../../server/board/time-spent.ts';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY, isAsking, type State } from '../../server/domain/state.ts';
import type { Event } from '../../shared/events.ts';
import { waitedWords } from '../../shared/waited.ts';
import { inHistories } from './random-commands.ts';
import { exited, inHouse, type StoreFixture, spec } from './store-fixture.ts';

const HOUR = 3_600_000;
const midnightOf = (at: number) => new Date(at).setHours(0, 0, 0, 0);

/** A store as it was after the first events. */
const storeAt = (log: readonly Event[], states: readonly State[], length: number) => ({
  state: states[length] ?? EMPTY,
  async *events(after: number) {
    yield* log.slice(0, length).filter(({ seq }) => seq > after);
  },
  async *eventsBackwards() {
    yield* log.slice(0, length).reverse();
  },
});

/** Moment by moment, from the whole state after each event. */
function slowly(log: readonly Event[], states: readonly State[], length: number, now: number): number {
  let sum = 0;
  for (let nth = 1; nth <= length; nth++) {
    const from = Math.max(Date.parse(log[nth - 1]!.at), midnightOf(now));
    const to = nth === length ? now : Date.parse(log[nth]!.at);
    const waiting = [...states[nth]!.works].filter(({ items }) => items.some(isAsking)).length;
    sum += Math.max(0, to - from) * waiting;
  }
  return sum;
}

test('the sum of today is that of all moments, read at once or as it grows, in random histories', async () => {
  let most = 0;
  await inHistories({ runs: 6, length: 400 }, async (house) => {
    const log = house.log();
    const states = [EMPTY];
    for (const event of log) states.push(reduce(states.at(-1)!, event));
    const growing = storeAt(log, states, 0);
    const waits = new DayWaits(growing);
    for (const part of [0.2, 0.25, 0.6, 1]) {
      const length = Math.floor(log.length * part);
      const now = Date.parse(log[length - 1]?.at ?? '2026-01-05T00:00:00.000Z') + 1000;
      Object.assign(growing, storeAt(log, states, length));
      const expected = slowly(log, states, length, now);
      const fresh = new DayWaits(storeAt(log, states, length));
      assert.equal((await fresh.at(new Date(now))).waited_ms, expected, 'all of the day at once');
      assert.equal((await waits.at(new Date(now))).waited_ms, expected, 'what is new since it was asked');
      most = Math.max(most, expected);
    }
  });
  assert.ok(most > 0, 'nothing ever waited');
});

const detailOf = async (house: StoreFixture, chunk: string) => {
  const work = house.work(chunk);
  const log = house.log().filter(({ unit }) => unit === work.unit.id);
  const backwards = (async function* () {
    yield* log.reverse();
  })();
  const { from, spans } = await timeSpent(work, backwards, new Date(house.now).toISOString());
  const start = Date.parse(from);
  return spans.map(({ use, from, to }) => [
    use,
    (Date.parse(from) - start) / HOUR,
    (Date.parse(to) - start) / HOUR,
  ]);
};

test(
  'a unit was queued, ran, waited, ran on, and was done: stretch by stretch',
  inHouse(async (house) => {
    await house.add(spec('a'));
    house.now += HOUR;
    await house.start('a');
    house.now += HOUR;
    await house.ask('a', 'port');
    house.now += 2 * HOUR;
    await house.answer('a', 'port', { text: '80' });
    await house.confirm('a', 'port', 1);
    house.now += HOUR;
    await house.end('a', exited(0));
    house.now += HOUR;
    assert.deepEqual(await detailOf(house, 'a'), [
      ['blocked', 0, 1],
      ['running', 1, 2],
      ['waiting', 2, 4],
      ['running', 4, 5],
    ]);
  }),
);

test(
  'what happened before the hours that are shown is cut off, and what goes on goes up to now',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await house.ask('a', 'port');
    house.now += 30 * HOUR;
    assert.deepEqual(await detailOf(house, 'a'), [['waiting', 0, 12]]);
    await house.answer('a', 'port', { text: '80' });
    house.now += HOUR;
    assert.deepEqual(await detailOf(house, 'a'), [
      ['waiting', 0, 11],
      ['running', 11, 12],
    ]);
  }),
);

test(
  'of a young unit the first seconds are told apart, too',
  inHouse(async (house) => {
    await house.add(spec('a'));
    house.now += 500;
    await house.start('a');
    await house.ask('a', 'port');
    house.now += 2500;
    assert.deepEqual(
      (await detailOf(house, 'a')).map(([use]) => use),
      ['blocked', 'waiting'],
    );
  }),
);

test('the words of today: the sum grows with each that waits, and nothing is said of nothing', () => {
  const at = '2026-01-05T09:00:00.000Z';
  const now = Date.parse(at) + HOUR;
  const oldest = { chunk: 'api', asked_at: '2026-01-05T07:30:00.000Z' };
  assert.equal(waitedWords({ at, waited_ms: 0, waiting: 0, oldest: null }, now), '');
  assert.equal(
    waitedWords({ at, waited_ms: HOUR, waiting: 2, oldest }, now),
    'Units have waited 3 h 0 min for you today. api has waited longest: 2 h 30 min.',
  );
});
