/** Twenty runs, the daemon ended at each moment of their lives, in both ways: what the next one makes of them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Case, Cell, CHUNKS, RUNS } from './restart-cell.ts';
import { endsOf, runEvents } from './run-events.ts';

const once = ['exited with 0'];
const again = ['never-began', 'exited with 0'];
const TABLE: readonly Case[] = [
  { moment: 'spawned', signal: 'SIGKILL', ends: again },
  { moment: 'spawned', signal: 'SIGTERM', ends: once },
  { moment: 'recorded', signal: 'SIGKILL', ends: again },
  { moment: 'recorded', signal: 'SIGTERM', ends: once },
  { moment: 'just let go', signal: 'SIGKILL', ends: once },
  { moment: 'just let go', signal: 'SIGTERM', ends: once },
  { moment: 'working', signal: 'SIGKILL', ends: once },
  { moment: 'working', signal: 'SIGTERM', ends: once },
  { moment: 'asking', signal: 'SIGKILL', ends: once },
  { moment: 'asking', signal: 'SIGTERM', ends: once },
  { moment: 'ended meanwhile', signal: 'SIGKILL', ends: once },
  { moment: 'ended meanwhile', signal: 'SIGTERM', ends: once },
];

describe('twenty runs and a daemon that ends', { concurrency: 3 }, () => {
  for (const each of TABLE)
    test(`${each.moment}, ${each.signal}: ${each.ends.join(', then ')}`, async () => {
      const cell = new Cell(each);
      try {
        await cell.untilEnded();
        checkMoment(cell, each);
        await cell.untilLookedAt();
        await cell.finish();
        assert.ok(!cell.has('doubled'), 'two commands were alive at once on one unit');
        assert.deepEqual(cell.begun().sort(), [...CHUNKS].sort(), 'each command has begun once');
        const ends = endsOf(cell.house);
        for (const chunk of CHUNKS) assert.deepEqual(ends.get(chunk), each.ends, chunk);
        if (each.moment === 'asking')
          for (const chunk of CHUNKS) assert.equal(cell.told(chunk), `this, ${chunk}\n`);
      } finally {
        await cell.close();
      }
    });
});

/** That the daemon has really ended at that moment, and not before or after. */
function checkMoment({ house }: Cell, { moment, signal }: Case): void {
  const spawned = runEvents(house, 'run.spawned').length;
  assert.equal(runEvents(house, 'run.started').length, RUNS);
  assert.equal(spawned, moment === 'spawned' && signal === 'SIGKILL' ? 0 : RUNS);
  assert.equal(runEvents(house, 'run.ended').length, 0);
}
