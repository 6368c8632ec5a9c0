/** The daemon is killed again and again while units get their worktrees, work, and are merged: nothing is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../until.ts';
import { Scene } from './worktrees-scene.ts';

const ROUNDS = 8;
const UNITS = ['one', 'two', 'three', 'four', 'five'];
const LONGEST_MS = 2500;

test('killed at any moment, the daemon goes on where it was: every unit is merged once', async (t) => {
  let kills = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const scene = await Scene.open({ numbers: 'begin\n' }, { merge: 'auto', setup: 'echo ready > .setup' });
    try {
      for (const chunk of UNITS) scene.go(chunk);
      for (const chunk of UNITS) await scene.add(chunk, `echo ${chunk} > ${chunk}; sleep 0.2`);
      while (!(await allDone(scene))) {
        // A moment of chance is what is tried: every one is as good as another.
        await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * LONGEST_MS));
        await scene.house.end('SIGKILL');
        kills += 1;
        await scene.house.start();
      }
      for (const chunk of UNITS) {
        const { work, runs } = await scene.show(chunk);
        assert.equal(work?.end?.how, 'merged', chunk);
        assert.equal(scene.read(chunk), `${chunk}\n`);
        const well = runs.filter(({ outcome }) => outcome?.exit === 'exited' && outcome.code === 0);
        assert.deepEqual([...new Set(well.map(({ phase }) => phase))], ['SETUP', 'WRITE', 'POLISH'], chunk);
      }
      assert.equal(scene.git('status', '--porcelain'), '');
      const merges = scene.git('log', '--merges', '--format=%s').split('\n');
      assert.equal(merges.length, UNITS.length, merges.join('; '));
    } finally {
      await scene.close();
    }
  }
  t.diagnostic(`${kills} kills`);
  assert.ok(kills >= ROUNDS);
});

/** What stands in the way of one is tried again; the daemon may have ended meanwhile. */
async function allDone(scene: Scene): Promise<boolean> {
  let done = 0;
  await until('the daemon to say how it stands', async () => {
    const units = await scene.house.json<{ status: string; chunk: string }[]>('ls');
    const stuck = units.find(({ status }) => status === 'NEEDS_ATTENTION');
    if (stuck) throw new Error(`${stuck.chunk}: ${JSON.stringify((await scene.show(stuck.chunk)).items)}`);
    done = units.filter(({ status }) => status === 'DONE').length;
    return true;
  });
  return done === UNITS.length;
}
