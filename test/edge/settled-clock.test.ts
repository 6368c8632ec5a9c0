/** Nothing is thrown away on the word of a clock that has just jumped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClockPair, hourly, SettledClock } from '../../server/system/hourly.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const START = Date.UTC(2026, 5, 1);

/** `pass`: time goes by, with a look each second; `jump`: somebody sets the clock, or the machine sleeps. */
function scene(known: number | null) {
  let [wall, elapsed] = [START, 5000];
  const clock: ClockPair = { now: () => wall, elapsed: () => elapsed };
  const acted: number[] = [];
  const settled = new SettledClock(known, clock);
  const chore = hourly('old things', settled, async (at) => {
    acted.push(at - START);
  });
  const pass = async (ms: number) => {
    for (const end = elapsed + ms; elapsed < end; ) {
      wall += 1000;
      elapsed += 1000;
      await chore.look();
    }
  };
  const jump = (ms: number) => {
    wall += ms;
  };
  return { acted, pass, jump };
}

test('at a start soon after something happened: at once, and then every hour', async () => {
  const { acted, pass } = scene(START - 23 * HOUR);
  await pass(2 * HOUR + 2000);
  assert.deepEqual(acted, [1000, HOUR + 1000, 2 * HOUR + 1000]);
});

for (const [what, known] of Object.entries({
  'a year after anything happened': START - YEAR,
  'a year before it, by the clock': START + YEAR,
  'before anything happened': null,
}))
  test(`at a start ${what}: after an hour`, async () => {
    const { acted, pass } = scene(known);
    await pass(HOUR - 1000);
    assert.deepEqual(acted, []);
    await pass(2000);
    assert.deepEqual(acted, [HOUR]);
  });

for (const [what, by] of Object.entries({ ahead: YEAR, back: -YEAR }))
  test(`a jump of a year ${what} is not believed for an hour; one that is set right again was none`, async () => {
    const { acted, pass, jump } = scene(START);
    await pass(1000);
    jump(by);
    await pass(HOUR - 2000);
    assert.deepEqual(acted, [1000]);
    jump(-by);
    await pass(HOUR - 2000);
    assert.deepEqual(acted, [1000], 'it had jumped again');
    jump(by);
    await pass(HOUR + 1000);
    assert.equal(acted.length, 2, 'it stayed so');
  });

test('an hour, summer time and a night asleep are no jump', async () => {
  const { acted, pass, jump } = scene(START);
  await pass(1000);
  jump(HOUR);
  await pass(1000);
  assert.equal(acted.length, 2);
  jump(-HOUR - 5000);
  await pass(1000);
  assert.equal(acted.length, 3);
  jump(10 * HOUR);
  await pass(1000);
  assert.equal(acted.length, 4);
});
