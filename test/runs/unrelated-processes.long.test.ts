/** The record of a run names a process that has nothing to do with it: it is never signalled. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runFiles } from '../../server/system/run-files.ts';
import { until } from '../until.ts';
import { endWithinLook } from './end-within-look.ts';
import { runOf } from './run-events.ts';
import { inScene, type Kind } from './scene.ts';
import { Stranger } from './unrelated-process.ts';

const KINDS: readonly Kind[] = [
  {
    name: 'with the number of the run, and another start',
    leads: false,
    recorded: ({ pid }, { started }) => ({ pid, started }),
  },
  {
    name: 'with the number and the start of the run',
    leads: false,
    recorded: (stranger) => stranger,
  },
  {
    name: 'that leads a group of this number, with another start',
    leads: true,
    recorded: ({ pid }, { started }) => ({ pid, started }),
  },
  {
    name: 'that leads a group of this number, with the same start',
    leads: true,
    recorded: (stranger) => stranger,
  },
];

/** A command with a child; then it waits. */
const WITH_CHILD = 'sleep 600 & touch begun';
/** And with one that has left its group, its outputs and its parent. */
const WITH_BOTH = `(setsid sleep 600 >/dev/null 2>&1 &); ${WITH_CHILD}`;

describe('the record of a run names a stranger', { concurrency: 3 }, () => {
  for (const kind of KINDS) {
    test(
      `one ${kind.name} is left alone by a kill, which ends the real family`,
      inScene(async (scene) => {
        await scene.work(WITH_BOTH);
        await scene.confuse(kind);
        await scene.restart();
        assert.equal((await scene.units.detail('work')).status, 'RUNNING');
        await scene.kill();
        const { why } = await scene.units.becomes('work', 'BLOCKED');
        assert.deepEqual(scene.house.processes(), []);
        assert.equal(why, 'held: killed by you');
        assert.deepEqual(scene.ends(), ['killed']);
      }),
    );

    test(
      `one ${kind.name} is left alone by a kill that was wished before, when the family is gone already`,
      inScene(async (scene) => {
        await scene.work(`trap '' TERM; ${WITH_BOTH}`);
        await scene.kill();
        await scene.confuse(kind);
        await scene.loseFamily();
        await scene.restart();
        await scene.units.becomes('work', 'BLOCKED');
        assert.deepEqual(scene.ends(), ['killed']);
      }),
    );

    test(
      `one ${kind.name} is not taken for the run, which goes on and ends as it does`,
      inScene(async (scene) => {
        await scene.work(WITH_CHILD);
        await scene.confuse(kind);
        await scene.restart();
        assert.equal((await scene.units.detail('work')).status, 'RUNNING');
        scene.gate.open();
        await scene.units.becomes('work', 'DONE');
        assert.deepEqual(scene.ends(), ['exited with 0']);
      }),
    );

    test(
      `one ${kind.name} is not taken for the run, which has vanished`,
      inScene(async (scene) => {
        await scene.work(WITH_BOTH);
        await scene.confuse(kind);
        await scene.loseFamily();
        await scene.restart();
        await scene.units.becomes('work', 'NEEDS_ATTENTION');
        assert.deepEqual(scene.ends(), ['vanished']);
      }),
    );
  }

  test(
    'who only reads what a run prints is no part of it',
    inScene(async (scene) => {
      await scene.work(`echo hello; ${WITH_CHILD}`);
      const { unit, number } = runOf(scene.house, 'work');
      const { output } = runFiles(scene.house.paths.runs, unit, number);
      scene.meets(await Stranger.alone('tail', '-f', output));
      await scene.kill();
      await scene.units.becomes('work', 'BLOCKED');
      assert.deepEqual(scene.house.processes(), []);
      assert.deepEqual(scene.ends(), ['killed']);
    }),
  );

  test(
    'a run that ends while the daemon looks for its family has ended, not vanished',
    inScene(async (scene) => {
      await scene.work('touch begun');
      await scene.confuse(KINDS[0]!);
      endWithinLook(scene.house, scene.gate, scene.own);
      await scene.house.start();
      await until('an end', async () => (await scene.units.detail('work')).live === null);
      assert.deepEqual(scene.ends(), ['exited with 0']);
    }),
  );
});
