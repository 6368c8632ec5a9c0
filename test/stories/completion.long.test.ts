import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import { until } from '../until.ts';

const SHELLS = ['bash', 'zsh', 'fish'];
const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

describe('completion', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  const script = async (shell: string) => (await house.signalbox('completion', shell)).stdout;

  /** The environment of a shell in which `signalbox` is on the PATH. */
  const withSignalbox = (): NodeJS.ProcessEnv => {
    const bin = join(house.folder, 'bin');
    mkdirSync(bin, { recursive: true });
    const program = join(bin, 'signalbox');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    chmodSync(program, 0o755);
    return { ...house.env, PATH: `${bin}:${process.env.PATH}` };
  };

  /** What bash would offer for these words, of which the last is being typed. */
  const inBash = async (...words: string[]): Promise<string[]> => {
    const lines = [
      await script('bash'),
      `COMP_WORDS=(signalbox "$@"); COMP_CWORD=$#; _signalbox`,
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ];
    const { status, stdout, stderr } = spawnSync('bash', ['-c', lines.join('\n'), 'bash', ...words], {
      cwd: house.project,
      env: withSignalbox(),
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, '']);
    return stdout.split('\n').filter((line) => line !== '');
  };

  for (const shell of SHELLS)
    test(`the script for ${shell} is valid`, { skip: !isInstalled(shell) }, async () => {
      house = DaemonFixture.make();
      const path = join(house.folder, shell);
      writeFileSync(path, await script(shell));
      const { status, stderr } = spawnSync(shell, ['-n', path], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });

  test('fish completes what is typed', { skip: !isInstalled('fish') }, async () => {
    house = DaemonFixture.make();
    const offered = (typed: string) => {
      const lines = 'signalbox completion fish | source; complete --do-complete $argv[1]';
      const { status, stdout, stderr } = spawnSync('fish', ['--no-config', '-c', lines, typed], {
        cwd: house.project,
        env: { ...withSignalbox(), HOME: house.folder },
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      return stdout.split('\n').filter((line) => line !== '');
    };
    assert.deepEqual(offered('signalbox snoo'), ['snooze']);
    assert.deepEqual(offered('signalbox wait --until '), ['done', 'needs-attention']);
    assert.deepEqual(offered('signalbox completion z'), ['zsh']);
  });

  test('zsh completes what is typed, at a terminal', { skip: !isInstalled('zsh') }, async () => {
    house = DaemonFixture.make();
    const script = `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'autoload -Uz compinit && compinit -u -D && source <(signalbox completion zsh) && print READ""Y'
zpty -r z out '*READY*'
zpty -w -n z $'signalbox snoo\t'
zpty -r z out '*snooze*'
zpty -w -n z $'\x15signalbox wait --until need\t'
zpty -r z out '*needs-attention*'
print -r -- "completed"
zpty -d z`;
    const { status, stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], {
      cwd: house.project,
      env: { ...withSignalbox(), HOME: house.folder, TERM: 'dumb' },
      encoding: 'utf8',
      timeout: 30_000,
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^completed$/m);
  });

  test('bash completes what is typed, at a terminal', { skip: !isInstalled('script') }, async () => {
    house = DaemonFixture.make();
    const typed = 'source <(signalbox completion bash)\nsignalbox compl\tba\t | head -1\nexit\n';
    const { stdout } = spawnSync('script', ['-qec', 'bash --norc -i', '/dev/null'], {
      cwd: house.project,
      env: { ...withSignalbox(), HOME: house.folder, TERM: 'dumb', PS1: '> ' },
      encoding: 'utf8',
      input: typed,
      timeout: 30_000,
    });
    // Both words were completed, or it would be no command.
    assert.match(stdout, /^# bash: add this line/m);
  });

  test('another shell is wrong usage, and says which there are', async () => {
    house = DaemonFixture.make();
    const { code, stderr } = await house.signalbox('completion', 'csh');
    assert.deepEqual([code, /bash, zsh, fish/.test(stderr)], [64, true]);
  });

  test('names of commands, flags that can still be given, and values, without any daemon', async () => {
    house = DaemonFixture.make();
    assert.deepEqual(await inBash('sn'), ['snooze']);
    const all = await inBash('');
    assert.ok(['attention', 'completion', 'help', 'rm'].every((name) => all.includes(name)));
    assert.ok(!all.includes('complete'), 'the hidden command is offered');
    assert.deepEqual(await inBash('config', ''), ['show', 'update', 'help']);
    assert.deepEqual(await inBash('wait', '--'), [
      '--until',
      '--timeout',
      '--json',
      '--help',
      '--project',
      '--no-color',
      '--quiet',
    ]);
    assert.deepEqual(await inBash('wait', '--json', '--j'), []);
    assert.deepEqual(await inBash('add', '--path', 'a', '--pa'), ['--path']);
    assert.deepEqual(await inBash('wait', '--until', ''), ['done', 'needs-attention']);
    assert.deepEqual(await inBash('wait', '--until', '=', 'n'), ['needs-attention']);
    assert.deepEqual(await inBash('wait', '--until', '='), ['done', 'needs-attention']);
    assert.deepEqual(await inBash('completion', 'f'), ['fish']);
    assert.deepEqual(await inBash('wait', ''), []);
    assert.deepEqual(await inBash('nonsense', ''), []);
    const whole = await house.signalbox('complete', '--', 'wait', '--until=d');
    assert.equal(whole.stdout, '--until=done\n');
    assert.equal((await house.signalbox('complete', '--', 'add', '--plan', '')).stdout, ':files\n');
    assert.equal((await house.signalbox('complete')).code, 0);
  });

  test('names of units, as far as the command makes sense for them', async () => {
    house = await DaemonFixture.open();
    await house.add('asks', 'signalbox ask "Which?"');
    await house.add('runs', 'sleep 600');
    await house.add('held', 'true', '--after', 'runs');
    await house.signalbox('hold', 'held');
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    await house.untilStatus('runs', 'RUNNING');
    // A daemon that has much else to do may be too late for one try.
    const offers = (expected: string[], ...words: string[]) =>
      until(`${words.join(' ')} to be completed with ${expected.join(', ')}`, async () =>
        isDeepStrictEqual((await inBash(...words)).sort(), expected),
      );
    await offers(['asks'], 'answer', '');
    await offers(['held'], 'release', '');
    await offers(['runs'], 'kill', '');
    await offers(['asks', 'held', 'runs'], 'retry', '');
    await offers(['runs'], 'show', '--json', 'r');
    await offers(['asks', 'runs'], 'link', 'held', '');
    await offers(['asks', 'held'], 'resolve', 'runs', '');
    await offers(['held'], 'add', 'fresh', '--after', 'h');
    await offers([], 'add', '');
    await offers(['asks'], '--project', house.project, 'answer', '');
    await offers([], '--project', house.folder, 'answer', '');
    await offers([], '--project', '/no/such/folder', 'answer', '');
  });

  test('a daemon that does not answer is not waited for', { timeout: 60_000 }, async () => {
    house = await DaemonFixture.open();
    const { pid } = house.holder()!;
    process.kill(pid, 'SIGSTOP');
    // Stopped, it would never answer: that the command ends at all is what is tried.
    const { code, stdout, stderr } = await house.signalbox('complete', '--', 'show', '');
    process.kill(pid, 'SIGCONT');
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
  });
});
