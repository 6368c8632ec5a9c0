import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDiff } from '../../server/work/read-diff.ts';
import { WorkRefused } from '../../server/work/refused.ts';
import { findRepository } from '../../server/work/repository.ts';
import type { FileDiff } from '../../shared/diff.ts';
import { changed, diffOf, fileNamed, linesOf, numbered, shown } from './diff-scene.ts';
import { Scene } from './scene.ts';

test('odd names are exact, and their files are read, together and alone', async (t) => {
  const names = [
    'a b',
    'new\nline',
    'carriage\rreturn',
    'qu"ote',
    '-dash',
    '--help',
    ':(top)x',
    'ta\tb',
    'é',
    '*',
    '100%',
    '\\',
  ];
  const scene = Scene.begun(t, Object.fromEntries(names.map((name) => [name, 'old\n'])));
  scene.write(Object.fromEntries(names.map((name) => [name, `new ${name.length}\n`])));
  scene.commit('second');
  const view = await diffOf(scene);
  assert.deepEqual(new Set(view.files.map(({ path }) => path)), new Set(names));
  for (const name of names)
    assert.deepEqual(shown(fileNamed(view, name)), ['d old', `a new ${name.length}`], name);
  for (const { file, path } of view.files)
    assert.deepEqual(
      shown((await diffOf(scene, { file })).files[0]!),
      ['d old', `a new ${path.length}`],
      path,
    );
  assert.equal(fileNamed(view, 'new\nline').file, 'new%0Aline');
  assert.equal(fileNamed(view, '100%').file, '100%25');
  assert.equal(fileNamed(view, 'é').file, 'é');
});

test('a name that is not UTF-8 is told from its neighbours, and read', async (t) => {
  if (process.platform !== 'linux') return t.skip('names are UTF-8 there');
  const scene = Scene.begun(t);
  const write = (name: readonly number[], text: string) =>
    writeFileSync(Buffer.concat([Buffer.from(`${scene.project}/`), Buffer.from(name)]), text);
  const [ff, fe] = [
    [0x62, 0xff],
    [0x62, 0xfe],
  ];
  for (const name of [ff, fe]) write(name, 'old\n');
  scene.commit('second');
  write(ff, 'new ff\n');
  write(fe, 'new fe\n');
  scene.commit('third');
  const view = await diffOf(scene);
  assert.deepEqual(
    view.files.map((file) => [file.file, file.path, shown(file)]),
    [
      ['b%FE', 'b\ufffd', ['d old', 'a new fe']],
      ['b%FF', 'b\ufffd', ['d old', 'a new ff']],
    ],
  );
  const [only] = (await diffOf(scene, { file: 'b%FF' })).files;
  assert.deepEqual(shown(only!), ['d old', 'a new ff']);
});

test('added, deleted, renamed, mode and type changes, and links', async (t) => {
  const before = { gone: 'x\n', moved: numbered(1, 30), mode: 'm\n', link: 'file\n', kept: 'k\n' };
  const view = await changed(t, before, (scene) => {
    const at = (name: string) => join(scene.project, name);
    rmSync(at('gone'));
    mkdirSync(at('sub'));
    renameSync(at('moved'), at('sub/moved to'));
    scene.write({ 'sub/moved to': `${numbered(1, 30)}end\n`, fresh: 'f', empty: '' });
    chmodSync(at('mode'), 0o755);
    rmSync(at('link'));
    symlinkSync('kept', at('link'));
  });
  const facts = ({ path, status, old_path, old_mode, new_mode, lines }: FileDiff) =>
    [path, status, old_path, old_mode, new_mode, lines?.added, lines?.deleted] as const;
  assert.deepEqual(view.files.map(facts), [
    ['empty', 'added', null, null, '100644', 0, 0],
    ['fresh', 'added', null, null, '100644', 1, 0],
    ['gone', 'deleted', null, '100644', null, 0, 1],
    ['link', 'type-changed', null, '100644', '120000', 1, 1],
    ['mode', 'mode-changed', null, '100644', '100755', 0, 0],
    ['sub/moved to', 'renamed', 'moved', '100644', '100644', 1, 0],
  ]);
  assert.deepEqual(shown(fileNamed(view, 'link')), ['d file', 'a kept']);
  assert.deepEqual(shown(fileNamed(view, 'sub/moved to')).at(-1), 'a end');
  assert.equal(linesOf(fileNamed(view, 'fresh'))[0]?.unended, true);
  assert.deepEqual(view.stat, { files: 6, added: 3, deleted: 2 });
});

test('where a file became a folder, each has its own lines', async (t) => {
  const view = await changed(t, { a: 'file\n' }, (scene) => {
    rmSync(join(scene.project, 'a'));
    scene.write({ 'a/b': 'other\n' });
  });
  assert.deepEqual(
    view.files.map((file) => [file.file, shown(file)]),
    [
      ['a', ['d file']],
      ['a/b', ['a other']],
    ],
  );
});

test('binary files have sizes, submodules commits', async (t) => {
  const scene = Scene.begun(t, { picture: 'a\0b' });
  const [one, two] = ['1', '2'].map((digit) => digit.repeat(40));
  const module = (commit = '') =>
    scene.git('update-index', '--add', '--cacheinfo', `160000,${commit},module`);
  module(one);
  scene.git('commit', '-qm', 'second');
  scene.write({ picture: 'a\0bcd' });
  scene.git('add', 'picture');
  module(two);
  scene.git('commit', '-qm', 'third');
  const view = await diffOf(scene);
  const picture = fileNamed(view, 'picture');
  assert.deepEqual([picture.lines, picture.sizes, picture.hunks], [null, { old: 3, new: 5 }, []]);
  const found = fileNamed(view, 'module');
  assert.deepEqual([found.commits, found.hunks, found.left_out], [{ old: one, new: two }, [], 0]);
});

test('carriage returns, control characters and bytes that are not UTF-8 are kept or marked', async (t) => {
  const view = await changed(t, { a: 'same\n' }, (scene) =>
    writeFileSync(join(scene.project, 'a'), Buffer.from('same\r\nesc \x1b[31m\nbad \xff\xc3\n', 'latin1')),
  );
  const texts = linesOf(view.files[0]!).map(({ text }) => text);
  assert.deepEqual(texts, ['same', 'same\r', 'esc \x1b[31m', 'bad \ufffd\ufffd']);
});

test('content that looks like the head of a file or of a hunk ends nothing', async (t) => {
  const tricks = [
    'diff --git a/x b/x',
    '--- a/x',
    '+++ b/x',
    '@@ -1 +1 @@',
    '\\ No newline at end of file',
    '',
    '-- ',
    '++ ',
  ];
  const view = await changed(t, { a: 'one\n', b: 'two\n' }, (scene) =>
    scene.write({ a: `${tricks.join('\n')}\n`, b: 'three\n' }),
  );
  assert.deepEqual(shown(fileNamed(view, 'a')), ['d one', ...tricks.map((text) => `a ${text}`)]);
  assert.deepEqual(shown(fileNamed(view, 'b')), ['d two', 'a three']);
});

test('a file that did not change, an empty difference, and commits that are none', async (t) => {
  const scene = Scene.begun(t);
  scene.commit('second');
  assert.deepEqual((await diffOf(scene)).stat, { files: 0, added: 0, deleted: 0 });
  assert.deepEqual((await diffOf(scene, { file: 'a.txt' })).files, []);
  const repository = await findRepository(scene.project);
  const query = { file: null, page: 1 };
  for (const from of ['nowhere', '--output=/tmp/x', '-p'])
    await assert.rejects(
      readDiff({ repository, from, to: 'HEAD', query }),
      (error) => error instanceof WorkRefused && error.code === 'git-failed',
      from,
    );
});

test('what the repository configures changes nothing', async (t) => {
  const scene = Scene.begun(t, {
    a: numbered(1, 20),
    '.gitattributes': '*.txt diff=evil\n',
    'b.txt': 'old\n',
  });
  scene.write({ a: numbered(1, 20).replace('line 10\n', 'ten\n'), 'b.txt': 'new\n' });
  scene.commit('second');
  const plain = await diffOf(scene);
  const ran = join(scene.root, 'ran');
  const settings = {
    'diff.external': `touch ${ran}`,
    'diff.evil.command': `touch ${ran}`,
    'diff.evil.textconv': `touch ${ran}; cat`,
    'diff.context': '0',
    'diff.noprefix': 'true',
    'diff.suppressBlankEmpty': 'true',
    'diff.orderFile': join(scene.project, 'a'),
    'diff.renames': 'copies',
    'color.diff': 'always',
  };
  for (const [key, value] of Object.entries(settings)) scene.git('config', key, value);
  assert.deepEqual(await diffOf(scene), plain);
  assert.equal(existsSync(ran), false);
});
