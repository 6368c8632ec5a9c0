/** The commit that brings a unit's work to its base, and what a review of it begins with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitsOf, summariseChanges } from '../../server/work/change-summary.ts';
import { commitMerge } from '../../server/work/merge.ts';
import { gitIn } from '../../server/work/repository.ts';
import { merged, worked } from './merge-scene.ts';
import { operatorsOf } from './scene.ts';
import { refusal, type UnitAtWork } from './unit.ts';

const bodyOf = ({ scene }: UnitAtWork, commit: string): string =>
  scene.git('log', '-1', '--format=%B', commit);
const parentsOf = ({ scene }: UnitAtWork, commit: string): string =>
  scene.git('log', '-1', '--format=%P', commit);

test('a merge commit, and one of all work; made again it is the same; nothing else changes', async (t) => {
  const unit = await worked(t);
  unit.scene.write({ 'b.txt': 'base moved\n' });
  unit.scene.commit('base moved');
  const before = operatorsOf(unit.scene);
  const { commit, options, old, snapshot } = await merged(unit);
  assert.equal(parentsOf(unit, commit), `${old} ${snapshot}`);
  assert.equal(bodyOf(unit, commit), 'Merge: Add n (into main)\n\nSo that\n\nit is.\n');
  assert.equal(unit.scene.git('rev-parse', `${unit.repository.refs}/merge/7`), commit);
  assert.equal(unit.scene.git('cat-file', 'blob', `${commit}:b.txt`), 'base moved');
  assert.equal(unit.scene.git('log', '-1', '--format=%an', commit), 'Signalbox');
  const squashed = await commitMerge(unit.repository, { ...options, strategy: 'squash' });
  assert.equal(parentsOf(unit, squashed), old);
  assert.equal(bodyOf(unit, squashed), 'Add n\n\nSo that\n\nit is.\n\n* agent: first\n* work\n');
  unit.scene.write({ '.gitconfig': '[user]\n\tname = Olga\n\temail = o@example.org\n' }, unit.scene.home);
  assert.equal(await commitMerge(unit.repository, { ...options, strategy: 'squash' }), squashed);
  const other = await commitMerge(unit.repository, { ...options, strategy: 'squash', title: 'a\0b\nc' });
  assert.match(bodyOf(unit, other), /^a b c\n\nSo that/);
  assert.equal(unit.scene.git('log', '-1', '--format=%an', other), 'Olga');
  assert.deepEqual(operatorsOf(unit.scene), before);
});

test('by rebase: only what stands on the base, as it is', async (t) => {
  const unit = await worked(t);
  const { commit, snapshot, options } = await merged(unit, 'rebase');
  assert.equal(commit, snapshot);
  const old = unit.scene.commit('later');
  await assert.rejects(commitMerge(unit.repository, { ...options, old }), refusal('not-on-base'));
  await assert.rejects(commitMerge(unit.repository, options), refusal('base-moved'));
  await assert.rejects(commitMerge(unit.repository, { ...options, base: 'gone' }), refusal('base-moved'));
});

test('what a review begins with', async (t) => {
  const unit = await worked(t);
  unit.scene.write({ 'b.txt': 'base\n' });
  unit.scene.commit('base moved');
  unit.scene.commit('and again');
  const { commit: snapshot } = await unit.snapshot();
  const base = unit.scene.git('rev-parse', 'main');
  const found = await summariseChanges(unit.repository, { base, snapshot });
  assert.deepEqual(
    found.commits.map(({ subject, author }) => [subject, author]),
    [
      ['work', 'Signalbox'],
      ['agent: first', 'Olga'],
    ],
  );
  const [newest] = found.commits;
  assert.equal(newest?.id, snapshot);
  assert.equal(newest?.at, Number(unit.scene.git('log', '-1', '--format=%at', snapshot)));
  assert.ok(newest?.short && snapshot.startsWith(newest.short) && newest.short.length < 20);
  const { files, added, deleted, base_moved, commits_in_all, merge, from } = found;
  assert.deepEqual([files, added, deleted, base_moved, commits_in_all], [3, 2, 2, 2, 2]);
  assert.deepEqual([merge.clean, from], [true, unit.plan.commit]);
  unit.scene.write({ 'a.txt': 'base, too\n' });
  const later = await summariseChanges(unit.repository, { base: unit.scene.commit('x'), snapshot });
  assert.deepEqual([later.merge.clean, later.base_moved], [false, 3]);
  const some = await commitsOf(gitIn(unit.repository), base, snapshot, 1);
  assert.deepEqual(
    some.map(({ id }) => id),
    [snapshot],
  );
});
