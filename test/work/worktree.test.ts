import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseOf, findRepository, listWorktrees } from '../../server/work/repository.ts';
import { addWorktree, openWorktree, planWorktree } from '../../server/work/worktree.ts';
import { contentOf, gitAt, operatorsOf, Scene } from './scene.ts';
import { atWork, planned, refusal, workOf } from './unit.ts';

test('a worktree on a branch of its own; the operator has what he had', async (t) => {
  const scene = Scene.begun(t, { 'a.txt': '1', 'packages/api/x': '2' });
  scene.write({ 'a.txt': 'unsaved', new: 'untracked' });
  const before = operatorsOf(scene);
  const { repository, plan } = await planned(scene);
  const { path, gitDir } = await addWorktree(repository, plan);
  assert.deepEqual(contentOf(path), {
    'a.txt': '100644 1',
    'packages/': '',
    'packages/api/': '',
    'packages/api/x': '100644 2',
  });
  assert.equal(gitAt(path, 'symbolic-ref', 'HEAD'), 'refs/heads/signalbox/api');
  assert.equal(gitDir, join(scene.project, '.git/worktrees/7-api'));
  assert.equal((await listWorktrees(repository))[1]?.locked, 'signalbox 7');
  assert.deepEqual(operatorsOf(scene), before);
});

test('made again it is the same one, untouched', async (t) => {
  const { repository, plan, path, write } = await atWork(t);
  write({ 'new.txt': 'not in git' });
  await addWorktree(repository, plan);
  assert.ok(existsSync(join(path, 'new.txt')));
  assert.equal(existsSync(join(path, '../trash')), false);
});

test('base elsewhere, moved: the base has moved on, and the branch begins where it was planned', async (t) => {
  const scene = Scene.begun(t);
  const { repository, plan } = await planned(scene);
  scene.write({ 'a.txt': 'later' });
  scene.commit('later');
  await addWorktree(repository, plan);
  assert.equal(gitAt(plan.path, 'rev-parse', 'HEAD'), plan.commit);
});

test('a branch that is taken is not reused: the id is added', async (t) => {
  const scene = Scene.begun(t);
  scene.git('branch', 'signalbox/api');
  assert.equal((await planned(scene)).plan.branch, 'signalbox/api-7');
  scene.git('branch', 'signalbox/api-7');
  const { repository, plan } = await planned(scene);
  assert.equal(plan.branch, 'signalbox/api-7-2');
  scene.git('branch', '-f', plan.branch);
  scene.commit('more');
  scene.git('branch', '-f', plan.branch);
  await assert.rejects(addWorktree(repository, plan), refusal('branch-in-use'));
  scene.git('branch', '-D', plan.branch);
  scene.git('worktree', 'add', '-q', '-b', plan.branch, join(scene.root, 'other'));
  await assert.rejects(addWorktree(repository, plan), refusal('branch-in-use'));
});

test('a branch called signalbox leaves no room for ours: refused before anything is made', async (t) => {
  const scene = Scene.begun(t);
  scene.git('branch', 'signalbox');
  await assert.rejects(planned(scene), refusal('branch-in-use'));
});

test('no fallback: a folder that is in the way is refused and stays', async (t) => {
  const scene = Scene.begun(t);
  const { repository, plan } = await planned(scene);
  mkdirSync(plan.path, { recursive: true });
  writeFileSync(join(plan.path, 'mine'), 'x');
  await assert.rejects(addWorktree(repository, plan), refusal('path-taken'));
  assert.deepEqual(contentOf(plan.path), { mine: '100644 x' });
  assert.equal((await listWorktrees(repository)).length, 1);
});

test('half a worktree is put aside, not deleted, and made anew', async (t) => {
  const { repository, plan, path, worktree } = await atWork(t);
  rmSync(join(path, 'a.txt'));
  writeFileSync(join(worktree.gitDir, 'index.lock'), '');
  await addWorktree(repository, plan);
  assert.equal(gitAt(path, 'status', '--porcelain'), '');
  assert.equal(readdirSync(join(path, '../trash')).length, 1);
});

/** As git leaves it that is killed in `worktree add`, in the middle of its last file about the entry. */
function halfMade(entry: string): void {
  writeFileSync(join(entry, 'commondir'), '');
  writeFileSync(join(entry, 'HEAD'), `${'0'.repeat(40)}\n`);
  for (const name of ['index', 'logs', 'refs', 'ORIG_HEAD'])
    rmSync(join(entry, name), { recursive: true, force: true });
}

test('an entry of ours that git left half made, so that nobody could list worktrees: made anew', async (t) => {
  const { scene, repository, plan, path, worktree } = await atWork(t);
  rmSync(join(path, 'a.txt'));
  halfMade(worktree.gitDir);
  await assert.rejects(listWorktrees(repository), refusal('git-failed'));
  await addWorktree(repository, plan);
  assert.equal(gitAt(path, 'status', '--porcelain'), '');
  assert.deepEqual(readdirSync(join(scene.project, '.git/worktrees')), ['7-api']);
});

test('also where it is the entry of another unit, or has no reason yet', async (t) => {
  const { repository, worktree, scene, plan } = await atWork(t);
  halfMade(worktree.gitDir);
  const { plan: other } = await planned(scene, 'other', 8);
  await addWorktree(repository, other);
  halfMade(worktree.gitDir);
  rmSync(join(worktree.gitDir, 'locked'));
  await assert.rejects(addWorktree(repository, plan), refusal('path-taken'));
  assert.equal(
    (await listWorktrees(repository)).length,
    3,
    'listed, but not taken: nobody says that it is ours',
  );
});

test("the operator's entry, which his git is just making, stays as it is", async (t) => {
  const scene = Scene.begun(t);
  const { repository, plan } = await planned(scene);
  const theirs = join(scene.root, '7-api');
  scene.git('worktree', 'add', '-q', '-b', 'theirs', theirs);
  const entry = join(scene.project, '.git/worktrees/7-api');
  halfMade(entry);
  writeFileSync(join(entry, 'locked'), 'initializing');
  const before = contentOf(entry);
  await assert.rejects(addWorktree(repository, plan), refusal('git-failed'));
  assert.deepEqual(contentOf(entry), before);
  // Earlier: the reason is written, but not yet whose it is.
  rmSync(entry, { recursive: true });
  mkdirSync(entry);
  writeFileSync(join(entry, 'locked'), '');
  const maker = spawn('sleep', ['60'], { argv0: 'git worktree add', stdio: 'ignore' });
  t.after(() => maker.kill('SIGKILL'));
  await once(maker, 'spawn');
  await addWorktree(repository, plan);
  assert.equal(openWorktree(repository, plan.path).gitDir, `${entry}1`);
  assert.equal(readFileSync(join(entry, 'locked'), 'utf8'), '');
  maker.kill('SIGKILL');
  await once(maker, 'exit');
  rmSync(join(plan.path, 'a.txt'));
  await addWorktree(repository, plan);
  assert.equal(openWorktree(repository, plan.path).gitDir, entry, 'nobody makes it any more');
});

test("others' entries stay, also those whose folder is gone", async (t) => {
  const scene = Scene.begun(t);
  const other = join(scene.root, 'other');
  scene.git('worktree', 'add', '-q', '-b', 'theirs', other);
  rmSync(other, { recursive: true });
  const { repository, plan } = await planned(scene);
  await addWorktree(repository, plan);
  rmSync(plan.path, { recursive: true });
  await addWorktree(repository, plan);
  const paths = (await listWorktrees(repository)).map(({ path }) => path);
  assert.deepEqual(paths.sort(), [scene.project, other, plan.path].sort());
});

test('project moved: said with the place that the folder leads to', async (t) => {
  const { scene, path } = await atWork(t);
  const moved = join(scene.root, 'moved');
  renameSync(scene.project, moved);
  const repository = await findRepository(moved);
  assert.throws(() => openWorktree(repository, path), refusal('project-moved'));
  gitAt(moved, 'worktree', 'repair');
  assert.equal(openWorktree(repository, path).gitDir, join(moved, '.git/worktrees/7-api'));
});

test('a detached project: work begins at its commit, and returns to no branch', async (t) => {
  const scene = Scene.begun(t);
  scene.git('checkout', '-q', '--detach');
  const repository = await findRepository(scene.project);
  const base = await baseOf(repository);
  assert.deepEqual(base, { branch: null, commit: scene.git('rev-parse', 'HEAD') });
  const plan = await planWorktree(repository, workOf(scene), { id: 1, chunk: 'x' }, base);
  await addWorktree(repository, plan);
  assert.equal(gitAt(plan.path, 'rev-parse', 'HEAD'), base.commit);
});

test('ten adds at once', async (t) => {
  const scene = Scene.begun(t);
  const before = operatorsOf(scene);
  const all = await Promise.all(Array.from({ length: 10 }, (_, at) => planned(scene, `c${at}`, at)));
  await Promise.all(all.map(({ repository, plan }) => addWorktree(repository, plan)));
  for (const { plan } of all) assert.equal(gitAt(plan.path, 'status', '--porcelain'), '');
  assert.deepEqual(operatorsOf(scene), before);
});

test('how far it is', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 3000 }, (_, at) => [`d${at % 50}/f${at}`, 'x'.repeat(3000)]),
  );
  const scene = Scene.begun(t, files);
  const { repository, plan } = await planned(scene);
  const seen: number[] = [];
  await addWorktree(repository, plan, { onProgress: (percent) => seen.push(percent) });
  assert.equal(seen.at(-1), 100);
  assert.ok(seen.every((percent, at) => percent >= (seen[at - 1] ?? 0) && percent <= 100));
});
