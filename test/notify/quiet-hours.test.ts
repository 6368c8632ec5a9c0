/** Quiet hours go by the clock on the wall: over midnight, in any zone, and through changes of the clocks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isQuiet, parseQuiet } from '../../server/domain/quiet-hours.ts';

const quiet = (text: string) => parseQuiet(text) ?? assert.fail(text);
const at = (moment: string) => Date.parse(moment);

test('a text is times and a zone, or nothing, or is not understood', () => {
  assert.deepEqual(parseQuiet('22:00-07:00 Europe/Berlin'), {
    from: '22:00',
    to: '07:00',
    zone: 'Europe/Berlin',
  });
  assert.deepEqual(parseQuiet(' 09:30 – 17:00 @UTC '), { from: '09:30', to: '17:00', zone: 'UTC' });
  assert.equal(quiet('22:00-07:00').zone, Intl.DateTimeFormat().resolvedOptions().timeZone);
  assert.equal(parseQuiet('off'), null);
  assert.equal(parseQuiet('  '), null);
  for (const text of [
    '22-7',
    '24:00-07:00',
    '22:00-07:60',
    '22:00-07:00 Mars/Base',
    '22:00-22:00',
    '22:00',
    'x',
  ])
    assert.equal(parseQuiet(text), undefined, text);
});

test('the first minute is quiet, the last is not; over midnight too', () => {
  const night = quiet('22:00-07:00 UTC');
  const day = quiet('09:00-17:00 UTC');
  const cases: readonly [moment: string, night: boolean, day: boolean][] = [
    ['2026-01-05T21:59:59Z', false, false],
    ['2026-01-05T22:00:00Z', true, false],
    ['2026-01-06T00:00:00Z', true, false],
    ['2026-01-06T06:59:59Z', true, false],
    ['2026-01-06T07:00:00Z', false, false],
    ['2026-01-06T09:00:00Z', false, true],
    ['2026-01-06T17:00:00Z', false, false],
  ];
  for (const [moment, inNight, inDay] of cases)
    assert.deepEqual([isQuiet(night, at(moment)), isQuiet(day, at(moment))], [inNight, inDay], moment);
  assert.equal(isQuiet(null, at('2026-01-06T00:00:00Z')), false);
});

test('in winter and in summer they are at the same time on the wall', () => {
  const berlin = quiet('22:00-07:00 Europe/Berlin');
  // UTC+1 in winter, UTC+2 in summer.
  assert.equal(isQuiet(berlin, at('2026-01-05T21:00:00Z')), true);
  assert.equal(isQuiet(berlin, at('2026-01-05T20:59:00Z')), false);
  assert.equal(isQuiet(berlin, at('2026-07-05T20:00:00Z')), true);
  assert.equal(isQuiet(berlin, at('2026-07-05T19:59:00Z')), false);
  // The night in which an hour is left out, and the one that has an hour twice.
  assert.equal(isQuiet(berlin, at('2026-03-29T04:59:00Z')), true, '06:59, after one hour less');
  assert.equal(isQuiet(berlin, at('2026-03-29T05:00:00Z')), false, '07:00');
  assert.equal(isQuiet(berlin, at('2026-10-25T05:59:00Z')), true, '06:59, after one hour more');
  assert.equal(isQuiet(berlin, at('2026-10-25T06:00:00Z')), false, '07:00');
});

test('where an hour of them is left out, nothing of it is quiet; where it comes twice, both are', () => {
  const hour = quiet('02:00-03:00 Europe/Berlin');
  assert.equal(isQuiet(hour, at('2026-03-29T00:59:00Z')), false);
  assert.equal(isQuiet(hour, at('2026-03-29T01:00:00Z')), false, '03:00 at once');
  assert.equal(isQuiet(hour, at('2026-10-25T00:30:00Z')), true);
  assert.equal(isQuiet(hour, at('2026-10-25T01:30:00Z')), true);
  assert.equal(isQuiet(hour, at('2026-10-25T02:00:00Z')), false);
});
