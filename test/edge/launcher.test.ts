/** The first thing that the program looks at: whether this Node can run it at all. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { PROGRAM } from '../daemon-fixture.ts';

const root = join(dirname(PROGRAM), '..');

/** The program under a Node that says it has this version. */
function startedBy(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, PROGRAM, '--help'];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('the Node that starts Signalbox', () => {
  for (const version of ['18.20.8', '20.19.0', '22.13.1'])
    it(`is refused in a sentence when it is ${version}`, () => {
      const { status, stdout, stderr } = startedBy(version);
      assert.equal(status, 78);
      assert.equal(stdout, '');
      assert.match(stderr, new RegExp(`^Signalbox needs Node 22\\.14 or later; this is ${version} `));
      assert.doesNotMatch(stderr, /^\s+at /m);
    });

  for (const version of ['22.14.0', '24.0.0', '26.1.0'])
    it(`is taken when it is ${version}`, () => {
      const { status, stdout } = startedBy(version);
      assert.equal(status, 0);
      assert.match(stdout, /Usage: signalbox/);
    });

  it('is looked at before anything is imported that an old one may not have', () => {
    assert.doesNotMatch(readFileSync(PROGRAM, 'utf8'), /^\s*import\b(?!\()/m);
  });
});

describe('the command of a clone', () => {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    bin: { signalbox: string };
  };
  const called = (clone: string) =>
    spawnSync(process.execPath, [join(clone, bin.signalbox), '--help'], { encoding: 'utf8' });

  it('runs what was built', () => {
    const { status, stdout } = called(root);
    assert.equal(status, 0);
    assert.match(stdout, /Usage: signalbox/);
  });

  it('is there before the first build, and says so: npm would not link it later', (t) => {
    const clone = mkdtempSync(join(tmpdir(), 'signalbox-clone-'));
    t.after(() => rmSync(clone, { recursive: true }));
    mkdirSync(join(clone, dirname(bin.signalbox)), { recursive: true });
    cpSync(join(root, bin.signalbox), join(clone, bin.signalbox));
    const { status, stderr } = called(clone);
    assert.equal(status, 78);
    assert.equal(stderr, 'signalbox: not built yet. Build it: npm run build\n');
  });
});
