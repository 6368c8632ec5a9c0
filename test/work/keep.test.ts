import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  forgetKept,
  keptRef,
  listKept,
  listOurWorktrees,
  lookAtPrune,
  pruneWorktree,
} from '../../server/work/keep.ts';
import { listWorktrees } from '../../server/work/repository.ts';
import { restoreWorktree } from '../../server/work/restore.ts';
import { emptyTrash } from '../../server/work/trash.ts';
import { addWorktree, openWorktree } from '../../server/work/worktree.ts';
import { contentOf, gitAt, operatorsOf } from './scene.ts';
import { atWork, planned, refusal, type UnitAtWork, workOf } from './unit.ts';

const optionsOf = ({ plan, path }: UnitAtWork) => ({ unit: plan, path, base: plan.commit, message: 'kept' });

test('pruned, its work is kept under a ref, its folder in the trash; restored, it is as it was', async (t) => {
  const unit = await atWork(t);
  unit.write({ 'a.txt': 'mine\n' });
  unit.git('commit', '-qam', 'mine');
  unit.write({ 'a.txt': 'uncommitted\n', 'new/x': '1' });
  rmSync(join(unit.path, 'b.txt'));
  const [files, status, operators] = [
    contentOf(unit.path),
    unit.git('status', '--porcelain'),
    operatorsOf(unit.scene),
  ];
  const { ref, commit, aside } = await pruneWorktree(unit.repository, optionsOf(unit));
  assert.equal(ref, `${unit.repository.refs}/kept/api-7`);
  assert.equal(existsSync(unit.path), false);
  assert.deepEqual(contentOf(aside!), files);
  assert.equal((await listWorktrees(unit.repository)).length, 1);
  assert.deepEqual(
    (await listKept(unit.repository)).map(({ name, commit }) => ({ name, commit })),
    [{ name: 'api-7', commit }],
  );
  assert.deepEqual(operatorsOf(unit.scene), operators);
  await restoreWorktree(unit.repository, { ...unit.plan });
  assert.deepEqual(contentOf(unit.path), files);
  assert.equal(unit.git('status', '--porcelain'), status);
  assert.equal(unit.git('symbolic-ref', 'HEAD'), 'refs/heads/signalbox/api');
  unit.write({ after: 'x' });
  await restoreWorktree(unit.repository, { ...unit.plan });
  assert.ok(existsSync(join(unit.path, 'after')), 'restored again, nothing happens');
  assert.deepEqual(await listOurWorktrees(unit.repository), [
    { id: 7, path: unit.path, branch: 'signalbox/api' },
  ]);
  assert.deepEqual(operatorsOf(unit.scene), operators);
});

test('pruned again after a restore, what was kept first is kept, too', async (t) => {
  const unit = await atWork(t);
  const texts = ['first', 'second', 'third'];
  const commits: (string | null)[] = [];
  for (const text of texts) {
    unit.write({ x: text });
    commits.push((await pruneWorktree(unit.repository, optionsOf(unit))).commit);
    await restoreWorktree(unit.repository, { ...unit.plan });
  }
  const kept = async () => (await listKept(unit.repository)).map(({ name, commit }) => [name, commit]);
  const [first, second, third] = commits;
  const all = [
    ['api-7', third],
    ['api-7.1', first],
    ['api-7.2', second],
  ];
  assert.deepEqual(await kept(), all);
  await pruneWorktree(unit.repository, optionsOf(unit));
  assert.deepEqual(await kept(), all, 'nothing new');
  await restoreWorktree(unit.repository, { ...unit.plan });
  assert.deepEqual(contentOf(unit.path).x, '100644 third');
  unit.git('add', 'x');
  unit.git('reset', '-q', '--soft', third!);
  await pruneWorktree(unit.repository, optionsOf(unit));
  assert.deepEqual(await kept(), all, 'the new one has the last in its history');
  await forgetKept(unit.repository, { unit: unit.plan, path: unit.path });
  assert.equal(unit.scene.git('for-each-ref', 'refs/signalbox'), '');
});

test('restored where the branch is gone, and where it went on', async (t) => {
  const unit = await atWork(t);
  unit.write({ x: '1' });
  await pruneWorktree(unit.repository, optionsOf(unit));
  unit.scene.git('branch', '-D', 'signalbox/api');
  await restoreWorktree(unit.repository, { ...unit.plan });
  assert.equal(unit.git('symbolic-ref', 'HEAD'), 'refs/heads/signalbox/api');
  await pruneWorktree(unit.repository, optionsOf(unit));
  unit.scene.commit('later');
  unit.scene.git('branch', '-f', 'signalbox/api', 'main');
  await restoreWorktree(unit.repository, { ...unit.plan });
  assert.equal(unit.git('rev-parse', 'HEAD'), unit.plan.commit);
  assert.throws(() => unit.git('symbolic-ref', 'HEAD'));
  assert.equal(unit.git('status', '--porcelain'), '?? x');
});

test('pruned where git left the entry of another unit half made', async (t) => {
  const unit = await atWork(t);
  const { repository, plan } = await planned(unit.scene, 'other', 8);
  const { gitDir } = await addWorktree(repository, plan);
  writeFileSync(join(gitDir, 'commondir'), '');
  await pruneWorktree(unit.repository, optionsOf(unit));
  assert.deepEqual(
    (await listOurWorktrees(repository)).map(({ id }) => id),
    [8],
  );
});

test('live child: a process that works there keeps the worktree', async (t) => {
  const unit = await atWork(t);
  unit.write({ 'deep/x': '1' });
  const child = spawn('sleep', ['60'], { cwd: join(unit.path, 'deep') });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const before = contentOf(unit.path);
  await assert.rejects(pruneWorktree(unit.repository, optionsOf(unit)), refusal('process-inside'));
  assert.deepEqual((await lookAtPrune(unit.repository, unit)).processes, [child.pid]);
  assert.deepEqual(contentOf(unit.path), before);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await pruneWorktree(unit.repository, optionsOf(unit));
});

test('nested repository: never pruned, not even in an ignored folder', async (t) => {
  for (const name of ['vendor/lib', 'build/lib']) {
    const unit = await atWork(t);
    unit.write({ [`${name}/x`]: '1' });
    gitAt(join(unit.path, name), 'init', '-q');
    await assert.rejects(pruneWorktree(unit.repository, optionsOf(unit)), refusal('nested-repositories'));
    assert.deepEqual((await lookAtPrune(unit.repository, unit)).nested, [`${name}/`]);
    assert.ok(existsSync(join(unit.path, name, '.git')));
  }
});

test('ignored results: listed with their size, without what we put there', async (t) => {
  const unit = await atWork(t);
  unit.write({ 'x.log': '12345', 'build/out/y': '123', 'ours.log': 'env' });
  symlinkSync('/', join(unit.path, 'root.log'));
  const brought = ['ours.log'];
  const found = async () => (await lookAtPrune(unit.repository, { path: unit.path, brought })).ignored;
  assert.deepEqual(await found(), [
    { name: 'build/', bytes: 3 },
    { name: 'root.log', bytes: 1 },
    { name: 'x.log', bytes: 5 },
  ]);
  const ignored = await found();
  assert.deepEqual((await pruneWorktree(unit.repository, { ...optionsOf(unit), brought })).ignored, ignored);
});

test("unmerged branch, others' entries: both stay", async (t) => {
  const unit = await atWork(t);
  const other = join(unit.scene.root, 'other');
  unit.scene.git('worktree', 'add', '-q', '-b', 'theirs', other);
  rmSync(other, { recursive: true });
  await pruneWorktree(unit.repository, optionsOf(unit));
  await forgetKept(unit.repository, { unit: unit.plan, path: unit.path });
  assert.deepEqual(
    (await listWorktrees(unit.repository)).map(({ path }) => path),
    [unit.scene.project, other],
  );
  assert.match(unit.scene.git('branch', '--list', 'signalbox/api'), /signalbox\/api/);
  assert.deepEqual(await listKept(unit.repository), []);
  await assert.rejects(restoreWorktree(unit.repository, { ...unit.plan }), refusal('not-kept'));
});

test('a folder that somebody deleted: the last snapshot is kept', async (t) => {
  const unit = await atWork(t);
  unit.write({ x: '1' });
  const { commit } = await unit.snapshot();
  rmSync(unit.path, { recursive: true });
  assert.equal((await pruneWorktree(unit.repository, optionsOf(unit))).commit, commit);
  assert.equal(unit.scene.git('rev-parse', keptRef(unit.repository, unit.plan)), commit);
  await restoreWorktree(unit.repository, { ...unit.plan });
  assert.ok(existsSync(join(unit.path, 'x')));
});

test("an entry that somebody dropped: the folder may be anybody's, and stays", async (t) => {
  const unit = await atWork(t);
  unit.write({ x: '1' });
  unit.scene.git('worktree', 'unlock', unit.path);
  rmSync(openWorktree(unit.repository, unit.path).gitDir, { recursive: true });
  await assert.rejects(pruneWorktree(unit.repository, optionsOf(unit)), refusal('no-worktree'));
  await assert.rejects(restoreWorktree(unit.repository, { ...unit.plan }), refusal('not-kept'));
  assert.ok(existsSync(join(unit.path, 'x')));
});

test('disk: the trash is emptied after its days, and follows no link', async (t) => {
  const unit = await atWork(t);
  const victim = join(unit.scene.root, 'victim');
  unit.scene.write({ keep: '1' }, victim);
  symlinkSync(victim, join(unit.path, 'link'));
  const { aside } = await pruneWorktree(unit.repository, optionsOf(unit));
  await emptyTrash(workOf(unit.scene), 3);
  assert.ok(existsSync(aside!));
  const left = await emptyTrash(workOf(unit.scene), 3, Date.now() + 3 * 86_400_000 + 1000);
  assert.deepEqual(left, []);
  assert.equal(existsSync(aside!), false);
  assert.deepEqual(contentOf(victim), { keep: '100644 1' });
});
