/** The base brought to a merge commit, and with it the folder that it is checked out in. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { commitMerge, isMerged } from '../../server/work/merge.ts';
import { tryMerge } from '../../server/work/merge-tree.ts';
import { type BaseMove, moveBase } from '../../server/work/move-base.ts';
import { repairMerge } from '../../server/work/repair-merge.ts';
import { merged, worked } from './merge-scene.ts';
import { contentOf, gitAt, operatorsOf } from './scene.ts';
import { refusal, type UnitAtWork } from './unit.ts';

test('base elsewhere: checked out nowhere, its branch moves, and no folder', async (t) => {
  const unit = await worked(t);
  unit.scene.git('checkout', '-q', '-b', 'elsewhere');
  unit.scene.write({ 'a.txt': 'unsaved\n' });
  const { move, commit } = await merged(unit);
  const [files, index] = [contentOf(unit.scene.project), unit.scene.git('ls-files', '-s')];
  assert.equal(await isMerged(unit.repository, 'main', commit), false);
  assert.deepEqual(await moveBase(unit.repository, move), { moved: true });
  assert.equal(await isMerged(unit.repository, 'main', commit), true);
  assert.deepEqual(contentOf(unit.scene.project), files);
  assert.equal(unit.scene.git('ls-files', '-s'), index);
  assert.equal(unit.scene.git('rev-parse', 'main'), commit);
  assert.deepEqual(await moveBase(unit.repository, move), { moved: true }, 'again');
  assert.equal(existsSync(join(unit.repository.commonDir, 'signalbox-merge')), false);
});

test("in the operator's folder: unrelated edits, staged and not, and untracked files are kept", async (t) => {
  const unit = await worked(t);
  const { move, commit } = await merged(unit);
  const { scene } = unit;
  scene.write({ 'b.txt': 'edited\n', own: 'untracked\n', 'x.log': 'ignored\n', staged: 's\n' });
  scene.git('add', 'staged');
  const before = contentOf(scene.project);
  assert.deepEqual(await moveBase(unit.repository, move), { moved: true });
  const { 'd/': _, 'd/c.txt': __, ...kept } = before;
  const wanted = { ...kept, 'a.txt': '100644 one of unit\n', 'new/': '', 'new/n.txt': '100644 new\n' };
  assert.deepEqual(contentOf(scene.project), wanted);
  assert.equal(
    scene.git('status', '--porcelain'),
    'A  staged\n M b.txt\n?? own'.replace(/(A.*)\n(.*)\n/, '$2\n$1\n'),
  );
  assert.equal(scene.git('symbolic-ref', 'HEAD'), 'refs/heads/main');
  assert.equal(scene.git('rev-parse', 'HEAD'), commit);
  scene.git('commit', '-qam', 'next');
  assert.equal(scene.git('cat-file', 'blob', 'main:a.txt'), 'one of unit', 'the next commit reverts nothing');
});

const refusedWith = (result: BaseMove) =>
  result.moved ? 'moved' : [result.refused, result.folder, result.files, result.operation];

test("operator's edits survive: what is in the way is named, and nothing changes", async (t) => {
  const cases: Record<string, [files: string[], (unit: UnitAtWork) => void]> = {
    'an edit': [['a.txt'], ({ scene }) => scene.write({ 'a.txt': 'mine\n' })],
    staged: [
      ['a.txt'],
      ({ scene }) => {
        scene.write({ 'a.txt': 'mine\n' });
        scene.git('add', 'a.txt');
      },
    ],
    'staged, and put back in the folder': [
      ['a.txt'],
      ({ scene }) => {
        scene.write({ 'a.txt': 'mine\n' });
        scene.git('add', 'a.txt');
        scene.write({ 'a.txt': 'one\n' });
      },
    ],
    'a conflict, as a stash leaves it': [
      ['a.txt', 'b.txt'],
      ({ scene }) => {
        for (const name of ['a.txt', 'b.txt']) {
          const blob = scene.git('rev-parse', `HEAD:${name}`);
          const stages = [1, 2, 3].map((stage) => `100644 ${blob} ${stage}\t${name}\n`);
          scene.git('update-index', '--force-remove', name);
          execFileSync('git', ['update-index', '--index-info'], {
            cwd: scene.project,
            input: stages.join(''),
          });
        }
      },
    ],
    'an edit of what is to go': [['d/c.txt'], ({ scene }) => scene.write({ 'd/c.txt': 'mine\n' })],
    deleted: [['a.txt'], ({ scene }) => rmSync(join(scene.project, 'a.txt'))],
    untracked: [['new/n.txt'], ({ scene }) => scene.write({ 'new/n.txt': 'mine\n' })],
    'untracked, and the same': [['new/n.txt'], ({ scene }) => scene.write({ 'new/n.txt': 'new\n' })],
    ignored: [
      ['new/n.txt'],
      ({ scene }) => scene.write({ 'new/n.txt': 'mine\n', '.git/info/exclude': 'new\n' }),
    ],
    'a file where a folder is to be': [['new'], ({ scene }) => scene.write({ new: 'mine\n' })],
    'a link where a folder is to be': [
      ['new'],
      ({ scene }) => symlinkSync('/tmp', join(scene.project, 'new')),
    ],
    'a folder where a file is to be': [
      ['new/n.txt/mine'],
      ({ scene }) => scene.write({ 'new/n.txt/mine': 'mine\n' }),
    ],
  };
  for (const [name, [files, edit]] of Object.entries(cases)) {
    const unit = await worked(t);
    const { move } = await merged(unit);
    edit(unit);
    const before = operatorsOf(unit.scene);
    const result = await moveBase(unit.repository, move);
    assert.deepEqual(refusedWith(result), ['files-in-the-way', unit.scene.project, files, null], name);
    assert.deepEqual(operatorsOf(unit.scene), before, name);
  }
});

test('what only git itself sees in the way is named, too', async (t) => {
  const unit = await worked(t);
  const { move } = await merged(unit);
  unit.scene.git('update-index', '--assume-unchanged', 'a.txt');
  unit.scene.write({ 'a.txt': 'hidden\n' });
  const before = operatorsOf(unit.scene);
  const result = await moveBase(unit.repository, move);
  assert.ok(!result.moved && /would be overwritten by merge:\s+a\.txt/.test(result.words));
  assert.deepEqual(refusedWith(result), ['git-refused', unit.scene.project, ['a.txt'], null]);
  assert.deepEqual(operatorsOf(unit.scene), before);
});

test('in the middle of something: refused with its name, and nothing changes', async (t) => {
  const cases: Record<string, (unit: UnitAtWork) => void> = {
    rebase: ({ scene }) => {
      scene.git('branch', 'side', 'main~1');
      assert.throws(() => scene.git('rebase', '-q', '--exec', 'false', 'side'));
    },
    bisect: ({ scene }) => {
      scene.git('bisect', 'start');
      scene.git('bisect', 'bad');
      scene.git('bisect', 'good', 'main~2');
    },
    merge: ({ scene }) => {
      scene.git('branch', 'side', 'main~1');
      scene.git('checkout', '-q', 'side');
      scene.commit('side');
      scene.git('checkout', '-q', 'main');
      scene.git('merge', '-q', '--no-commit', 'side');
    },
    'cherry-pick': ({ scene }) => {
      scene.git('checkout', '-q', '-b', 'side', 'main~1');
      scene.write({ 'b.txt': 'side\n' });
      scene.commit('side');
      scene.git('checkout', '-q', 'main');
      scene.git('cherry-pick', '--no-commit', 'side');
      writeFileSync(join(scene.project, '.git/CHERRY_PICK_HEAD'), `${scene.git('rev-parse', 'side')}\n`);
    },
  };
  for (const [operation, begin] of Object.entries(cases)) {
    const unit = await worked(t);
    unit.scene.commit('second');
    unit.scene.write({ 'z.txt': 'z\n' });
    unit.scene.commit('third');
    const { move } = await merged(unit);
    begin(unit);
    const before = operatorsOf(unit.scene);
    const result = await moveBase(unit.repository, move);
    assert.deepEqual(refusedWith(result), ['operation-in-progress', unit.scene.project, [], operation]);
    assert.deepEqual(operatorsOf(unit.scene), before, operation);
  }
});

test('the base is checked out in another folder, in two, or in one that is gone', async (t) => {
  const unit = await worked(t);
  const { scene, repository } = unit;
  scene.git('checkout', '-q', '-b', 'elsewhere');
  const [other, third] = [join(scene.root, 'other'), join(scene.root, 'third')];
  scene.git('worktree', 'add', '-q', other, 'main');
  const { move, commit } = await merged(unit);
  scene.write({ 'a.txt': 'mine\n' }, other);
  assert.deepEqual(refusedWith(await moveBase(repository, move)), [
    'files-in-the-way',
    other,
    ['a.txt'],
    null,
  ]);
  gitAt(other, 'checkout', '-q', '--', 'a.txt');
  scene.git('worktree', 'add', '-q', '-f', third, 'main');
  assert.deepEqual(refusedWith(await moveBase(repository, move)), ['checked-out-twice', other, [], null]);
  scene.git('worktree', 'remove', third);
  rmSync(other, { recursive: true });
  assert.deepEqual(refusedWith(await moveBase(repository, move)), ['folder-missing', other, [], null]);
  scene.git('worktree', 'prune');
  scene.git('worktree', 'add', '-q', other, 'main');
  const files = contentOf(scene.project);
  assert.deepEqual(await moveBase(repository, move), { moved: true });
  assert.equal(readFileSync(join(other, 'a.txt'), 'utf8'), 'one of unit\n');
  assert.deepEqual([gitAt(other, 'status', '--porcelain'), gitAt(other, 'rev-parse', 'HEAD')], ['', commit]);
  assert.deepEqual(contentOf(scene.project), files);
});

test('the base is elsewhere, gone, or already further', async (t) => {
  const unit = await worked(t);
  const { move, snapshot } = await merged(unit);
  const { scene, repository } = unit;
  assert.deepEqual(refusedWith(await moveBase(repository, { ...move, branch: 'gone' })), [
    'base-moved',
    null,
    [],
    null,
  ]);
  const sideways = { ...move, new: scene.git('commit-tree', '-m', 'x', 'main^{tree}') };
  assert.deepEqual(refusedWith(await moveBase(repository, sideways)), ['base-moved', null, [], null]);
  scene.commit('later');
  const before = operatorsOf(scene);
  assert.deepEqual(refusedWith(await moveBase(repository, move)), ['base-moved', null, [], null]);
  assert.deepEqual(operatorsOf(scene), before);
  scene.git('merge', '-q', '-m', 'by hand', snapshot);
  const again = { ...move, new: snapshot };
  assert.deepEqual(await moveBase(repository, again), { moved: true });
});

test('another git is at work in the folder: refused, and its lock stays', async (t) => {
  const unit = await worked(t);
  const { move } = await merged(unit);
  const lock = join(unit.scene.project, '.git/index.lock');
  writeFileSync(lock, '');
  const before = operatorsOf(unit.scene);
  assert.deepEqual(refusedWith(await moveBase(unit.repository, move)), [
    'index-locked',
    unit.scene.project,
    [],
    null,
  ]);
  assert.deepEqual(operatorsOf(unit.scene), before);
  assert.ok(existsSync(lock));
});

test('what the configuration says about merges of this branch does not count', async (t) => {
  const unit = await worked(t);
  unit.scene.git('branch', '-m', 'a=b.c');
  const { options, old } = await (async () => {
    const { commit: snapshot } = await unit.snapshot();
    const old = unit.scene.git('rev-parse', 'a=b.c');
    const { tree } = await tryMerge(unit.repository, { base: old, snapshot });
    return {
      old,
      options: {
        strategy: 'squash',
        base: 'a=b.c',
        old,
        snapshot,
        tree,
        title: 't',
        goal: '',
        id: 7,
      } as const,
    };
  })();
  const commit = await commitMerge(unit.repository, options);
  for (const mergeOptions of ['--squash', '-s ours', '--no-ff', '--no-commit --no-ff']) {
    unit.scene.git('update-ref', 'refs/heads/a=b.c', old);
    unit.scene.git('reset', '-q', '--hard');
    unit.scene.git('config', 'branch.a=b.c.mergeOptions', mergeOptions);
    const result = await moveBase(unit.repository, { branch: 'a=b.c', old, new: commit, id: 7 });
    assert.deepEqual(result, { moved: true }, mergeOptions);
    assert.equal(unit.scene.git('rev-parse', 'HEAD'), commit, mergeOptions);
  }
});

test('git stops in the middle, as disks and filters make it: the folder is as it was', async (t) => {
  const unit = await worked(t);
  unit.write({ '.gitattributes': 'z.txt filter=f\n', 'z.txt': 'z\n', 'zz.txt': 'z\n' });
  const { move, commit } = await merged(unit);
  const { scene, repository } = unit;
  const filter = (smudge: string) =>
    scene.write(
      { '.gitconfig': `[filter "f"]\n\tclean = cat\n\tsmudge = ${smudge}\n\trequired\n` },
      scene.home,
    );
  filter('false');
  scene.write({ 'b.txt': 'edited\n', own: 'untracked\n' });
  const { files, head, refs } = operatorsOf(scene);
  const result = await moveBase(repository, move);
  assert.deepEqual(refusedWith(result), ['git-refused', scene.project, [], null]);
  assert.ok(!result.moved && /smudge filter f failed/.test(result.words), JSON.stringify(result));
  const after = operatorsOf(scene);
  assert.deepEqual([after.files, after.head, after.refs], [files, head, refs]);
  assert.equal(scene.git('cat-file', 'blob', `${repository.refs}/repair/7:own`), 'untracked');
  filter('cat');
  assert.deepEqual(await moveBase(repository, move), { moved: true });
  assert.equal(scene.git('rev-parse', 'main'), commit);
  assert.equal(scene.git('status', '--porcelain'), ' M b.txt\n?? own');
});

test('git is killed in the middle, and the daemon lives: said, and repaired', async (t) => {
  const unit = await worked(t);
  unit.write({ '.gitattributes': 'z.txt filter=f\n', 'z.txt': 'z\n', 'zz.txt': 'z\n' });
  const { move, commit } = await merged(unit);
  const { scene, repository } = unit;
  const filter = (smudge: string) =>
    scene.write({ '.gitconfig': `[filter "f"]\n\tclean = cat\n\tsmudge = "${smudge}"\n` }, scene.home);
  filter('kill -9 $PPID');
  scene.write({ 'b.txt': 'edited\n', own: 'untracked\n' });
  await assert.rejects(moveBase(repository, move), refusal('git-killed'));
  assert.ok(existsSync(join(scene.project, '.git/index.lock')));
  assert.notEqual(scene.git('status', '--porcelain'), ' M b.txt\n?? own');
  assert.deepEqual(refusedWith(await moveBase(repository, move)), ['unrepaired', null, [], null]);
  filter('cat');
  assert.deepEqual(await repairMerge(repository, move), { moved: true });
  assert.equal(scene.git('rev-parse', 'main'), commit);
  assert.equal(scene.git('status', '--porcelain'), ' M b.txt\n?? own');
});

/** A program called git that first does something as the operator, once, when it is called with this. */
function justBefore(t: TestContext, { scene }: UnitAtWork, called: string, doing: string): void {
  const bin = join(scene.root, 'bin');
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const program = `#!/bin/sh
case " $* " in *" ${called} "*) if [ -e '${bin}/armed' ]; then
  rm '${bin}/armed'; cd '${scene.project}' && env -i PATH=/usr/bin:/bin:/usr/local/bin ${doing.replaceAll('git ', `${git} `)} || exit 99
fi ;; esac
exec ${git} "$@"
`;
  scene.write({ git: program, armed: '' }, bin);
  chmodSync(join(bin, 'git'), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${bin}:${PATH}`;
  t.after(() => {
    process.env.PATH = PATH;
  });
}

test('the operator changes to another branch at the last moment: it does not move, and no file of its folder changes', async (t) => {
  for (const to of ['older', '-b newer', '--detach']) {
    await t.test(to, async (t) => {
      const unit = await worked(t);
      const { scene, repository } = unit;
      scene.git('branch', 'older');
      scene.git('config', 'branch.older.mergeOptions', '--ff');
      const { move, commit, old } = await merged(unit);
      const files = contentOf(scene.project);
      justBefore(t, unit, 'merge', `git checkout -q ${to}`);
      assert.deepEqual(refusedWith(await moveBase(repository, move)), [
        'base-moved',
        scene.project,
        [],
        null,
      ]);
      assert.deepEqual(contentOf(scene.project), files);
      assert.equal(scene.git('status', '--porcelain'), '');
      for (const name of ['HEAD', 'older', 'main']) assert.equal(scene.git('rev-parse', name), old, name);
      // Planned anew, as the merger does.
      assert.deepEqual(await moveBase(repository, move), { moved: true });
      assert.equal(scene.git('rev-parse', 'main'), commit);
      assert.deepEqual(contentOf(scene.project), files);
    });
  }
});

test('a signed commit moves no other branch either, and no signer runs', async (t) => {
  const unit = await worked(t);
  const { scene, repository } = unit;
  scene.git('branch', 'older');
  const { commit, old } = await merged(unit);
  const signer = join(scene.root, 'signer');
  scene.write({ signer: `#!/bin/sh\ntouch '${scene.root}/ran'\n` }, scene.root);
  chmodSync(signer, 0o755);
  for (const key of ['gpg.program', 'gpg.openpgp.program', 'gpg.ssh.program'])
    scene.git('config', key, signer);
  const text = scene.git('cat-file', 'commit', commit);
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----';
  scene.write({ signed: `${text.replace('\n\n', `\n${signature}\n\n`)}\n` }, scene.root);
  const signed = scene.git('hash-object', '-t', 'commit', '-w', join(scene.root, 'signed'));
  justBefore(t, unit, 'merge', 'git checkout -q older');
  const move = { branch: 'main', old, new: signed, id: 7 };
  assert.equal((await moveBase(repository, move)).moved, false);
  assert.equal(scene.git('rev-parse', 'older'), old);
  scene.git('checkout', '-q', 'main');
  assert.deepEqual(await moveBase(repository, move), { moved: true });
  assert.equal(existsSync(join(scene.root, 'ran')), false);
});

test('the operator changes to the base at the last moment: his folder comes along, with his edits', async (t) => {
  const unit = await worked(t);
  const { scene, repository } = unit;
  scene.git('checkout', '-q', '-b', 'elsewhere');
  const { move, commit } = await merged(unit);
  scene.write({ 'b.txt': 'edited\n', own: 'untracked\n' });
  justBefore(t, unit, 'update-ref', 'git checkout -q main');
  assert.deepEqual(await moveBase(repository, move), { moved: true });
  assert.equal(scene.git('rev-parse', 'HEAD'), commit);
  assert.equal(scene.git('status', '--porcelain'), ' M b.txt\n?? own');
  assert.equal(readFileSync(join(scene.project, 'a.txt'), 'utf8'), 'one of unit\n');
});
