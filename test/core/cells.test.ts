/** The cells of a board by status, and which units have changed lately: both are kept up change by change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cells } from '../../server/board/cells.ts';
import { RecentChanges } from '../../server/board/recent-changes.ts';
import { type Cell, inOrder } from '../../shared/board.ts';
import { STATUSES, type Status } from '../../shared/words.ts';

/** What the order of a cell is made of: DONE ones stand by when they ended, the latest first. */
const cell = (id: number, status: Status, ended: number) =>
  ({ key: `unit:${id}`, id, status, order: status === 'DONE' ? [-ended, id] : [id] }) as unknown as Cell;

const ID = fc.nat(300);
const CELL = fc.tuple(ID, fc.constantFrom(...STATUSES), fc.nat(5)).map((given) => cell(...given));
const STEP = fc.oneof(
  fc.record({ put: fc.array(CELL, { maxLength: 5 }) }),
  fc.record({ put: fc.array(CELL, { minLength: 150, maxLength: 250 }) }),
  fc.record({ drop: ID }),
);

test('cells stand in order in their sections, whichever were put, put again and dropped before', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 20 }), (steps) => {
      const cells = new Cells();
      const plain = new Map<string, Cell>();
      for (const step of steps) {
        if ('put' in step) {
          cells.put(step.put);
          for (const each of step.put) plain.set(each.key, each);
        } else {
          cells.delete(`unit:${step.drop}`);
          plain.delete(`unit:${step.drop}`);
        }
        for (const status of STATUSES) {
          const there = [...plain.values()].filter((each) => each.status === status).sort(inOrder);
          assert.deepEqual(cells.of(status), there);
          assert.equal(cells.sizes()[status], there.length);
        }
      }
    }),
  );
});

test('what has changed since a number is known until it is too long ago', () => {
  const recent = new RecentChanges(5);
  assert.equal(recent.since(4), null, 'before it was told anything');
  assert.deepEqual(recent.since(5), []);
  recent.add([3, 1], 6);
  recent.add([1], 7);
  assert.deepEqual(recent.since(5), [1, 3]);
  assert.deepEqual(recent.since(6), [1]);
  for (let seq = 8; seq < 20_000; seq++) recent.add([seq], seq);
  assert.equal(recent.since(6), null, 'many changes later');
  assert.deepEqual(recent.since(19_997), [19_998, 19_999]);
  assert.ok(recent.since(16_000)?.length === 3999);
});
