/** kill -9 of the wrapper around a run, alone, at named moments of the run, with and without a daemon. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../until.ts';
import { FaultsScene } from './faults-scene.ts';
import { killsOf } from './how-many.ts';
import { randomFrom, seedOf } from './random.ts';

const KILLS = killsOf(15);

test(`${KILLS} wrappers are killed: each is asked about, its command ends by itself, every promise holds`, async (t) => {
  const seed = seedOf();
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const scene = await FaultsScene.open();
  try {
    for (let kills = 0; kills < KILLS; kills++) {
      const isWithDaemon = random(2) === 0;
      scene.addWork();
      if (isWithDaemon) await scene.house.start();
      else await scene.live(null, `${scene.house.folder}/names`, 200 + random(600));
      const kill = async () => {
        if (isWithDaemon) await scene.look();
        return scene.killWrapper(random(5));
      };
      await until('a wrapper to be there', kill, 10_000).catch((error: unknown) => {
        // Without a daemon nothing new begins: then all have ended, which is a moment, too.
        if (isWithDaemon) throw error;
      });
      if (isWithDaemon) await scene.house.end('SIGKILL');
      assert.deepEqual(await scene.broken(), [], `kill ${kills}, seed ${seed}`);
    }
    assert.deepEqual(await scene.finish(), [], `seed ${seed}`);
  } finally {
    await scene.close();
  }
});
