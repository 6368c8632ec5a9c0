/** What `--quiet` leaves out, and that colours can be left out, too. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { DaemonFixture, PROGRAM } from '../daemon-fixture.ts';

const house = DaemonFixture.make();
before(() => house.start('--port', '0'));
after(() => house.close());

test('with --quiet nothing is said of what was done, before the command or behind it', async () => {
  const loud = await house.signalbox('add', 'loud', '--external');
  assert.match(loud.stderr, /^signalbox: added loud\.\n$/);
  for (const [name, words] of Object.entries({
    one: ['--quiet', 'add', 'one', '--external'],
    two: ['add', 'two', '--external', '-q'],
  })) {
    const { code, stdout, stderr } = await house.signalbox(...words);
    assert.deepEqual([code, stdout, stderr], [0, '', ''], name);
  }
});

test('data and errors are printed all the same', async () => {
  const { stdout } = await house.signalbox('ls', '--quiet');
  assert.match(stdout, /one/);
  const { code, stderr } = await house.signalbox('show', 'nobody', '--quiet');
  assert.equal(code, 1);
  assert.match(stderr, /^signalbox: .*nobody/);
});

const hasScript = spawnSync('script', ['--version']).status === 0;

test('at a terminal there are colours, and none with --no-color', {
  skip: hasScript ? false : 'no script(1)',
}, () => {
  // Each of them says for itself that there are none.
  const { NO_COLOR: _, CI: __, ...env } = house.env;
  const printed = (flag: string) =>
    spawnSync('script', ['-qec', `'${process.execPath}' '${PROGRAM}' ls ${flag}`, '/dev/null'], {
      cwd: house.project,
      env: { ...env, TERM: 'xterm-256color' },
      encoding: 'utf8',
    }).stdout;
  assert.match(printed(''), /\x1b\[\d+m/);
  assert.doesNotMatch(printed('--no-color'), /\x1b\[\d+m/);
});
