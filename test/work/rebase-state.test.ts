/** Whether an agent has rebased its work, as its worktree shows it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type RebaseState, rebaseState } from '../../server/work/rebase-state.ts';
import { operatorsOf } from './scene.ts';
import { atWork, type UnitAtWork } from './unit.ts';

async function conflicting(t: TestContext): Promise<{ unit: UnitAtWork; base: string }> {
  const unit = await atWork(t, { 'a.txt': 'one\n', 'odd\nname': 'two\n', 'doc.md': '<<<<<<< as it was\n' });
  unit.write({ 'a.txt': 'of unit\n', 'odd\nname': 'of unit\n' });
  unit.git('commit', '-qam', 'unit');
  unit.scene.write({ 'a.txt': 'of base\n', 'odd\nname': 'of base\n', 'doc.md': '<<<<<<< as it was\nmore\n' });
  return { unit, base: unit.scene.commit('base') };
}

const stateOf = async ({ repository, worktree }: UnitAtWork, base: string) => {
  const { unmerged, markers, ...rest } = await rebaseState(repository, worktree, base);
  const paths = (names: RebaseState['markers']) => names.map(({ path }) => path);
  return { ...rest, unmerged: paths(unmerged), markers: paths(markers) };
};

const CLEAN = { in_progress: false, unmerged: [], markers: [] };

test('not begun, in the middle, markers left, and done; the worktree stays as it is', async (t) => {
  const { unit, base } = await conflicting(t);
  assert.deepEqual(await stateOf(unit, base), { ...CLEAN, on_base: false });
  assert.throws(() => unit.git('rebase', '-q', base));
  const before = [unit.git('status', '--porcelain=v2'), operatorsOf(unit.scene)];
  const both = ['a.txt', 'odd\nname'];
  assert.deepEqual(await stateOf(unit, base), {
    in_progress: true,
    unmerged: both,
    markers: both,
    on_base: true,
  });
  assert.deepEqual([unit.git('status', '--porcelain=v2'), operatorsOf(unit.scene)], before);
  unit.write({ 'a.txt': 'both\n' });
  unit.git('add', '-A');
  assert.deepEqual(await stateOf(unit, base), {
    in_progress: true,
    unmerged: [],
    markers: ['odd\nname'],
    on_base: true,
  });
  unit.git('-c', 'core.editor=true', 'rebase', '--continue');
  assert.deepEqual(await stateOf(unit, base), { ...CLEAN, markers: ['odd\nname'], on_base: true });
  unit.write({ 'odd\nname': 'both\n', 'doc.md': 'a marker less\n' });
  assert.deepEqual(await stateOf(unit, base), { ...CLEAN, on_base: true });
});

test('a rebase by patches; the base has moved on meanwhile', async (t) => {
  const { unit, base } = await conflicting(t);
  assert.throws(() => unit.git('rebase', '-q', '--apply', base));
  assert.equal((await stateOf(unit, base)).in_progress, true);
  unit.git('rebase', '--skip');
  const later = unit.scene.commit('later');
  assert.deepEqual(await stateOf(unit, base), { ...CLEAN, on_base: true });
  assert.deepEqual(await stateOf(unit, later), { ...CLEAN, on_base: false });
});
