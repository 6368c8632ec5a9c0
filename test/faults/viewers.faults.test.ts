/** 500 viewers while the daemon is killed and started again: all know the same, soon after it answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../../shared/board.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { until } from '../until.ts';
import { Viewer } from './viewers.ts';

const VIEWERS = 500;
const RESTARTS = 3;
const SOON_MS = 3000;
const UNITS = 50;

test(`${VIEWERS} viewers and ${RESTARTS} kills of the daemon: all converge`, async (t) => {
  const house = await DaemonFixture.open('--max-agents', '0');
  const callers = new Callers(house);
  const viewers: Viewer[] = [];
  try {
    const units = Array.from({ length: UNITS }, (_, nth) => ({ chunk: `unit-${nth}`, external: true }));
    await callers.must('units.add', { units });
    const { address } = house;
    for (let nth = 0; nth < VIEWERS; nth++) viewers.push(new Viewer(() => address));
    const allKnow = async () => {
      const seq = await callers.seq();
      return viewers.every((viewer) => viewer.seq === seq);
    };
    await until('all to know the board', allKnow);
    const times: number[] = [];
    for (let round = 0; round < RESTARTS; round++) {
      await house.end('SIGKILL');
      await house.start();
      const began = performance.now();
      await callers.must('units.edit', { chunk: `unit-${round}`, title: `after kill ${round}` });
      await until('all to know what came after', allKnow);
      times.push(performance.now() - began);
    }
    t.diagnostic(`converged after ${times.map((time) => `${time.toFixed(0)} ms`).join(', ')}`);
    const { rows } = await callers.read<{ rows: Row[] }>('board.now', {});
    const expected = withoutNumbers(rows);
    for (const viewer of viewers) {
      assert.deepEqual(withoutNumbers(viewer.board?.rows.values() ?? []), expected);
      assert.equal(viewer.mistakes, 0);
    }
    assert.ok(Math.max(...times) <= SOON_MS, `${Math.max(...times)} ms`);
  } finally {
    for (const viewer of viewers) viewer.leave();
    await house.close();
  }
});

/** A daemon counts from its start when a row last changed. */
const withoutNumbers = (rows: Iterable<Row>): ReadonlyMap<string, object> =>
  new Map([...rows].map(({ seq: _, ...row }) => [row.key, row]));
