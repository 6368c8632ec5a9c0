/** What git says about merges without doing them, and what a card shows of a conflict. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { conflictHunks } from '../../server/work/conflict-hunks.ts';
import { type ConflictFile, checkPairs, tryMerge } from '../../server/work/merge-tree.ts';
import { WorkRefused } from '../../server/work/refused.ts';
import { findRepository, type Repository } from '../../server/work/repository.ts';
import { overlapsAmong, touchedFiles } from '../../server/work/touched-files.ts';
import { operatorsOf, Scene } from './scene.ts';
import { refusal } from './unit.ts';

const CODE = [
  'class Account {',
  '  open() {',
  '    one();',
  '    two();',
  '    three();',
  '    four();',
  '  }',
  '}',
  'function tail() {',
  ...Array.from({ length: 20 }, (_, at) => `  step(${at});`),
  '}',
  '',
].join('\n');

class Lines {
  readonly scene: Scene;
  constructor(scene: Scene) {
    this.scene = scene;
  }
  /** A branch off `main` with these files; back on `main` afterwards. Null deletes. */
  branch(name: string, files: Readonly<Record<string, string | null>>): string {
    const { scene } = this;
    scene.git('checkout', '-q', '-b', name, 'main');
    for (const [file, text] of Object.entries(files)) {
      if (text === null) scene.git('rm', '-q', file);
      else scene.write({ [file]: text });
    }
    const commit = scene.commit(name);
    scene.git('checkout', '-q', 'main');
    return commit;
  }
}

async function begun(t: TestContext): Promise<{ lines: Lines; scene: Scene; repository: Repository }> {
  const scene = Scene.begun(t, { 'a.ts': CODE, 'b.txt': 'b\n', 'odd\n"name': '1\n', 'd/x': 'x\n' });
  return { lines: new Lines(scene), scene, repository: await findRepository(scene.project) };
}

const namesOf = (files: readonly ConflictFile[]) => files.map(({ path, kind }) => [path, kind]);

test('clean or not, and in which files: nothing of the operator changes', async (t) => {
  const { lines, scene, repository } = await begun(t);
  const base = lines.branch('base', {
    'a.ts': CODE.replace('three', 'drei'),
    'b.txt': 'base\n',
    'odd\n"name': '2\n',
    'd/x': null,
    new: 'of base\n',
  });
  const other = lines.branch('other', { 'c.txt': 'c\n' });
  const snapshot = lines.branch('work', {
    'a.ts': CODE.replace('three', 'trois'),
    'b.txt': null,
    'odd\n"name': '3\n',
    'd/x': 'changed\n',
    new: 'of work\n',
  });
  scene.write({ 'b.txt': 'unsaved\n', own: 'untracked\n' });
  const before = operatorsOf(scene);
  const clean = await tryMerge(repository, { base: other, snapshot });
  assert.equal(clean.clean, true);
  assert.equal(scene.git('cat-file', 'blob', `${clean.tree}:c.txt`), 'c');
  const found = await tryMerge(repository, { base, snapshot });
  assert.equal(found.clean, false);
  assert.deepEqual(namesOf(found.clean ? [] : found.files), [
    ['a.ts', 'both-changed'],
    ['b.txt', 'deleted-by-theirs'],
    ['d/x', 'deleted-by-ours'],
    ['new', 'both-added'],
    ['odd\n"name', 'both-changed'],
  ]);
  assert.match(scene.git('cat-file', 'blob', `${found.tree}:a.ts`), /<<<<<<< .*\n {4}drei/);
  assert.deepEqual(operatorsOf(scene), before);
});

test('no history in common: refused with the words of git', async (t) => {
  const { scene, repository } = await begun(t);
  const base = scene.git('rev-parse', 'main');
  scene.git('checkout', '-q', '--orphan', 'alone');
  const snapshot = scene.commit('alone');
  await assert.rejects(
    tryMerge(repository, { base, snapshot }),
    (error) => refusal('git-failed')(error) && /unrelated histories/.test(String(error)),
  );
  const [pair] = await checkPairs(repository, [{ id: '1', ours: base, theirs: snapshot }]);
  assert.deepEqual(pair?.clean, true);
});

test('many pairs in one call, each with its own answer', async (t) => {
  const { lines, scene, repository } = await begun(t);
  const one = lines.branch('one', { 'b.txt': 'one\n', 'odd\n"name': '2\n' });
  const two = lines.branch('two', { 'b.txt': 'two\n', 'odd\n"name': '3\n' });
  const three = lines.branch('three', { 'c.txt': 'three\n' });
  const before = operatorsOf(scene);
  const found = await checkPairs(repository, [
    { id: 'one three', ours: one, theirs: three },
    { id: 'one two', ours: one, theirs: two },
    { id: 'two three', ours: two, theirs: three },
    { id: 'two one', ours: two, theirs: one },
  ]);
  assert.deepEqual(
    found.map(({ id, clean, files }) => [id, clean, files.map(({ file }) => file)]),
    [
      ['one three', true, []],
      ['one two', false, ['b.txt', 'odd%0A"name']],
      ['two three', true, []],
      ['two one', false, ['b.txt', 'odd%0A"name']],
    ],
  );
  const alone = await tryMerge(repository, { base: one, snapshot: three });
  assert.equal(found[0]?.tree, alone.tree);
  assert.deepEqual(await checkPairs(repository, []), []);
  assert.deepEqual(operatorsOf(scene), before);
});

test('a commit that git does not know: refused as a whole, with the number of answers', async (t) => {
  const { lines, repository } = await begun(t);
  const one = lines.branch('one', { 'b.txt': 'one\n' });
  const pairs = [
    { id: 'a', ours: one, theirs: one },
    { id: 'b', ours: one, theirs: '1'.repeat(40) },
    { id: 'c', ours: one, theirs: one },
  ];
  await assert.rejects(checkPairs(repository, pairs), (error) => {
    assert.ok(error instanceof WorkRefused && error.problem.code === 'git-failed');
    assert.match(error.problem.words, /^1 of 3 pairs were answered\. .*1{40}/);
    return true;
  });
});

test('touched files, also of renames and by what is not UTF-8; the base has moved on', async (t) => {
  const { lines, scene, repository } = await begun(t);
  scene.git('checkout', '-q', '-b', 'work');
  scene.git('mv', 'b.txt', 'c.txt');
  if (process.platform === 'linux')
    writeFileSync(Buffer.concat([Buffer.from(`${scene.project}/`), Buffer.from([0xff])]), 'x');
  const snapshot = scene.commit('work');
  scene.git('checkout', '-q', 'main');
  const base = lines.branch('later', { 'd/x': 'later\n' });
  const odd = process.platform === 'linux' ? ['%FF'] : [];
  assert.deepEqual([...(await touchedFiles(repository, base, snapshot))].sort(), [...odd, 'b.txt', 'c.txt']);
});

test('pairs that touch the same file, or make a file of a folder', () => {
  const units = Object.entries({
    a: ['x', 'y'],
    b: ['z', 'y'],
    c: ['w'],
    d: ['w/deep/f', 'q'],
    e: ['w', 'w/deep/g'],
    f: ['wider', 'y/deep'],
  }).map(([id, files]) => ({ id, files: new Set(files) }));
  assert.deepEqual(
    overlapsAmong(units).map(({ ids }) => ids.join('')),
    ['ab', 'af', 'bf', 'cd', 'ce', 'de'],
  );
});

test('a card: each conflict with its lines, and the function that it stands in', async (t) => {
  const { lines, repository } = await begun(t);
  const change = (word: string) => CODE.replace('three', word).replace('step(12)', `${word}(12)`);
  const ours = lines.branch('ours', { 'a.ts': change('drei'), 'odd\n"name': '2\n', 'd/x': null });
  const theirs = lines.branch('theirs', { 'a.ts': change('trois'), 'odd\n"name': '3\n', 'd/x': 'new\n' });
  const found = await tryMerge(repository, { base: ours, snapshot: theirs });
  assert.ok(!found.clean);
  const [code, gone, odd] = await conflictHunks(repository, found.tree, found.files);
  assert.equal(code?.path, 'a.ts');
  assert.deepEqual(
    code?.hunks.map(({ line, section }) => [line, section]),
    [
      [2, 'class Account {'],
      [23, 'function tail() {'],
    ],
  );
  assert.deepEqual(code?.hunks[0]?.lines, [
    { kind: 'context', text: '  open() {' },
    { kind: 'context', text: '    one();' },
    { kind: 'context', text: '    two();' },
    { kind: 'marker', text: `<<<<<<< ${ours}` },
    { kind: 'ours', text: '    drei();' },
    { kind: 'marker', text: '=======' },
    { kind: 'theirs', text: '    trois();' },
    { kind: 'marker', text: `>>>>>>> ${theirs}` },
    { kind: 'context', text: '    four();' },
    { kind: 'context', text: '  }' },
    { kind: 'context', text: '}' },
  ]);
  assert.deepEqual([gone?.kind, gone?.hunks], ['deleted-by-ours', []]);
  assert.equal(odd?.hunks[0]?.lines.length, 5);
});

test('a file that both renamed is in the merged tree no more; the others are read', async (t) => {
  const { lines, scene, repository } = await begun(t);
  const long = { 'z.txt': '1\n', 'a\nz': CODE };
  lines.branch('begin', long);
  scene.git('merge', '-q', '--ff-only', 'begin');
  const ours = lines.branch('ours', { 'a\nz': null, b1: CODE, 'z.txt': '2\n' });
  const theirs = lines.branch('theirs', { 'a\nz': null, b2: CODE, 'z.txt': '3\n' });
  const found = await tryMerge(repository, { base: ours, snapshot: theirs });
  assert.ok(!found.clean);
  const cards = await conflictHunks(repository, found.tree, found.files);
  assert.deepEqual(
    cards.map(({ path, kind, hunks }) => [path, kind, hunks.length]),
    [
      ['a\nz', 'other', 0],
      ['b1', 'other', 0],
      ['b2', 'other', 0],
      ['z.txt', 'both-changed', 1],
    ],
  );
});

test('limits of a card: files, conflicts of a file, lines of a conflict and characters of a line; binary', async (t) => {
  const { lines, repository } = await begun(t);
  const many = Array.from({ length: 25 }, (_, at) => `f${String(at).padStart(2, '0')}`);
  const filesOf = (word: string) => ({
    ...Object.fromEntries(many.map((name) => [name, `${word}\n`])),
    '0bin': `${word}\0`,
    '1long': `${word.repeat(300)}\n`.repeat(100),
    '2often': Array.from({ length: 9 }, (_, at) => `${word}${at}\n${'same\n'.repeat(20)}`).join(''),
  });
  lines.branch('begin', filesOf('x'));
  lines.scene.git('merge', '-q', '--ff-only', 'begin');
  const ours = lines.branch('ours', filesOf('ours'));
  const theirs = lines.branch('theirs', filesOf('theirs'));
  const found = await tryMerge(repository, { base: ours, snapshot: theirs });
  assert.ok(!found.clean);
  const cards = await conflictHunks(repository, found.tree, found.files);
  const [binary, long, often, ...others] = cards;
  assert.deepEqual([binary?.path, binary?.hunks], ['0bin', []]);
  assert.deepEqual(
    [long?.hunks[0]?.lines.length, long?.hunks[0]?.left_out, long?.hunks[0]?.lines[1]?.text.length],
    [60, 143, 500],
  );
  assert.deepEqual([often?.hunks.length, often?.left_out], [5, 4]);
  assert.equal(others.length, 25);
  assert.equal(others.filter(({ hunks }) => hunks.length === 1).length, 17);
});
