import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bringIgnored } from '../../server/work/ignored-files.ts';
import { lookAtPrune } from '../../server/work/keep.ts';
import { findRepository } from '../../server/work/repository.ts';
import { addWorktree } from '../../server/work/worktree.ts';
import { contentOf, operatorsOf, Scene } from './scene.ts';
import { atWork, planned } from './unit.ts';

const IGNORE = '.env*\nnode_modules\ncache/\nconf/secret\n';

async function made(scene: Scene) {
  const { repository, plan } = await planned(scene);
  await addWorktree(repository, plan);
  return { repository, path: plan.path };
}

test('.env missing: ignored files that the globs name are copied, folders linked', async (t) => {
  const scene = Scene.begun(t, { '.gitignore': IGNORE, 'conf/x': '1' });
  scene.write({
    '.env': 'A=1',
    '.env.local': 'B=2',
    'conf/secret': 's',
    'node_modules/m/index.js': 'm',
    'cache/a/b': 'c',
    untracked: 'u',
  });
  const before = operatorsOf(scene);
  const { repository, path } = await made(scene);
  const brought = await bringIgnored(repository, path, {
    copy: ['.env*', 'conf/*', 'cache/**', 'untracked', 'nothing', '../*', '/etc/*'],
    link: ['node_modules/'],
  });
  assert.deepEqual(brought, {
    copied: ['.env', '.env.local', 'cache/a/b', 'conf/secret'],
    linked: ['node_modules'],
    skipped: [],
  });
  assert.equal(readFileSync(join(path, 'cache/a/b'), 'utf8'), 'c');
  assert.equal(readlinkSync(join(path, 'node_modules')), join(scene.project, 'node_modules'));
  assert.deepEqual(operatorsOf(scene), before);
});

test('in a sub-folder the globs count from there, and files further up are not brought', async (t) => {
  const scene = Scene.begun(t, { '.gitignore': IGNORE, 'p/x': '1' });
  scene.write({ '.env': 'top', 'p/.env': 'p' });
  const { path } = await made(scene);
  const repository = await findRepository(join(scene.project, 'p'));
  const { copied } = await bringIgnored(repository, path, { copy: ['.env'], link: [] });
  assert.deepEqual(copied, ['p/.env']);
});

test('nothing is overwritten, links are not followed, and what is no file is passed over', async (t) => {
  const scene = Scene.begun(t, { '.gitignore': IGNORE });
  scene.write({ '.env': 'new', 'node_modules/m': '1', outside: 'x' });
  symlinkSync(join(scene.root, 'home'), join(scene.project, '.envlink'));
  const { repository, path } = await made(scene);
  writeFileSync(join(path, '.env'), 'mine');
  mkdirSync(join(path, 'node_modules'));
  const { skipped, copied, linked } = await bringIgnored(repository, path, {
    copy: ['.env*'],
    link: ['node_modules'],
  });
  assert.deepEqual([copied, linked], [[], []]);
  assert.deepEqual(skipped, [
    { name: '.env', why: 'there' },
    { name: '.envlink', why: 'link' },
    { name: 'node_modules', why: 'there' },
  ]);
  assert.equal(readFileSync(join(path, '.env'), 'utf8'), 'mine');
});

test('a link in place of a folder does not lead out of the worktree', async (t) => {
  const scene = Scene.begun(t, { '.gitignore': 'conf/secret\nlib/node_modules\n' });
  const outside = join(scene.root, 'outside');
  mkdirSync(outside);
  for (const name of ['conf', 'lib']) symlinkSync(outside, join(scene.project, name));
  scene.commit('links');
  const { repository, path } = await made(scene);
  for (const name of ['conf', 'lib']) {
    rmSync(join(scene.project, name));
  }
  scene.write({ 'conf/secret': 's', 'lib/node_modules/m': '1' });
  const { skipped } = await bringIgnored(repository, path, {
    copy: ['conf/secret'],
    link: ['lib/node_modules'],
  });
  assert.deepEqual(
    skipped.map(({ why }) => why),
    ['outside', 'outside'],
  );
  assert.deepEqual(contentOf(outside), {});
});

test('odd names of ignored files', async (t) => {
  const scene = Scene.begun(t, { '.gitignore': IGNORE });
  scene.write({ '.env\nx': '1', '.env "q"': '2', '.env-*': '3' });
  const { repository, path } = await made(scene);
  const { copied } = await bringIgnored(repository, path, { copy: ['.env*'], link: [] });
  assert.deepEqual([...copied].sort(), ['.env%0Ax', '.env "q"', '.env-*'].sort());
});

test('names that are not UTF-8 are copied, linked, left out of snapshots, and listed with their size', async (t) => {
  const unit = await atWork(t, { '.gitignore': '*.env\nbuild*\ndeps*/\n' });
  const { scene, repository, path } = unit;
  const odd = (folder: string, name: string) => Buffer.from(`${folder}/${name}`, 'latin1');
  writeFileSync(odd(scene.project, '\xff.env'), 'one');
  writeFileSync(odd(scene.project, '\xfe.env'), 'three');
  mkdirSync(odd(scene.project, 'deps\xff'));
  writeFileSync(odd(scene.project, 'deps\xff/\xe9'), '1');
  const brought = await bringIgnored(repository, path, { copy: ['?.env'], link: ['deps*'] });
  assert.deepEqual(brought, { copied: ['%FE.env', '%FF.env'], linked: ['deps%FF'], skipped: [] });
  assert.equal(readFileSync(odd(path, '\xff.env'), 'utf8'), 'one');
  assert.equal(readFileSync(odd(path, '\xfe.env'), 'utf8'), 'three');
  assert.equal(readFileSync(odd(path, 'deps\xff/\xe9'), 'utf8'), '1');
  const { files } = await unit.snapshot(brought.linked);
  assert.equal(files, 0);
  mkdirSync(odd(path, 'build\xff'));
  writeFileSync(odd(path, 'build\xff/\xfe'), '12345');
  const { ignored } = await lookAtPrune(repository, {
    path,
    brought: [...brought.copied, ...brought.linked],
  });
  assert.deepEqual(ignored, [{ name: 'build%FF/', bytes: 5 }]);
});
