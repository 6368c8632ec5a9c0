/** kill -9 of the daemon before and after each statement, file operation and spawn, and at moments of chance. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FaultsScene } from './faults-scene.ts';
import { killsOf } from './how-many.ts';
import { KillPlan } from './kill-plan.ts';
import { randomFrom, seedOf } from './random.ts';

const KILLS = killsOf(270);
/** Then everything is brought to its end, and the next project begins. */
const KILLS_OF_A_PROJECT = 30;
/** Of the first life, which shows what points there are: until all is done. */
const LONGEST_LIFE_MS = 60_000;

test(`the daemon is killed ${KILLS} times at named points and at random: every promise holds after each`, async (t) => {
  const seed = seedOf();
  t.diagnostic(`seed ${seed}: SIGNALBOX_SEED=${seed} tries the same points again`);
  const folder = mkdtempSync(join(tmpdir(), 'sb-faults-'));
  const names = join(folder, 'names');
  const random = randomFrom(seed);
  const plan = new KillPlan(names, random);
  let [kills, named] = [0, 0];
  try {
    while (kills < KILLS) {
      const scene = await FaultsScene.open();
      try {
        const last = Math.min(KILLS, kills + KILLS_OF_A_PROJECT);
        for (; kills < last; kills++) {
          const kill = plan.next();
          scene.addWork();
          const chance = 300 + random(1500);
          // On a slow machine, one that is killed sooner has not reached any point.
          const wasKilled = await scene.live(kill, names, plan.isEmpty ? LONGEST_LIFE_MS : chance);
          if (kill) plan.ended(kill, wasKilled);
          if (wasKilled) named++;
          const at = `kill ${kills}, ${JSON.stringify(kill)}, seed ${seed}`;
          assert.deepEqual(await scene.broken(), [], at);
        }
        assert.deepEqual(await scene.finish(), [], `after ${kills} kills, seed ${seed}`);
      } finally {
        await scene.close();
      }
    }
    t.diagnostic(`${kills} kills, ${named} at named points; ${plan.covered} killed at`);
    assert.ok(named > KILLS / 3, `only ${named} of ${KILLS} at named points`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
