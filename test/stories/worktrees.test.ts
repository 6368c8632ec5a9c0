/** Units in worktrees of their own: conflicts that git finds, review, comments, and the way back to the base. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { hashOfProject } from '../../shared/state-paths.ts';
import { until } from '../until.ts';
import { Scene } from './worktrees-scene.ts';

const NUMBERS = Array.from({ length: 20 }, (_, at) => `line ${at + 1}\n`).join('');
const THIRD = (text: string) => `sed -i.bak 's/^line 3.*$/line 3 ${text}/' numbers && rm numbers.bak`;

describe('worktrees', () => {
  let scene: Scene;
  afterEach(() => scene.close());

  test('three units, two on the same lines: one after the other, rebased, commented, sent back, all merged', async () => {
    scene = await Scene.open({ numbers: NUMBERS });
    await scene.add('one', THIRD('by one'));
    await until(
      'the first to have written',
      async () => (await scene.show('one')).work?.snapshot?.files === 1,
    );
    await scene.add('two', `${THIRD('by two')}; git commit -qam 'two wrote'`);
    await scene.add('three', 'echo three > three');
    const found = await scene.card('two', null);
    assert.equal(found.kind, 'conflict');
    assert.match(found.context.map(({ text }) => text).join(), /git finds a conflict in a file.*\nnumbers/);
    const lines = found.context.find(({ label }) => label === 'Conflicting lines, one')?.text ?? '';
    assert.match(lines, /^numbers:1\n/);
    const by = (chunk: string) => `line 3 by ${chunk}\n`;
    const sides = [`<<<<<<< one\n${by('one')}`, `=======\n${by('two')}`, '>>>>>>> two\n'].join('');
    assert.ok(lines.includes(sides), lines);
    await scene.answer(found, 'serialize');
    assert.match((await scene.show('two')).why, /comes after one/);

    scene.go('one');
    await scene.answer(await scene.card('one', 'merge-review'), 'approve');
    await scene.house.untilStatus('one', 'DONE');
    assert.match(scene.read('numbers'), /^line 3 by one$/m);

    scene.go('two');
    const review = await scene.card('two', 'merge-review');
    const two = await scene.show('two');
    assert.deepEqual(
      two.runs.map(({ phase }) => phase),
      ['WRITE', 'REBASE', 'POLISH'],
    );
    assert.ok(review.options.some(({ id }) => id === 'approve'));
    const snapshot = two.work?.snapshot?.commit ?? '';
    await scene.post('two', 'comment', {
      snapshot,
      file: 'numbers',
      side: 'new',
      line: 3,
      words: 'Why twice?',
    });
    await scene.answer(review, 'send-back', 'Look again.');
    const again = await scene.card('two', 'merge-review');
    const told = await scene.ok('diff', 'two');
    assert.match(told, /^\+Look again\.\n\+\n\+numbers:3: Why twice\?$/m);
    await scene.answer(again, 'approve');

    scene.go('three');
    await scene.answer(await scene.card('three', 'merge-review'), 'approve');
    for (const chunk of ['two', 'three']) await scene.house.untilStatus(chunk, 'DONE');
    assert.match(scene.read('numbers'), /^line 3 by one\nline 3 by two$/m);
    assert.equal(scene.read('three'), 'three\n');
    assert.equal(scene.git('status', '--porcelain'), '');
    assert.match(scene.git('log', '--format=%s'), /^two wrote$/m);
  });

  test("the operator's edits survive a merge, or keep it from being made and are named", async () => {
    scene = await Scene.open({ numbers: NUMBERS, other: 'mine\n' });
    scene.write('other', 'mine, edited\n');
    scene.go('one');
    await scene.add('one', THIRD('by one'));
    const review = await scene.card('one', 'merge-review');
    scene.write('numbers', `${NUMBERS}my own line\n`);
    await scene.answer(review, 'approve');
    const refused = await scene.card('one', 'merge');
    assert.match(refused.context[0]?.text ?? '', /changes of yours.*\nnumbers/);
    assert.equal(scene.read('numbers'), `${NUMBERS}my own line\n`);
    scene.git('checkout', '-q', 'numbers');
    await scene.answer(refused, 'retry');
    await scene.house.untilStatus('one', 'DONE');
    assert.match(scene.read('numbers'), /by one/);
    assert.equal(scene.read('other'), 'mine, edited\n');
  });

  test('left as a branch, what waits for it starts on it; discarded, it stays kept; pruned and restored', async () => {
    scene = await Scene.open({ numbers: NUMBERS });
    for (const chunk of ['one', 'two', 'three']) scene.go(chunk);
    await scene.add('one', 'echo from one > new');
    await scene.add('two', 'cat new > seen', '--after', 'one');
    await scene.add('three', 'echo no > three');
    await scene.answer(await scene.card('one', 'merge-review'), 'leave');
    await scene.card('two', 'merge-review');
    assert.match(await scene.ok('diff', 'two'), /^\+from one$/m);
    await scene.answer(await scene.card('three', 'merge-review'), 'discard');
    await scene.house.untilStatus('three', 'DONE');
    assert.equal(existsSync(join(scene.house.project, 'three')), false);

    const path = (await scene.ok('worktree', 'path', 'three')).trim();
    assert.equal((await scene.house.signalbox('worktree', 'prune', 'two')).code, 1);
    await scene.ok('worktree', 'prune', 'three');
    assert.equal(existsSync(path), false);
    assert.match(
      scene.git('show', `refs/signalbox/${hashOfProject(scene.house.project)}/kept/three-2:three`),
      /no/,
    );
    await scene.ok('worktree', 'restore', 'three');
    assert.equal(existsSync(join(path, 'three')), true);
  });

  test('without a base that it could return to the work is left; in no repository an agent works in place', async () => {
    scene = await Scene.open({ numbers: NUMBERS });
    scene.git('checkout', '-q', '--detach');
    scene.go('one');
    await scene.add('one', 'echo one > new');
    await scene.house.untilStatus('one', 'DONE');
    assert.equal((await scene.show('one')).work?.end?.how, 'left');
    scene.go('two');
    await scene.add('two', 'echo two > two', '--in-place');
    await scene.house.untilStatus('two', 'DONE');
    assert.equal(scene.read('two'), 'two\n');
    assert.equal((await scene.show('two')).work, null);
  });

  test('a card says what a merge would be now: another merge makes it a conflict', async () => {
    scene = await Scene.open({ numbers: NUMBERS });
    for (const chunk of ['one', 'two']) scene.go(chunk);
    await scene.add('one', THIRD('by one'));
    const first = await scene.card('one', 'merge-review');
    await scene.add('two', THIRD('by two'));
    const found = await scene.card('two', null);
    await scene.answer(found, 'parallelize');
    const before = await scene.card('two', 'merge-review');
    assert.ok(before.options.some(({ id }) => id === 'approve'));
    await scene.answer(first, 'approve');
    await until(
      'the card to change',
      async () => (await scene.card('two', 'merge-review')).version > before.version,
    );
    const now = await scene.card('two', 'merge-review');
    assert.deepEqual(
      now.options.map(({ id }) => id),
      ['rebase', 'send-back', 'leave', 'discard'],
    );
    assert.match(now.context.map(({ text }) => text).join('\n'), /numbers: both changed it/);
  });

  test('edited by hand while its review is open: the approval merges nothing, and it is asked anew', async () => {
    scene = await Scene.open({ numbers: NUMBERS });
    scene.go('one');
    await scene.add('one', THIRD('by one'));
    const review = await scene.card('one', 'merge-review');
    const { work } = await scene.show('one');
    const seen = work?.snapshot?.commit ?? '';
    writeFileSync(join(work?.path ?? '', 'by-hand'), 'unseen\n');
    const head = scene.git('rev-parse', 'main');
    await scene.answer(review, 'approve');
    await until(
      'it to be asked anew',
      async () => (await scene.card('one', 'merge-review')).id !== review.id,
    );
    const again = await scene.card('one', 'merge-review');
    assert.match(again.context.map(({ text }) => text).join(), /2 files/);
    assert.equal(scene.git('rev-parse', 'main'), head);
    assert.equal(existsSync(join(scene.house.project, 'by-hand')), false);
    // By the snapshot, as scripts say it: the one that was seen first is no longer what would be merged.
    assert.equal((await scene.posted('one', 'merge', { snapshot: seen })).status, 409);
    await scene.answer(again, 'approve');
    await scene.house.untilStatus('one', 'DONE');
    assert.equal(scene.read('by-hand'), 'unseen\n');
  });

  test('a base that is not there makes the unit stuck, with the name', async () => {
    scene = await Scene.open({ numbers: NUMBERS });
    await scene.add('one', 'true', '--base', 'nowhere');
    const card = await scene.card('one', 'worktree');
    assert.match(card.context[0]?.text ?? '', /no branch, tag or commit called nowhere/);
  });

  test('with "auto" a clean merge asks nobody, and a conflict does', async () => {
    scene = await Scene.open({ numbers: NUMBERS }, { merge: 'auto' });
    scene.go('one');
    await scene.add('one', THIRD('by one'));
    await scene.house.untilStatus('one', 'DONE');
    await scene.add('two', THIRD('by two'));
    await until(
      'the second to have written',
      async () => (await scene.show('two')).work?.snapshot?.files === 1,
    );
    scene.write('numbers', scene.read('numbers').replace('line 3 by one', 'line 3 by me'));
    scene.git('commit', '-qam', 'mine');
    scene.go('two');
    const card = await scene.card('two', 'merge-conflict');
    assert.match(
      card.context.map(({ text }) => text).join('\n'),
      /numbers: both changed it[\s\S]*line 3 by me/,
    );
    await scene.answer(card, 'rebase');
    await scene.house.untilStatus('two', 'DONE');
    assert.match(scene.read('numbers'), /^line 3 by me\nline 3 by two$/m);
  });
});
