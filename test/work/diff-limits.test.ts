import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FILES_A_PAGE, LINES_A_FILE, LINES_A_PAGE } from '../../server/work/read-diff.ts';
import { changed, diffOf, fileNamed, linesOf, numbered, shown } from './diff-scene.ts';
import { Scene } from './scene.ts';

test('a long file is cut, and read on page by page', async (t) => {
  const scene = Scene.begun(t, { a: '' });
  scene.write({ a: numbered(1, 4500), b: 'b\n' });
  scene.commit('second');
  const [long, other] = (await diffOf(scene)).files;
  assert.deepEqual([linesOf(long!).length, long!.left_out], [LINES_A_FILE, 4500 - LINES_A_FILE]);
  assert.deepEqual(shown(other!), ['a b']);
  const last = await diffOf(scene, { file: 'a', page: 99 });
  assert.deepEqual([last.query, last.pages], [{ file: 'a', page: 3 }, 3]);
  const lines = linesOf(last.files[0]!);
  assert.deepEqual([lines[0]?.new, lines[0]?.text, lines.length], [2 * LINES_A_PAGE + 1, 'line 4001', 500]);
  assert.equal(last.files[0]!.hunks[0]!.new_start, 4001);
});

test('many long files: so many lines a page, and the numbers of the rest', async (t) => {
  const names = Array.from({ length: 8 }, (_, at) => `f${at}`);
  const view = await changed(t, {}, (scene) =>
    scene.write(Object.fromEntries(names.map((name) => [name, numbered(1, 450)]))),
  );
  assert.deepEqual(
    view.files.map((file) => linesOf(file).length),
    [400, 400, 400, 400, 400, 0, 0, 0],
  );
  assert.deepEqual(
    view.files.map(({ left_out }) => left_out),
    [50, 50, 50, 50, 50, 450, 450, 450],
  );
});

test('lines around the changes count, too', async (t) => {
  const names = Array.from({ length: 8 }, (_, at) => `f${at}`);
  const every = (nth: number) =>
    numbered(1, 800).replace(/line (\d+)/g, (all, at) => (at % nth === 0 ? `${all}!` : all));
  const view = await changed(t, Object.fromEntries(names.map((name) => [name, numbered(1, 800)])), (scene) =>
    scene.write(Object.fromEntries(names.map((name) => [name, every(8)]))),
  );
  assert.deepEqual(
    view.files.map((file) => linesOf(file).length),
    [400, 400, 400, 400, 400, 0, 0, 0],
  );
});

test('many files: pages', async (t) => {
  const scene = Scene.begun(t);
  const names = Array.from({ length: FILES_A_PAGE + 5 }, (_, at) => `f${String(at).padStart(3, '0')}`);
  scene.write(Object.fromEntries(names.map((name) => [name, `${name}\n`])));
  scene.commit('second');
  const first = await diffOf(scene);
  assert.deepEqual([first.files.length, first.pages, first.stat.files], [FILES_A_PAGE, 2, FILES_A_PAGE + 5]);
  const second = await diffOf(scene, { page: 2 });
  assert.deepEqual(
    second.files.map((file) => shown(file)),
    names.slice(FILES_A_PAGE).map((name) => [`a ${name}`]),
  );
});

test('a file that says more than fits does not hide those after it', async (t) => {
  const huge = `${'x'.repeat(9_000_000)}\n`;
  const view = await changed(t, { a: 'a\n', b: 'b\n', z: 'z\n' }, (scene) =>
    scene.write({ a: 'aa\n', b: huge, z: 'zz\n' }),
  );
  assert.deepEqual(shown(fileNamed(view, 'a')), ['d a', 'a aa']);
  assert.deepEqual(shown(fileNamed(view, 'z')), ['d z', 'a zz']);
  assert.deepEqual([shown(fileNamed(view, 'b')), fileNamed(view, 'b').left_out], [['d b'], 1]);
});
