import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkRefused } from '../../server/work/refused.ts';
import { baseOf, findRepository, listWorktrees, worktreesIn } from '../../server/work/repository.ts';
import { hashOfProject } from '../../shared/state-paths.ts';
import { Scene } from './scene.ts';

const codeOf = (code: string) => (error: unknown) => error instanceof WorkRefused && error.code === code;

test('a project in a sub-folder, reached by a link', async (t) => {
  const scene = Scene.begun(t, { 'packages/api/x': '1' });
  const link = join(scene.root, 'link');
  symlinkSync(join(scene.project, 'packages/api'), link);
  assert.deepEqual(await findRepository(link), {
    project: join(scene.project, 'packages/api'),
    top: scene.project,
    prefix: 'packages/api/',
    commonDir: join(scene.project, '.git'),
    gitDir: join(scene.project, '.git'),
    head: scene.git('rev-parse', 'HEAD'),
    branch: 'main',
    trusted: false,
    refs: `refs/signalbox/${hashOfProject(realpathSync(join(scene.project, 'packages/api')))}`,
  });
});

test('a folder with a line break in its name', async (t) => {
  const scene = Scene.begun(t, { 'a\nb/x': '1' });
  assert.equal((await findRepository(join(scene.project, 'a\nb'))).prefix, 'a\nb/');
});

test('a detached HEAD has no branch; a project may itself be a linked worktree', async (t) => {
  const scene = Scene.begun(t);
  const other = join(scene.root, 'other');
  scene.git('worktree', 'add', '-q', '--detach', other);
  const found = await findRepository(other);
  assert.equal(found.branch, null);
  assert.equal(found.commonDir, join(scene.project, '.git'));
  assert.equal(found.gitDir, join(scene.project, '.git/worktrees/other'));
});

test('no commit: refused, not invented', async (t) => {
  const scene = new Scene(t);
  await assert.rejects(findRepository(scene.project), codeOf('no-repository'));
  scene.git('init', '-q');
  await assert.rejects(findRepository(scene.project), codeOf('no-commit'));
});

test('bare: a bare repository, the inside of .git, and core.bare set by some tool', async (t) => {
  const scene = Scene.begun(t);
  const bare = join(scene.root, 'bare');
  scene.git('clone', '-q', '--bare', '.', bare);
  for (const folder of [bare, join(scene.project, '.git')])
    await assert.rejects(findRepository(folder), codeOf('bare'));
  scene.git('config', 'core.bare', 'true');
  await assert.rejects(findRepository(scene.project), codeOf('bare'));
});

test('a repository that says it works in another folder is none of this project', async (t) => {
  const scene = Scene.begun(t);
  mkdirSync(join(scene.root, 'victim'));
  scene.git('config', 'core.worktree', realpathSync(join(scene.root)));
  await assert.rejects(findRepository(scene.project), codeOf('no-repository'));
});

test('base elsewhere: a branch, something that is none, and an unknown one', async (t) => {
  const scene = Scene.begun(t);
  const first = scene.git('rev-parse', 'HEAD');
  scene.git('branch', 'release');
  scene.git('branch', '-f', 'other');
  scene.git('tag', 'v1');
  const second = scene.commit('second');
  const repository = await findRepository(scene.project);
  assert.deepEqual(await baseOf(repository), { branch: 'main', commit: second });
  assert.deepEqual(await baseOf(repository, 'release'), { branch: 'release', commit: first });
  assert.deepEqual(await baseOf(repository, 'v1'), { branch: null, commit: first });
  for (const name of ['nowhere', '--help', '-x', '', 'a..b'])
    await assert.rejects(baseOf(repository, name), codeOf('base-unknown'), name);
});

test('the list of worktrees', async (t) => {
  const scene = Scene.begun(t);
  const path = join(scene.root, 'odd\nname');
  scene.git('worktree', 'add', '-q', '--lock', '--reason', 'signalbox 7', '-b', 'signalbox/x', path);
  const [own, other] = await listWorktrees(await findRepository(scene.project));
  const head = scene.git('rev-parse', 'HEAD');
  assert.deepEqual(own, { path: scene.project, head, branch: 'main', bare: false, locked: null });
  assert.deepEqual(other, { path, head, branch: 'signalbox/x', bare: false, locked: 'signalbox 7' });
  assert.deepEqual(worktreesIn('worktree /x\0bare\0\0worktree /y\0HEAD 12\0detached\0locked\0\0'), [
    { path: '/x', head: null, branch: null, bare: true, locked: null },
    { path: '/y', head: '12', branch: null, bare: false, locked: '' },
  ]);
});
