/** A merge that was interrupted, as git leaves it that is killed: its steps made by hand, one after the other. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { commitMerge } from '../../server/work/merge.ts';
import { type MergeNote, writeNote } from '../../server/work/merge-note.ts';
import { tryMerge } from '../../server/work/merge-tree.ts';
import { type MoveOptions, moveBase } from '../../server/work/move-base.ts';
import { repairMerge } from '../../server/work/repair-merge.ts';
import { contentOf, operatorsOf, type Scene } from './scene.ts';
import { atWork, refusal, type UnitAtWork } from './unit.ts';

const LONG = 'line\n'.repeat(50_000);
const FILES = { 'a.txt': 'one\n', 'b.txt': 'two\n', 'gone/c': 'three\n', 'was/file': 'f\n', swap: 's\n' };

interface Interrupted {
  readonly unit: UnitAtWork;
  readonly scene: Scene;
  readonly move: MoveOptions;
}

/** Ready to be merged into `main`, which is checked out in the project; a note says that it was begun. */
async function interrupted(t: TestContext): Promise<Interrupted> {
  const unit = await atWork(t, FILES);
  for (const name of ['gone', 'was', 'swap']) rmSync(join(unit.path, name), { recursive: true });
  unit.write({
    'a.txt': `one\n${LONG}`,
    'new/long': LONG,
    'new/x': 'x\n',
    was: 'a file now\n',
    'swap/f': 'f\n',
  });
  symlinkSync('a.txt', join(unit.path, 'link'));
  const { commit: snapshot } = await unit.snapshot();
  const old = unit.scene.git('rev-parse', 'main');
  const { tree } = await tryMerge(unit.repository, { base: old, snapshot });
  const common = { old, id: 7 };
  const to = await commitMerge(unit.repository, {
    ...common,
    strategy: 'merge',
    base: 'main',
    snapshot,
    tree,
    title: 't',
    goal: 'g',
  });
  const move = { ...common, branch: 'main', new: to };
  writeNote(unit.repository, noteOf(unit, move));
  return { unit, scene: unit.scene, move };
}

const noteOf = ({ repository }: UnitAtWork, move: MoveOptions): MergeNote => ({
  ...move,
  folder: { path: repository.top, gitDir: repository.gitDir },
});

/** What git does, in its order: the lock, what goes, what comes, of the last file only the begin. */
const HALVES: Readonly<Record<string, (scene: Scene) => void>> = {
  'nothing yet': () => {},
  'the lock': ({ project }) => writeFileSync(join(project, '.git/index.lock'), ''),
  'what goes has gone': ({ project }) => {
    for (const name of ['gone', 'was']) rmSync(join(project, name), { recursive: true });
  },
  'one file is whole, one cut off': (scene) => {
    scene.write({ 'a.txt': `one\n${LONG}`, 'new/long': LONG.slice(0, 70_001) });
  },
  'one is empty, one is away': (scene) => {
    scene.write({ 'new/x': '' });
    rmSync(join(scene.project, 'a.txt'));
  },
  'a file for a folder, a folder for a file, a link': (scene) => {
    rmSync(join(scene.project, 'was'), { recursive: true });
    rmSync(join(scene.project, 'swap'));
    scene.write({ was: 'a file', 'swap/f': 'f\n' });
    symlinkSync('a.txt', join(scene.project, 'link'));
  },
};

test('every half is put back, and the merge done; what the operator has beside it is kept', async (t) => {
  for (const [name, half] of Object.entries(HALVES)) {
    const { unit, scene, move } = await interrupted(t);
    scene.write({ 'b.txt': 'edited\n', own: 'untracked\n' });
    half(scene);
    const lock = join(scene.project, '.git/index.lock');
    writeFileSync(lock, 'half');
    writeFileSync(join(scene.project, '.git/HEAD.lock'), '');
    writeFileSync(join(scene.project, '.git/refs/heads/main.lock'), '');
    assert.deepEqual(
      await moveBase(unit.repository, move).then((result) => !result.moved && result.refused),
      'unrepaired',
    );
    assert.deepEqual(await repairMerge(unit.repository, move), { moved: true }, name);
    assert.equal(scene.git('rev-parse', 'main'), move.new, name);
    assert.equal(scene.git('status', '--porcelain'), ' M b.txt\n?? own', name);
    assert.equal(contentOf(scene.project)['b.txt'], '100644 edited\n');
    for (const left of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock', 'signalbox-merge'])
      assert.equal(existsSync(join(scene.project, '.git', left)), false, `${name}: ${left}`);
  }
});

test('what the operator wrote meanwhile is no half of git: it stays, and is named', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  scene.write({ 'a.txt': `one\n${LONG}`, 'new/long': `${LONG}and a line of mine\n`, 'new/x': 'mine\n' });
  chmodSync(join(scene.project, 'new/x'), 0o755);
  const before = contentOf(scene.project);
  const result = await repairMerge(unit.repository, move);
  assert.deepEqual(result, {
    moved: false,
    refused: 'files-in-the-way',
    folder: scene.project,
    files: ['new/long', 'new/x'],
    words: '',
    operation: null,
  });
  assert.deepEqual(contentOf(scene.project), { ...before, 'a.txt': '100644 one\n' });
  const kept = (name: string) => scene.git('cat-file', 'blob', `${unit.repository.refs}/repair/7:${name}`);
  assert.deepEqual([kept('new/x'), kept('a.txt').length], ['mine', 4 + LONG.length - 1]);
});

test('repaired again, what was kept first is kept', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  scene.write({ 'new/x': 'mine\n' });
  await repairMerge(unit.repository, move);
  const first = scene.git('rev-parse', `${unit.repository.refs}/repair/7`);
  writeNote(unit.repository, noteOf(unit, move));
  scene.write({ 'new/x': 'mine, more\n' });
  await repairMerge(unit.repository, move);
  assert.equal(scene.git('rev-parse', `${unit.repository.refs}/repair/7`), first);
  assert.equal(scene.git('cat-file', 'blob', `${unit.repository.refs}/repair/7-2:new/x`), 'mine, more');
});

test('a half of a folder that becomes a file, with something of the operator in it', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  scene.write({ 'was/mine': 'mine\n' });
  const before = contentOf(scene.project);
  rmSync(join(scene.project, 'was/file'));
  const result = await repairMerge(unit.repository, move);
  assert.deepEqual(!result.moved && [result.refused, result.files], ['files-in-the-way', ['was/mine']]);
  assert.deepEqual(contentOf(scene.project), before);
});

test('a half of a file that becomes a folder, with something of the operator in it', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  rmSync(join(scene.project, 'swap'));
  scene.write({ 'swap/f': 'f\n', 'swap/mine': 'mine\n' });
  const result = await repairMerge(unit.repository, move);
  assert.deepEqual(!result.moved && [result.refused, result.files], ['files-in-the-way', ['swap']]);
  assert.equal(contentOf(scene.project)['swap/mine'], '100644 mine\n');
});

test('git had written its index, but not moved the branch; and it had moved it', async (t) => {
  for (const step of ['index', 'branch']) {
    const { unit, scene, move } = await interrupted(t);
    scene.git('read-tree', '-m', '-u', move.old, move.new);
    if (step === 'branch') scene.git('update-ref', 'refs/heads/main', move.new);
    scene.write({ 'b.txt': 'edited\n' });
    const files = contentOf(scene.project);
    assert.deepEqual(await repairMerge(unit.repository, move), { moved: true }, step);
    assert.deepEqual(contentOf(scene.project), files, step);
    assert.equal(scene.git('status', '--porcelain'), ' M b.txt', step);
    assert.equal(existsSync(join(scene.project, '.git/signalbox-merge')), false, step);
  }
});

test('without a note, nothing was begun: nothing is put back, and no lock removed', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  rmSync(join(scene.project, '.git/signalbox-merge'));
  scene.write({ 'new/x': '' });
  const before = operatorsOf(scene);
  const result = await repairMerge(unit.repository, move);
  assert.deepEqual(!result.moved && [result.refused, result.files], ['files-in-the-way', ['new/x']]);
  assert.deepEqual(operatorsOf(scene), before);
  rmSync(join(scene.project, 'new/x'));
  const lock = join(scene.project, '.git/index.lock');
  writeFileSync(lock, '');
  const locked = await repairMerge(unit.repository, move);
  assert.equal(!locked.moved && locked.refused, 'index-locked');
  assert.ok(existsSync(lock));
});

test('a git of the operator is at work in the folder: refused, and nothing changes', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  scene.write({ 'new/x': '' });
  writeFileSync(join(scene.project, '.git/index.lock'), '');
  mkdirSync(join(scene.project, 'deep'));
  const editor = spawn('sleep', ['60'], {
    argv0: '/usr/bin/git',
    cwd: join(scene.project, 'deep'),
    stdio: 'ignore',
  });
  t.after(() => editor.kill('SIGKILL'));
  await once(editor, 'spawn');
  const before = operatorsOf(scene);
  await assert.rejects(repairMerge(unit.repository, move), refusal('git-running'));
  assert.deepEqual(operatorsOf(scene), before);
  assert.ok(existsSync(join(scene.project, '.git/index.lock')));
  editor.kill('SIGKILL');
  await once(editor, 'exit');
  assert.deepEqual(await repairMerge(unit.repository, move), { moved: true });
});

test('the operator has changed to another branch meanwhile: nothing of it is taken for a half', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  scene.git('checkout', '-q', '-b', 'elsewhere');
  scene.write({ 'new/x': 'x\n' });
  scene.commit('has it, too');
  const before = operatorsOf(scene);
  assert.deepEqual(await repairMerge(unit.repository, move), { moved: true });
  assert.equal(scene.git('rev-parse', 'main'), move.new);
  assert.deepEqual({ ...operatorsOf(scene), refs: before.refs }, before);
});

test('line ends and filters of the folder: a half of what git would have written', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  scene.git('config', 'core.autocrlf', 'true');
  scene.write({ 'new/long': LONG.replaceAll('\n', '\r\n').slice(0, 9000) });
  assert.deepEqual(await repairMerge(unit.repository, move), { moved: true });
});

test('a branch that is checked out nowhere: the lock that git left is removed', async (t) => {
  const { unit, scene, move } = await interrupted(t);
  scene.git('checkout', '-q', '-b', 'elsewhere');
  writeNote(unit.repository, { ...noteOf(unit, move), folder: null });
  writeFileSync(join(scene.project, '.git/refs/heads/main.lock'), '');
  assert.deepEqual(await repairMerge(unit.repository, move), { moved: true });
  assert.equal(scene.git('rev-parse', 'main'), move.new);
});
