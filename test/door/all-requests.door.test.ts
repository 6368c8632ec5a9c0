/** The pure gate against the oracle, for every combination of what a request can say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gate } from '../../server/access/gate.ts';
import { CELLS, cellAt } from './all-requests.ts';
import { disagreements, EACH_DOOR } from './disagreements.ts';

/** Host 14 × Origin 12 × Sec-Fetch-Site 5 × method 9 × content type 9 × caller 4 × endpoint 5. */
const ALL = 1_360_800;
const SHOWN = 10;

function* every(): Generator<number> {
  for (let number = 0; number < CELLS; number++) yield number;
}

test('the product is whole', () => {
  assert.equal(CELLS, ALL);
});

for (const door of EACH_DOOR)
  test(`gate and oracle agree on every cell (${door})`, (t) => {
    const found = disagreements(gate, door, every());
    t.diagnostic(`${door}: ${CELLS.toLocaleString('en')} cells, ${found.length} disagreements`);
    const shown = found.slice(0, SHOWN).map((each) => ({ ...each, cell: cellAt(each.number) }));
    assert.equal(found.length, 0, JSON.stringify(shown, null, 1));
  });
