/** LFS files and submodules: not brought into worktrees, said, and never lost. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookAtPrune, pruneWorktree } from '../../server/work/keep.ts';
import { moveBase } from '../../server/work/move-base.ts';
import { notBrought } from '../../server/work/not-brought.ts';
import { addWorktree } from '../../server/work/worktree.ts';
import { merged } from './merge-scene.ts';
import { gitAt, operatorsOf, Scene } from './scene.ts';
import { atWork, planned, refusal, type UnitAtWork } from './unit.ts';

const FILES = { 'a.txt': 'one\n', '.gitignore': '*.log\n' };

/** Stands for git-lfs, which the operator has set for all repositories: a pointer is "pointer to <content>". */
function installLfs({ home }: Scene): void {
  const program = join(home, 'lfs');
  const smudge = `if [ "$GIT_LFS_SKIP_SMUDGE" = 1 ]; then cat; else sed 's/^pointer to //'; fi`;
  const clean = `sed 's/^\\(pointer to \\)*/pointer to /'`;
  writeFileSync(program, `#!/bin/sh\ncase $1 in smudge) ${smudge} ;; clean) ${clean} ;; esac\n`);
  chmodSync(program, 0o755);
  const of = (what: string) => `\t${what} = ${program} ${what}\n`;
  writeFileSync(join(home, '.gitconfig'), `[filter "lfs"]\n${of('clean')}${of('smudge')}\trequired\n`);
}

test('LFS missing: pointers, said; a changed file comes into the folder of the operator as itself', async (t) => {
  const unit = await atWork(t, {
    ...FILES,
    'art/.gitattributes': '*.psd filter=lfs\n',
    'art/x.psd': 'pointer to x',
  });
  const { scene, path, repository, worktree } = unit;
  installLfs(scene);
  scene.write({ 'art/x.psd': 'x' });
  assert.equal(readFileSync(join(path, 'art/x.psd'), 'utf8'), 'pointer to x');
  assert.deepEqual(await notBrought(repository, worktree), ['lfs']);
  assert.equal((await unit.snapshot()).files, 0);
  unit.write({ 'art/x.psd': 'pointer to x', 'art/new.psd': 'new' });
  assert.equal((await unit.snapshot()).files, 1, 'pointers count as unchanged');
  const { move } = await merged(unit);
  assert.deepEqual(await moveBase(repository, move), { moved: true });
  assert.equal(readFileSync(join(scene.project, 'art/new.psd'), 'utf8'), 'new');
  assert.equal(readFileSync(join(scene.project, 'art/x.psd'), 'utf8'), 'x');
  assert.equal(scene.git('cat-file', 'blob', 'main:art/new.psd'), 'pointer to new');
});

/** A unit of a repository with the submodule `sub`, which is not brought. */
async function withSubmodule(t: Parameters<typeof atWork>[0]): Promise<UnitAtWork> {
  const scene = Scene.begun(t, FILES);
  const other = join(scene.root, 'other');
  mkdirSync(other);
  gitAt(other, 'init', '-q', '-b', 'main');
  scene.write({ lib: 'lib\n' }, other);
  gitAt(other, 'add', '-A');
  gitAt(other, 'commit', '-qm', 'lib');
  scene.git('-c', 'protocol.file.allow=always', 'submodule', '-q', 'add', other, 'sub');
  scene.commit('with a submodule');
  const { repository, plan } = await planned(scene);
  const worktree = await addWorktree(repository, plan);
  const unit = { scene, repository, plan, worktree, path: plan.path };
  const write = (files: Readonly<Record<string, string>>) => scene.write(files, plan.path);
  return { ...unit, write, git: (...args) => gitAt(plan.path, ...args), snapshot: () => Promise.reject() };
}

test('submodules empty: said; nothing is fetched, and what a setup brought can be pruned', async (t) => {
  const unit = await withSubmodule(t);
  const { scene, path, repository, worktree } = unit;
  assert.deepEqual(readdirSync(join(path, 'sub')), []);
  assert.deepEqual(await notBrought(repository, worktree), ['submodules']);
  assert.deepEqual((await lookAtPrune(repository, { path })).nested, []);
  const before = operatorsOf(scene);
  unit.git('-c', 'protocol.file.allow=always', 'submodule', '-q', 'update', '--init');
  assert.equal(readFileSync(join(path, 'sub/lib'), 'utf8'), 'lib\n');
  await pruneWorktree(repository, { unit: unit.plan, path, base: unit.plan.commit, message: 'm' });
  assert.equal(existsSync(path), false);
  assert.deepEqual({ ...operatorsOf(scene), config: '' }, { ...before, config: '' });
});

test('a submodule with work of its own is never pruned: files, and commits that no remote has', async (t) => {
  const unit = await withSubmodule(t);
  const { path, repository, plan } = unit;
  const sub = (...args: string[]) => gitAt(join(path, 'sub'), ...args);
  unit.git('-c', 'protocol.file.allow=always', 'submodule', '-q', 'update', '--init');
  const prune = () => pruneWorktree(repository, { unit: plan, path, base: plan.commit, message: 'm' });
  const isKept = async () => {
    await assert.rejects(prune(), refusal('nested-repositories'));
    assert.deepEqual((await lookAtPrune(repository, { path })).nested, ['sub/']);
  };
  unit.write({ 'sub/new': 'mine\n' });
  await isKept();
  sub('add', '-A');
  sub('commit', '-qm', 'mine');
  await isKept();
  unit.git('add', 'sub');
  await isKept();
  sub('push', '-q', 'origin', 'HEAD:refs/heads/work');
  await prune();
});
