/** What a live run has changed is kept once a minute, by a clock of its own. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { planWorktree, worktreeMade } from '../../server/domain/commands/work.ts';
import { followLiveWork } from '../../server/runs/live-work.ts';
import { TouchedConflicts } from '../../server/runs/touched-conflicts.ts';
import { Worktrees } from '../../server/runs/worktrees.ts';
import { DAEMON, exited, inHouse, spec } from '../core/store-fixture.ts';
import { atWork } from '../work/unit.ts';

const QUIET = {
  info() {},
  warn() {},
  error(_: string, error: unknown) {
    throw error;
  },
};

test('a snapshot a minute while a run is live, none where nothing changed, none afterwards', async (t) => {
  const unit = await atWork(t);
  await inHouse(async (house) => {
    const { store } = house;
    const { project, state: folder } = unit.scene;
    await house.add(spec('api', { worktree: true }));
    const { branch, commit: base_commit, path } = unit.plan;
    await house.commit(
      (state) => planWorktree(state, { unit: 0, branch, base: 'main', base_commit, path }),
      DAEMON,
    );
    const made = { unit: 0, copied: [], linked: [], setup: null, not_brought: [] };
    await house.commit((state) => worktreeMade(state, made), DAEMON);
    await house.start('api');
    const begun = Date.parse(house.lastRun('api').started_at);
    let now = begun;
    const worktrees = new Worktrees({ store, log: QUIET, project, folder, progress: new Map() });
    const touched = new TouchedConflicts(store, project);
    const chore = followLiveWork({ store, worktrees, touched }, () => now);
    const taken = () => house.log().filter(({ type }) => type === 'work.snapshot').length;
    const lookAt = async (seconds: number) => {
      now = begun + seconds * 1000;
      await chore.look();
      return taken();
    };
    writeFileSync(join(path, 'new'), '1\n');
    assert.equal(await lookAt(1), 0);
    assert.equal(await lookAt(59), 0, 'not before a minute is over');
    assert.equal(await lookAt(60), 1);
    writeFileSync(join(path, 'new'), '2\n');
    assert.equal(await lookAt(119), 1);
    assert.equal(await lookAt(120), 2);
    assert.equal(await lookAt(180), 2, 'the same again is no event');
    writeFileSync(join(path, 'new'), '3\n');
    assert.equal(await lookAt(-100_000), 3, 'a clock that was put back stops nothing');
    await house.end('api', exited(0));
    writeFileSync(join(path, 'new'), '4\n');
    assert.equal(await lookAt(100_000), 3);
  })();
});
