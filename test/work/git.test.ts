import assert from 'node:assert/strict';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Git } from '../../server/work/git.ts';
import { isNewEnough, parseVersion, requireGit } from '../../server/work/git-version.ts';
import { neutralSettings } from '../../server/work/neutral-drivers.ts';
import { WorkRefused } from '../../server/work/refused.ts';
import type { WorkProblem } from '../../shared/work-problem.ts';
import { Scene } from './scene.ts';

const problemOf = async (doing: Promise<unknown>): Promise<WorkProblem> => {
  try {
    await doing;
  } catch (error) {
    if (error instanceof WorkRefused) return error.problem;
    throw error;
  }
  throw new Error('It was not refused.');
};

test('git gets nothing of the GIT_* that the daemon was started with', async (t) => {
  const scene = Scene.begun(t);
  process.env.GIT_DIR = join(scene.root, 'elsewhere');
  t.after(() => delete process.env.GIT_DIR);
  const git = new Git({ cwd: scene.project });
  assert.equal(await git.text(['rev-parse', '--show-toplevel']), scene.project);
});

test('a failure has the exit code and the words of git', async (t) => {
  const git = new Git({ cwd: Scene.begun(t).project });
  const problem = await problemOf(git.succeed(['rev-parse', '--verify', 'nowhere']));
  assert.deepEqual(problem, {
    code: 'git-failed',
    command: 'rev-parse',
    exit: 128,
    words: 'fatal: Needed a single revision',
  });
});

test('output over the limit is cut, and git stopped', async (t) => {
  const scene = Scene.begun(t, { big: 'x'.repeat(1_000_000) });
  const git = new Git({ cwd: scene.project });
  const { stdout, cut } = await git.run(['cat-file', 'blob', 'HEAD:big'], { bytes: 1000 });
  assert.deepEqual([stdout.length, cut], [1000, true]);
  const whole = await git.run(['cat-file', 'blob', 'HEAD:big'], { bytes: 1_000_000 });
  assert.deepEqual([whole.stdout.length, whole.cut, whole.code], [1_000_000, false, 0]);
  assert.equal(
    (await problemOf(git.succeed(['cat-file', 'blob', 'HEAD:big'], { bytes: 10 }))).code,
    'git-output',
  );
});

test('git over its time limit ends with all that it started', async (t) => {
  const scene = Scene.begun(t);
  const git = new Git({ cwd: scene.project });
  const said = join(scene.root, 'pid');
  const alias = `alias.wait=!sh -c 'echo $$ > ${said}; sleep 60'`;
  const problem = await problemOf(git.succeed(['wait'], { config: [alias], ms: 500 }));
  assert.deepEqual(problem, { code: 'git-timeout', command: 'wait', ms: 500 });
});

test('what goes in by stdin and what comes out is bytes', async (t) => {
  const git = new Git({ cwd: Scene.begun(t).project });
  const bytes = Buffer.from([0, 255, 10, 13, 128]);
  const id = await git.text(['hash-object', '-w', '--stdin'], { stdin: bytes });
  for (const outlives of [false, true])
    assert.deepEqual((await git.succeed(['cat-file', 'blob', id], { outlives })).stdout, bytes);
});

test('progress comes line by line', async (t) => {
  const lines: string[] = [];
  const git = new Git({ cwd: Scene.begun(t).project });
  const config = ["alias.say=!printf 'one\\rtwo\\nthr' >&2; printf 'ee\\n' >&2"];
  await git.succeed(['say'], { config, onProgress: (line) => lines.push(line) });
  assert.deepEqual(lines, ['one', 'two', 'three']);
});

test('no git, a git that is too old, and a folder that has gone are told apart', async (t) => {
  const scene = Scene.begun(t);
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
  });
  const bin = join(scene.root, 'bin');
  scene.write({ git: '#!/bin/sh\necho "git version 2.37.9 (Apple Git-1)"\n' }, bin);
  process.env.PATH = scene.state;
  assert.deepEqual(await problemOf(requireGit(scene.project)), { code: 'git-missing' });
  chmodSync(join(bin, 'git'), 0o755);
  process.env.PATH = `${bin}:/usr/bin:/bin`;
  assert.deepEqual(await problemOf(requireGit(scene.project)), {
    code: 'git-too-old',
    found: '2.37.9 (Apple Git-1)',
    needed: '2.38',
  });
  process.env.PATH = path;
  const gone = join(scene.root, 'gone');
  assert.deepEqual(await problemOf(requireGit(gone)), { code: 'no-folder', folder: gone });
});

test('versions', () => {
  const isEnough = (said: string) => isNewEnough(parseVersion(said)!);
  assert.equal(isEnough('git version 2.38.0'), true);
  assert.equal(isEnough('git version 3.0.0-rc1'), true);
  assert.equal(isEnough('git version 2.5.6'), false);
  assert.equal(isEnough('git version 1.99'), false);
  assert.equal(parseVersion('hub version 2.14'), null);
});

test('drivers of the repository are neutralised, whatever they are called; those of the operator are not', () => {
  const said = [
    'global',
    'filter.lfs.clean\ngit-lfs clean',
    'local',
    'filter.a=b.c.process\nevil\nmore',
    'worktree',
    'merge.m.driver\nevil',
    'local',
    'merge.conflictstyle\ndiff3',
    'local',
    'filter.x\n.smudge\nevil',
  ];
  assert.deepEqual(neutralSettings(said), [
    ['filter.a=b.c.clean', ''],
    ['filter.a=b.c.smudge', ''],
    ['filter.a=b.c.process', ''],
    ['filter.a=b.c.required', 'false'],
    ['merge.m.driver', 'git merge-file -q --marker-size=%L %A %O %B'],
  ]);
});

test('a filter of the repository runs only where it is trusted', async (t) => {
  const scene = Scene.begun(t, { '.gitattributes': '* filter=a=b\n' });
  const ran = join(scene.root, 'ran');
  scene.git('config', 'filter.a=b.clean', `touch '${ran}'; cat`);
  scene.write({ 'new.txt': 'x\n' });
  await new Git({ cwd: scene.project }).succeed(['add', '-A', '--dry-run']);
  await new Git({ cwd: scene.project }).succeed(['hash-object', '--path', 'new.txt', 'new.txt']);
  assert.equal(existsSync(ran), false);
  await new Git({ cwd: scene.project, trusted: true }).succeed([
    'hash-object',
    '--path',
    'new.txt',
    'new.txt',
  ]);
  assert.equal(existsSync(ran), true);
});
