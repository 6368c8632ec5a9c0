/** A repository that names a program wherever configuration or attributes can. None of them may run. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changeSetOf } from '../../server/work/change-set.ts';
import { summariseChanges } from '../../server/work/change-summary.ts';
import { conflictHunks } from '../../server/work/conflict-hunks.ts';
import { SAFE_DIFF } from '../../server/work/git.ts';
import { bringIgnored } from '../../server/work/ignored-files.ts';
import { pruneWorktree } from '../../server/work/keep.ts';
import { commitMerge, isMerged } from '../../server/work/merge.ts';
import { writeNote } from '../../server/work/merge-note.ts';
import { checkPairs, tryMerge } from '../../server/work/merge-tree.ts';
import { moveBase } from '../../server/work/move-base.ts';
import { rebaseState } from '../../server/work/rebase-state.ts';
import { repairMerge } from '../../server/work/repair-merge.ts';
import { baseOf, gitIn } from '../../server/work/repository.ts';
import { restoreWorktree } from '../../server/work/restore.ts';
import { takeSnapshot } from '../../server/work/snapshot.ts';
import { touchedFiles } from '../../server/work/touched-files.ts';
import { addWorktree } from '../../server/work/worktree.ts';
import { ATTRIBUTES, arm } from './hostile-repository.ts';
import { contentOf, gitAt, operatorsOf, Scene } from './scene.ts';
import { planned } from './unit.ts';

function hostile(t: Parameters<typeof Scene.begun>[0]): { scene: Scene; ran: string } {
  const scene = Scene.begun(t, {
    '.gitattributes': ATTRIBUTES,
    'a.txt': 'one\n',
    'x.p': 'p\n',
    'x.q': 'q\n',
    '.gitignore': '.env\nnode_modules\n',
  });
  const { root, project } = scene;
  const ran = arm({ root, project, write: scene.write.bind(scene), git: scene.git.bind(scene) });
  return { scene, ran };
}

/** A commit that says it is signed: showing it asks the signer that the configuration names. */
function signedLike(scene: Scene, commit: string): string {
  const text = gitAt(scene.project, 'cat-file', 'commit', commit);
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----';
  scene.write({ signed: `${text.replace('\n\n', `\n${signature}\n\n`)}\n` }, scene.state);
  return gitAt(scene.project, 'hash-object', '-t', 'commit', '-w', join(scene.state, 'signed'));
}

test('the programs of this repository run where nothing is in their way', (t) => {
  const { scene, ran } = hostile(t);
  scene.write({ 'a.txt': 'changed\n', 'x.p': 'changed\n' });
  for (const args of [
    ['status'],
    ['diff', '--', 'a.txt'],
    ['add', '-A'],
    ['diff', '--cached', '--', '.gitignore'],
  ]) {
    try {
      scene.git(...args);
    } catch {
      // what they do to git does not matter
    }
  }
  const names = readdirSync(ran);
  for (const name of ['fsmonitor', 'diff-command', 'clean', 'process'])
    assert.ok(names.includes(name), `${name} of ${names}`);
});

test('hostile configuration: through the life of a worktree none of its programs run', async (t) => {
  const { scene, ran } = hostile(t);
  const victim = join(scene.root, 'victim');
  mkdirSync(victim);
  scene.write({ '.env': 'A=1', 'node_modules/m': '1' });
  for (const name of readdirSync(ran)) rmSync(join(ran, name));
  const files = contentOf(scene.project);
  const { repository, plan } = await planned(scene);
  const { path, gitDir } = await addWorktree(repository, plan);
  await bringIgnored(repository, path, { copy: ['.env'], link: ['node_modules'] });
  scene.write({ 'a.txt': 'changed\n', 'new.p': '1', 'new.q': '2', '-n': '3', 'a\nb"c\'': '4' }, path);
  symlinkSync(victim, join(path, 'out'));
  const worktree = { path, gitDir };
  const options = { id: plan.id, message: 'm', base: plan.commit };
  const { commit } = await takeSnapshot(repository, worktree, options);
  const git = gitIn(repository);
  await changeSetOf(git, plan.commit, commit);
  await git.succeed(['diff-tree', '-r', '-p', ...SAFE_DIFF, plan.commit, commit]);
  await git.succeed(['diff', ...SAFE_DIFF, plan.commit, commit]);
  await git.succeed(['log', '-1', signedLike(scene, commit)]);
  await git.succeed(['log', '--format=%s', '-p', ...SAFE_DIFF, commit]);
  await git.succeed(['merge-tree', '--write-tree', '-z', plan.commit, commit]);
  await git.run(['cat-file', '-p', '1234567890123456789012345678901234567890']);
  await baseOf(repository, 'main');
  await pruneWorktree(repository, {
    unit: plan,
    path,
    base: plan.commit,
    message: 'm',
    brought: ['.env', 'node_modules'],
    linked: ['node_modules'],
  });
  await restoreWorktree(repository, { ...plan });
  assert.deepEqual(readdirSync(ran), []);
  assert.deepEqual(readdirSync(victim), []);
  assert.deepEqual(contentOf(scene.project), files);
  assert.equal(
    gitAt(scene.project, '-c', 'core.fsmonitor=false', 'cat-file', 'blob', `${commit}:new.p`),
    '1',
  );
});

test('hostile configuration: through checks, a merge, its repair and a rebase none of its programs run', async (t) => {
  const { scene, ran } = hostile(t);
  const { repository, plan } = await planned(scene);
  const worktree = await addWorktree(repository, plan);
  const files = {
    'a.txt': 'changed\n',
    'new.p': '1',
    'new.q': '2',
    '-n': '3',
    'a\nb"c\'': '4',
    '$(touch x)': '5',
  };
  scene.write(files, plan.path);
  const options = { id: plan.id, message: 'm', base: plan.commit };
  const { commit: snapshot } = await takeSnapshot(repository, worktree, options);
  const other = await otherSide(scene, 9, { ...files, 'a.txt': 'otherwise\n', 'new.p': 'x' });
  for (const name of readdirSync(ran)) rmSync(join(ran, name));
  const pairs = await checkPairs(repository, [{ id: 'x', ours: other, theirs: snapshot }]);
  const conflict = await tryMerge(repository, { base: other, snapshot });
  assert.ok(!conflict.clean && pairs[0]?.clean === false);
  await conflictHunks(repository, conflict.tree, conflict.files);
  await touchedFiles(repository, plan.commit, snapshot);
  await summariseChanges(repository, { base: plan.commit, snapshot: signedLike(scene, snapshot) });
  await rebaseState(repository, worktree, plan.commit);
  const { tree } = await tryMerge(repository, { base: plan.commit, snapshot });
  const common = { old: plan.commit, id: plan.id };
  const names = { base: 'main', snapshot, tree, title: '-x', goal: '`touch y`' };
  await commitMerge(repository, { ...common, ...names, strategy: 'squash' });
  const to = await commitMerge(repository, { ...common, ...names, strategy: 'merge' });
  const move = { ...common, branch: 'main', new: to };
  writeNote(repository, { ...move, folder: { path: repository.top, gitDir: repository.gitDir } });
  scene.write({ 'new.p': '', 'a.txt': 'changed\n' });
  assert.deepEqual(await repairMerge(repository, move), { moved: true });
  assert.deepEqual(await moveBase(repository, move), { moved: true });
  assert.ok(await isMerged(repository, 'main', snapshot));
  assert.deepEqual(readdirSync(ran), []);
  const found = contentOf(scene.project);
  for (const [name, text] of Object.entries(files)) assert.equal(found[name], `100644 ${text}`);
});

/** A commit beside the others, made without any program of the repository. */
async function otherSide(scene: Scene, id: number, files: Readonly<Record<string, string>>): Promise<string> {
  const { repository, plan } = await planned(scene, `other${id}`, id);
  const worktree = await addWorktree(repository, plan);
  scene.write(files, plan.path);
  return (await takeSnapshot(repository, worktree, { id, message: 'm', base: plan.commit })).commit;
}

test('hostile merge driver: files that both changed are merged as text', async (t) => {
  const { scene, ran } = hostile(t);
  const one = await otherSide(scene, 1, { 'a.txt': 'zero\none\n' });
  const two = await otherSide(scene, 2, { 'a.txt': 'zwei\none\n' });
  const { repository } = await planned(scene);
  const before = operatorsOf(scene);
  for (const name of readdirSync(ran)) rmSync(join(ran, name));
  const { code, stdout } = await gitIn(repository).run(['merge-tree', '--write-tree', '-z', one, two]);
  assert.equal(code, 1);
  assert.match(stdout.toString(), /a\.txt/);
  assert.deepEqual(readdirSync(ran), []);
  assert.deepEqual(operatorsOf(scene), before);
  await gitIn({ ...repository, trusted: true }).run(['merge-tree', '--write-tree', '-z', one, two]);
  assert.ok(readdirSync(ran).includes('merge'), 'trusted, it runs');
});
