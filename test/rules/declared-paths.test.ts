/** What units say they touch, against the files there are: in a git repository, outside one, and with hostile names. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { expand, listFiles, overlapOf } from '../../server/runs/declared-paths.ts';

const above = mkdtempSync(join(tmpdir(), 'signalbox-paths-'));
after(() => rmSync(above, { recursive: true, force: true }));

let made = 0;
function folderWith(...files: string[]): string {
  const folder = join(above, String(++made));
  mkdirSync(folder);
  for (const file of files) put(folder, file);
  return folder;
}

function put(folder: string, file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), '');
}

/** Git as on a machine where nobody has set anything. */
const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: above, GIT_CONFIG_NOSYSTEM: '1' },
  });

/** A repository in which these files are known to git. */
function repositoryWith(...files: string[]): string {
  const folder = folderWith(...files);
  git(folder, 'init', '-q');
  git(folder, 'add', '--all');
  return folder;
}

const listed = async (folder: string) => (await listFiles(folder)).sort();
const expanded = (patterns: string[], files: string[]) => {
  const { files: found, prefixes } = expand(patterns, files);
  return [[...found].sort(), [...prefixes]];
};
const shareOf = (mine: string[], theirs: string[], files: string[]) =>
  overlapOf(expand(mine, files), expand(theirs, files));

test('in a repository: what git knows and what is new, without what it ignores, and nothing of its own', async () => {
  const folder = repositoryWith('src/a.ts', 'docs/b.md', '.gitignore');
  writeFileSync(join(folder, '.gitignore'), 'built/\n*.log\n');
  for (const file of ['src/new.ts', 'built/out.js', 'noise.log']) put(folder, file);
  assert.deepEqual(await listed(folder), ['.gitignore', 'docs/b.md', 'src/a.ts', 'src/new.ts']);
});

test('the same as git ls-files says', async () => {
  const folder = repositoryWith('a', 'b/c', 'b/d/e', '.hidden/f');
  const said = git(folder, 'ls-files', '-z').split('\0').filter(Boolean).sort();
  assert.deepEqual(await listed(folder), said);
});

test('in a folder within a repository: its files, by their names from there', async () => {
  const folder = repositoryWith('top.ts', 'part/a.ts', 'part/deep/b.ts');
  assert.deepEqual(await listed(join(folder, 'part')), ['a.ts', 'deep/b.ts']);
});

test('outside git: every file in its folders, links not followed', async () => {
  const folder = folderWith('a.ts', 'deep/er/b.ts', '.hidden/c');
  symlinkSync(above, join(folder, 'up'));
  assert.deepEqual(await listed(folder), ['.hidden/c', 'a.ts', 'deep/er/b.ts']);
});

const HOSTILE = [
  'new\nline.ts',
  '-rf',
  '--output=x',
  ':(glob)*',
  ':!a',
  ' ',
  'q"uote',
  "it's",
  '*',
  '$(touch x)',
  'ü',
];

for (const where of ['a repository', 'a plain folder'] as const)
  test(`hostile names in ${where} are names and nothing else`, async () => {
    const names = HOSTILE.map((name) => `src/${name}`);
    const folder = where === 'a repository' ? repositoryWith(...names) : folderWith(...names);
    for (const name of HOSTILE) put(folder, name);
    const files = await listed(folder);
    assert.deepEqual(files, [...names, ...HOSTILE].sort());
    assert.deepEqual(expanded(['src/**'], files), [[...names].sort(), []]);
  });

test('a pattern is no option and no magic of git', () => {
  const files = ['a.ts', 'b.ts'];
  for (const pattern of ['-z', '--others', ':(glob)**', ':/', ':(exclude)a.ts', ':!a.ts'])
    assert.deepEqual(expanded([pattern], files)[0], [], pattern);
});

test('patterns: a file, a folder with all in it, a kind of file, hidden ones too', () => {
  const files = ['src/a.ts', 'src/deep/b.ts', 'src/.hidden/c.ts', 'docs/d.md', 'e.ts'];
  assert.deepEqual(expanded(['src/a.ts'], files), [['src/a.ts'], []]);
  assert.deepEqual(expanded(['src/*.ts'], files), [['src/a.ts'], []]);
  assert.deepEqual(expanded(['src/**'], files)[0], ['src/.hidden/c.ts', 'src/a.ts', 'src/deep/b.ts']);
  assert.deepEqual(expanded(['**/*.md', 'e.ts'], files), [['docs/d.md', 'e.ts'], []]);
});

test('overlap is common files by files of the smaller set', () => {
  const files = ['a/1', 'a/2', 'a/3', 'a/4', 'b/1'];
  assert.deepEqual(shareOf(['a/**'], ['a/1', 'b/1'], files), { share: 0.5, files: ['a/1'] });
  assert.equal(shareOf(['a/1', 'b/1'], ['a/**'], files).share, 0.5);
  assert.equal(shareOf(['a/**'], ['a/2'], files).share, 1);
  assert.equal(shareOf(['a/**'], ['b/**'], files).share, 0);
  assert.equal(shareOf([], ['**'], files).share, 0);
});

test('overlap is symmetric and from 0 to 1, whatever is declared', () => {
  const files = ['a/1', 'a/2', 'a/b/3', 'c/4', 'd'];
  const pattern = fc.constantFrom('a/**', 'a/*', 'a/b/**', 'c/*', 'd', 'new/**', 'a/new/*', '**/*.x', 'a/2');
  const patterns = fc.array(pattern, { maxLength: 4 });
  fc.assert(
    fc.property(patterns, patterns, (mine, theirs) => {
      const [one, other] = [shareOf(mine, theirs, files), shareOf(theirs, mine, files)];
      assert.equal(one.share, other.share);
      assert.ok(one.share >= 0 && one.share <= 1);
      assert.equal(one.share > 0, one.files.length > 0);
    }),
    { numRuns: 500 },
  );
});

test('a pattern without files counts by its literal prefix', () => {
  const files = ['src/old/a.ts', 'docs/b.md'];
  assert.deepEqual(shareOf(['src/new/**'], ['src/new/x.ts'], files).share, 1, 'both plan the same');
  assert.equal(shareOf(['src/new/**'], ['src/new/deep/**'], files).share, 1, 'one plans within the other');
  assert.equal(
    shareOf(['src/new/**'], ['src/newer/**'], files).share,
    0,
    'a name is not a folder of another',
  );
  assert.equal(shareOf(['src/new/**'], ['src/old/**'], files).share, 0);
  assert.equal(shareOf(['src/*.rs'], ['src/old/**'], files).share, 1, 'planned where the other has files');
});

test('a folder named with a slash at its end counts as that folder', () => {
  assert.equal(shareOf(['src/'], ['src/a.ts'], ['src/a.ts']).share, 1);
});

/** A program that says that it was run. */
function trap(folder: string, name: string): { program: string; sprung: () => boolean } {
  const program = join(folder, name);
  const said = join(above, `sprung-${++made}`);
  writeFileSync(program, `#!/bin/sh\ntouch '${said}'\nexit 1\n`);
  chmodSync(program, 0o755);
  return { program, sprung: () => existsSync(said) };
}

test('looking at a repository runs nothing that it carries', async () => {
  const folder = repositoryWith('a.ts');
  const monitor = trap(join(folder, '.git'), 'monitor');
  const hooks = ['post-index-change', 'pre-commit', 'fsmonitor-watchman', 'post-checkout'].map((name) =>
    trap(join(folder, '.git', 'hooks'), name),
  );
  const filter = trap(join(folder, '.git'), 'filter');
  git(folder, 'config', 'core.fsmonitor', monitor.program);
  git(folder, 'config', 'core.hooksPath', join(folder, '.git', 'hooks'));
  git(folder, 'config', 'core.pager', filter.program);
  git(folder, 'config', 'filter.evil.clean', filter.program);
  git(folder, 'config', 'filter.evil.process', filter.program);
  git(folder, 'config', 'alias.ls-files', `!${filter.program}`);
  writeFileSync(join(folder, '.gitattributes'), '* filter=evil\n');
  writeFileSync(join(folder, 'a.ts'), 'changed');
  assert.deepEqual(await listed(folder), ['.gitattributes', 'a.ts']);
  for (const { program, sprung } of [monitor, ...hooks, filter]) assert.ok(!sprung(), program);
});

test('the trap for the test above springs where git is not told to leave it', () => {
  const folder = repositoryWith('a.ts');
  const monitor = trap(join(folder, '.git'), 'monitor');
  git(folder, 'config', 'core.fsmonitor', monitor.program);
  git(folder, 'status');
  assert.ok(monitor.sprung());
});
