import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { linesIn, statOf } from '../../server/work/diff-files.ts';
import { gitAt, operatorsOf } from './scene.ts';
import { atWork, type UnitAtWork } from './unit.ts';

const filesIn = ({ scene }: UnitAtWork, commit: string): string[] =>
  gitAt(scene.project, 'ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean);
const textIn = ({ scene }: UnitAtWork, commit: string, name: string): string =>
  gitAt(scene.project, 'cat-file', 'blob', `${commit}:${name}`);

/** What a snapshot must not touch in the worktree. */
const ownOf = ({ worktree, git }: UnitAtWork) => ({
  index: readFileSync(join(worktree.gitDir, 'index'), 'latin1'),
  head: readFileSync(join(worktree.gitDir, 'HEAD'), 'utf8'),
  status: git('status', '--porcelain'),
  branch: git('rev-parse', 'signalbox/api'),
});

test('uncommitted work kept: changed, new, staged, deleted; index, HEAD and branch stay', async (t) => {
  const unit = await atWork(t);
  unit.write({ 'a.txt': 'changed\n', 'new/x': 'new\n', staged: 's\n', 'x.log': 'ignored' });
  unit.git('add', 'staged');
  rmSync(join(unit.path, 'b.txt'));
  const [own, operators] = [ownOf(unit), operatorsOf(unit.scene)];
  const { commit, files, added, deleted, from, head } = await unit.snapshot();
  assert.deepEqual(filesIn(unit, commit), ['.gitignore', 'a.txt', 'new/x', 'staged']);
  assert.equal(textIn(unit, commit, 'a.txt'), 'changed');
  assert.deepEqual([files, added, deleted, from, head], [4, 3, 2, unit.plan.commit, unit.plan.commit]);
  assert.equal(unit.git('rev-parse', `${unit.repository.refs}/work/7`), commit);
  assert.equal(unit.git('rev-parse', `${commit}^`), unit.plan.commit);
  assert.deepEqual(ownOf(unit), own);
  assert.deepEqual(operatorsOf(unit.scene), operators);
});

test('the same tree again is the same snapshot; nothing uncommitted is HEAD itself', async (t) => {
  const unit = await atWork(t);
  assert.equal((await unit.snapshot()).commit, unit.plan.commit);
  unit.write({ x: '1' });
  const { commit } = await unit.snapshot();
  assert.equal((await unit.snapshot()).commit, commit);
  unit.git('add', 'x');
  unit.git('commit', '-qm', 'mine');
  const third = await unit.snapshot();
  assert.equal(third.commit, unit.git('rev-parse', 'HEAD'));
  assert.equal(third.files, 1);
});

test('agent switched branch: HEAD counts', async (t) => {
  const unit = await atWork(t);
  unit.git('checkout', '-qb', 'elsewhere');
  unit.write({ y: '1' });
  unit.git('add', 'y');
  unit.git('commit', '-qm', 'there');
  unit.write({ z: '1' });
  const { commit, head } = await unit.snapshot();
  assert.equal(head, unit.git('rev-parse', 'elsewhere'));
  assert.deepEqual(filesIn(unit, commit), ['.gitignore', 'a.txt', 'b.txt', 'y', 'z']);
});

test('a branch without a commit, and a worktree without a file', async (t) => {
  const unit = await atWork(t);
  unit.git('checkout', '-q', '--orphan', 'fresh');
  assert.equal((await unit.snapshot()).head, null);
  for (const name of ['a.txt', 'b.txt', '.gitignore']) rmSync(join(unit.path, name));
  const { commit } = await unit.snapshot();
  assert.deepEqual(filesIn(unit, commit), []);
});

test('unmerged files with markers', async (t) => {
  const unit = await atWork(t);
  unit.git('checkout', '-qb', 'side');
  unit.write({ 'a.txt': 'side\n' });
  unit.git('commit', '-qam', 'side');
  unit.git('checkout', '-q', 'signalbox/api');
  unit.write({ 'a.txt': 'ours\n' });
  unit.git('commit', '-qam', 'ours');
  assert.throws(() => unit.git('merge', 'side'));
  const own = ownOf(unit);
  const { commit } = await unit.snapshot();
  assert.match(textIn(unit, commit, 'a.txt'), /<<<<<<< HEAD\nours\n=======\nside\n>>>>>>> side/);
  assert.deepEqual(ownOf(unit), own);
});

test('nested repository: kept out and named, with a commit or without', async (t) => {
  const unit = await atWork(t);
  for (const name of ['empty', 'odd\nname']) {
    unit.write({ [`${name}/x`]: '1' });
    gitAt(join(unit.path, name), 'init', '-q');
  }
  gitAt(join(unit.path, 'odd\nname'), 'add', '-A');
  gitAt(join(unit.path, 'odd\nname'), 'commit', '-qm', 'x');
  unit.write({ real: '1' });
  const isLinux = process.platform === 'linux';
  const bytes = Buffer.concat([Buffer.from(`${unit.path}/`), Buffer.from([0xfe])]);
  if (isLinux) renameSync(join(unit.path, 'empty'), bytes);
  const { commit, nested, unsaved } = await unit.snapshot();
  assert.deepEqual([...nested].sort(), [isLinux ? '%FE/' : 'empty/', 'odd%0Aname/']);
  assert.deepEqual(unsaved, []);
  assert.deepEqual(filesIn(unit, commit), ['.gitignore', 'a.txt', 'b.txt', 'real']);
});

test('odd names: line breaks, quotes, dashes, magic, no UTF-8', async (t) => {
  const unit = await atWork(t);
  const names = ['-x', '--all', 'a\nb', '"q"', "it's", ':(top)x', '*', ' ', 'ü', '\\', '[a]', 'tab\t'];
  unit.write(Object.fromEntries(names.map((name) => [name, '1'])));
  const odd = Buffer.concat([Buffer.from(`${unit.path}/`), Buffer.from([0xff, 0xfe])]);
  if (process.platform === 'linux') writeFileSync(odd, 'bytes');
  const { commit } = await unit.snapshot();
  const found = filesIn(unit, commit);
  for (const name of names) assert.ok(found.includes(name), name);
  assert.equal(found.length, names.length + 3 + (process.platform === 'linux' ? 1 : 0));
});

test('a file that the index was told not to look at is looked at', async (t) => {
  const unit = await atWork(t);
  unit.git('update-index', '--assume-unchanged', 'a.txt');
  unit.write({ 'a.txt': 'hidden\n' });
  const own = ownOf(unit);
  assert.equal(textIn(unit, (await unit.snapshot()).commit, 'a.txt'), 'hidden');
  assert.deepEqual(ownOf(unit), own);
});

test('a change of the same size in the same moment as the index was written is seen', async (t) => {
  const unit = await atWork(t);
  // As if the clock had stood still: only the time of the index tells git to look again.
  unit.scene.git('config', 'core.trustctime', 'false');
  const moment = new Date(Date.UTC(2026, 0, 1));
  const stamp = (path: string) => utimesSync(path, moment, moment);
  unit.write({ 'a.txt': 'xyz\n' });
  stamp(join(unit.path, 'a.txt'));
  unit.git('add', 'a.txt');
  stamp(join(unit.worktree.gitDir, 'index'));
  unit.write({ 'a.txt': 'abc\n' });
  stamp(join(unit.path, 'a.txt'));
  assert.equal(textIn(unit, (await unit.snapshot()).commit, 'a.txt'), 'abc');
});

test('modes and links are kept as they are; a link is not followed', async (t) => {
  const unit = await atWork(t);
  chmodSync(join(unit.path, 'a.txt'), 0o755);
  symlinkSync('/etc/passwd', join(unit.path, 'link'));
  const { commit } = await unit.snapshot();
  const said = gitAt(unit.scene.project, 'ls-tree', commit);
  assert.match(said, /^100755 blob \w+\ta\.txt$/m);
  assert.match(said, /^120000 blob \w+\tlink$/m);
});

test('links that we put there are left out, though only folders are ignored by that name', async (t) => {
  const unit = await atWork(t, { '.gitignore': 'node_modules/\n' });
  symlinkSync('/tmp', join(unit.path, 'node_modules'));
  const { commit } = await unit.snapshot(['node_modules']);
  assert.deepEqual(filesIn(unit, commit), ['.gitignore']);
});

test('line ends that the configuration refuses are taken', async (t) => {
  const unit = await atWork(t);
  unit.scene.git('config', 'core.autocrlf', 'input');
  unit.scene.git('config', 'core.safecrlf', 'true');
  unit.write({ dos: 'a\r\nb\r\n' });
  const { commit, unsaved } = await unit.snapshot();
  assert.ok(filesIn(unit, commit).includes('dos'));
  assert.deepEqual(unsaved, []);
});

test('the operator signs the snapshot, or, where he has no name, Signalbox', async (t) => {
  const unit = await atWork(t);
  unit.write({ x: '1' });
  const who = (commit: string) => gitAt(unit.scene.project, 'log', '-1', '--format=%an <%ae> %cn', commit);
  assert.equal(who((await unit.snapshot()).commit), 'Signalbox <signalbox@localhost> Signalbox');
  unit.scene.write({ '.gitconfig': '[user]\n\tname = Olga\n\temail = olga@example.org\n' }, unit.scene.home);
  unit.write({ x: '2' });
  assert.equal(who((await unit.snapshot()).commit), 'Olga <olga@example.org> Olga');
});

test('status locks: no commit of an agent fails because of a snapshot at the same moment', async (t) => {
  const unit = await atWork(t);
  const commits = 25;
  const script = `for n in $(seq ${commits}); do echo $n > a.txt; git -c user.name=A -c user.email=a@example.org commit -qam "$n" || exit 1; done`;
  const agent = spawn('/bin/sh', ['-c', script], { cwd: unit.path, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  agent.stderr.on('data', (part) => {
    said += part;
  });
  const ended = once(agent, 'close');
  let taken = 0;
  while (agent.exitCode === null) {
    await unit.snapshot();
    taken += 1;
  }
  assert.deepEqual([(await ended)[0], said], [0, '']);
  assert.equal(unit.git('rev-list', '--count', `${unit.plan.commit}..HEAD`), String(commits));
  assert.ok(taken > 1, `${taken} snapshots`);
  assert.equal((await unit.snapshot()).commit, unit.git('rev-parse', 'HEAD'));
});

test('sandboxed agent: what it writes in place of .git leads nowhere', async (t) => {
  const unit = await atWork(t);
  const evil = join(unit.path, 'evil');
  unit.write({ 'evil/x': '1', real: '1' });
  gitAt(evil, 'init', '-q');
  const ran = join(unit.scene.root, 'ran');
  gitAt(evil, 'config', 'core.fsmonitor', `touch ${ran}`);
  gitAt(evil, 'config', 'filter.e.clean', `touch ${ran}; cat`);
  writeFileSync(join(unit.path, '.git'), `gitdir: ${evil}/.git\n`);
  const { commit } = await unit.snapshot();
  assert.ok(filesIn(unit, commit).includes('real'));
  rmSync(join(unit.path, '.git'));
  assert.equal((await unit.snapshot()).commit, commit);
});

test('numbers of a change set, also of renames and binary files', () => {
  const fields = ['3\t1\ta\nb', '2\t0\t', 'old', 'new', '-\t-\tpicture', ''];
  assert.deepEqual(statOf(linesIn(Buffer.from(fields.join('\0')))), { files: 3, added: 5, deleted: 1 });
});
