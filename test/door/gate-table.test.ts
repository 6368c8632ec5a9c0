/** The gate against the table, and the table against the oracle that judges the whole product. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gate } from '../../server/access/gate.ts';
import { expectedOf, outcomeOf, ROWS } from './gate-table.ts';
import { oracle } from './oracle.ts';

for (const row of ROWS)
  test(`${row.what} (${row.door}): ${row.expected}`, () => {
    assert.equal(outcomeOf(gate, row), expectedOf(row), row.says);
  });

test('no two rows have the same name', () => {
  const names = ROWS.map(({ what }) => what);
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});

test('the oracle knows every row that is made of facts alone', () => {
  const rows = ROWS.filter(({ more }) => more.length === 0);
  assert.ok(rows.length > 80);
  for (const { door, cell, expected, what } of rows)
    if (door !== 'proxied' && door !== 'watched') assert.equal(oracle(door, cell), expected, what);
});
