/** A command that a rule allows is what the rule says and nothing more, whatever a shell would make of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { PolicyRule } from '../../shared/policy-words.ts';
import { Random } from '../fuzz/random.ts';
import { PolicyScene } from './policy-scene.ts';

let scene: PolicyScene;
let rules: readonly PolicyRule[];
before(() => {
  scene = new PolicyScene();
  scene.put('src/a.ts');
  scene.put('out', '/etc');
  scene.put('here', 'src');
  rules = scene.rules(
    { answer: 'allow', command: ['git status', 'npm test', 'ls *', 'cat *'] },
    { answer: 'deny', command: ['rm *', 'git push *'] },
    { answer: 'ask', command: 'npm publish' },
  );
});
after(() => scene.leave());

const FOOLED = [
  'git status; rm -rf ~',
  'git status;touch x',
  'git status && touch x',
  'git status || touch x',
  'git status | sh',
  'git status & touch x',
  'git status &',
  'git status\ntouch x',
  'git status\rtouch x',
  'git status $(touch x)',
  'git status `touch x`',
  'git status > x',
  'git status >> x',
  'git status < x',
  'git status <(touch x)',
  'git status #',
  'git status !!',
  'git status ~',
  'git status *',
  'git status ?',
  'git status [a]',
  'git status {a,b}',
  'git status \\',
  'git status \\\n',
  'git "status"',
  "git 'status'",
  'git st\\atus',
  'git\tstatus',
  'git\u00a0status',
  'gіt status',
  ' git status',
  'git status ',
  '\u0000git status',
  'git status\u0000',
  'A=b git status',
  'PATH=. git status',
  'LD_PRELOAD=./x.so git status',
  'env git status',
  'sudo git status',
  './git status',
  '/tmp/git status',
  '../git status',
  'git status --porcelain',
  'git  status x',
  '(git status)',
  '{ git status; }',
  '$(git status)',
  '! git status',
  'time git status',
  'git status; ',
  'ls; touch x',
  'ls $HOME',
  'ls $' + '{x}',
  'ls ~/x',
  'ls ~root',
  'cat /etc/passwd',
  'cat ../secret',
  'cat src/../../secret',
  'cat out/passwd',
  'cat ./out/passwd',
  'cat here/../../x',
  'cat @/etc/passwd',
  'cat --file=/etc/passwd',
  'cat --file=../x',
  'cat -f/etc/passwd',
  'cat -f../x',
  'cat -C..',
  'cat x:/etc/passwd',
  'cat if=/etc/passwd',
  'cat src/a.ts,/etc/passwd',
  'cat .git/config',
  'cat .GIT/config',
  'cat src/.claude/settings.json',
  'cat %2e%2e/x/../../..',
  '=ls x',
  '%1',
  'ls =cat',
];

describe('a command', () => {
  test('of plain words is allowed by the words of a rule; a * stands for more of them, inside of the folder', () => {
    assert.equal(scene.shell(rules, 'git status'), 'allow r1');
    assert.equal(scene.shell(rules, 'npm test'), 'allow r1');
    assert.equal(scene.shell(rules, 'ls'), 'allow r1');
    for (const command of [
      'ls -la src',
      'cat src/a.ts',
      'cat here/a.ts',
      'cat new/file',
      'cat ./src/../src/a.ts',
    ])
      assert.equal(scene.shell(rules, command), 'allow r1', command);
    assert.equal(scene.shell(rules, `cat ${scene.root}/src/a.ts`), 'allow r1');
    assert.equal(scene.shell(rules, 'git statusx'), 'ask');
    assert.equal(scene.shell(rules, 'git log'), 'ask');
  });

  for (const command of FOOLED)
    test(`is asked about: ${JSON.stringify(command)}`, () => {
      assert.doesNotMatch(scene.shell(rules, command), /^allow/);
    });

  test('is denied wherever it could be meant, and denied wins', () => {
    const all = [...rules, ...scene.rules({ answer: 'allow', command: 'rm *' })];
    for (const command of [
      'rm x',
      'rm',
      '/bin/rm x',
      'git status; rm -rf ~',
      'git status && rm x',
      'x=$(rm y)',
      'echo `rm y`',
      'sudo -u me rm x',
      'env A=b rm x',
      'bash -c "rm x"',
      'A=b rm x',
      'r\\m x',
      '"rm" x',
      'true\nrm x',
      'xargs rm',
      'git push',
      'git push origin main',
    ])
      assert.equal(scene.shell(all, command), 'deny r2', command);
    assert.equal(scene.shell(all, 'ls rm'), 'allow r1');
  });

  test('for which a rule says ask is asked, also where another allows it', () => {
    const all = [...rules, ...scene.rules({ answer: 'allow', command: 'npm *' })];
    assert.equal(scene.shell(all, 'npm publish'), 'ask r3');
    assert.equal(scene.shell(all, 'npm publish --dry-run'), 'ask r3');
  });

  test('with anything beside it that changes what runs is asked about', () => {
    const run = (input: object) =>
      scene.verdict(rules, { tool: 'Bash', input: { command: 'git status', ...input } });
    assert.equal(run({ description: 'looks', timeout: 5 }), 'allow r1');
    for (const beside of [
      { dangerouslyDisableSandbox: true },
      { additionalPermissions: {} },
      { url: 'https://x' },
      { env: { PATH: '.' } },
      { cmd: 'rm' },
      { cwd: '/' },
      { cwd: '..' },
      { cwd: 'out' },
      { cwd: 7 },
      { cwd: scene.root, workdir: '/' },
    ])
      assert.equal(run(beside), 'ask', JSON.stringify(beside));
    assert.equal(run({ cwd: 'src' }), 'allow r1');
  });

  test('as a list is that of its shell, or its words', () => {
    assert.equal(scene.shell(rules, ['bash', '-lc', 'git status']), 'allow r1');
    assert.equal(scene.shell(rules, ['git', 'status']), 'allow r1');
    for (const list of [
      ['bash', '-lc', 'git status; touch x'],
      ['bash', '-lc', 'git status', 'x'],
      ['bash', 'git', 'status'],
      ['git', 'status; touch x'],
      ['git status', ''],
      ['git', 7],
      [],
    ])
      assert.equal(scene.shell(rules, list), 'ask', JSON.stringify(list));
  });

  test('whose program is a file of the folder is not what it seems', () => {
    scene.put('npm');
    assert.equal(scene.shell(rules, 'npm test'), 'ask');
    assert.equal(
      scene.verdict(rules, { tool: 'Bash', input: { command: 'npm test', cwd: 'src' } }),
      'allow r1',
    );
  });

  test('that nobody names is never allowed by what only the title says', () => {
    assert.equal(scene.verdict(rules, { kind: 'execute', tool: 'git status' }), 'ask');
  });
});

/** Pieces by which commands are fooled, between words that are allowed. */
const PIECES = [
  ...[
    'git',
    'status',
    'ls',
    'cat',
    'npm',
    'test',
    'touch',
    'src/a.ts',
    'pwned',
    '-la',
    '--',
    '-',
    '.',
    '..',
    '/',
    '/etc',
  ],
  ...[
    ';',
    '&&',
    '||',
    '|',
    '&',
    '\n',
    '\r',
    '\t',
    ' ',
    ' ',
    ' ',
    ' ',
    '$(',
    ')',
    '`',
    '>',
    '>>',
    '<',
    '<(',
    '<<<',
    '(',
    '{',
    '}',
  ],
  ...[
    '"',
    "'",
    '\\',
    '\\\n',
    '~',
    '*',
    '?',
    '[',
    ']',
    '!',
    '#',
    '$',
    '$' + '{x}',
    '$HOME',
    "$'\\n'",
    '=',
    'A=b',
    '%',
    '^',
    '@',
    ',',
    ':',
  ],
  ...[
    '\u0000',
    '\u00a0',
    '\u2028',
    '\u202e',
    'é',
    '\u001b[0m',
    '\v',
    '\f',
    '\u0085',
    ';touch pwned',
    '$(touch pwned)',
    '&touch pwned',
  ],
];

describe('any string', () => {
  test('that is allowed runs, in a real shell, one program with the words that the rule names, and no other', () => {
    const random = new Random(20261127);
    const bin = join(scene.folder, 'bin');
    mkdirSync(bin);
    // Each stands for a program and says with which words it was called.
    for (const name of ['git', 'ls', 'cat', 'npm', 'touch'])
      writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\n' "${name} $*" >> ${scene.folder}/calls\n`, {
        mode: 0o755,
      });
    const allowed: string[] = [];
    let tried = 0;
    for (; tried < 30_000; tried++) {
      const begin = random.pick(['git status', 'ls', 'cat', 'npm test', '']);
      const count = random.below(6);
      const command = begin + Array.from({ length: count }, () => random.pick([...PIECES, ' '])).join('');
      if (!scene.shell(rules, command).startsWith('allow')) continue;
      assert.match(command, /^(git +status|npm +test|ls|cat)( +[A-Za-z0-9_@%+,./:=-]+)*$/);
      for (const part of command.split(/[ =:,@+%]/).filter((each) => !each.startsWith('-')))
        assert.ok(`${resolve(scene.root, part)}/`.startsWith(`${scene.root}/`), command);
      allowed.push(command);
    }
    assert.ok(allowed.length > 300, `only ${allowed.length} of ${tried} were allowed`);
    const sample = [...new Set(allowed)].slice(0, 60);
    const script = sample.map((each) => `printf '%s\\n' '#' >> ${scene.folder}/calls\n${each}\n`).join('');
    execFileSync('/bin/sh', ['-c', script], { cwd: scene.root, env: { PATH: `${bin}:/usr/bin:/bin` } });
    const calls = execFileSync('/bin/cat', [join(scene.folder, 'calls')], { encoding: 'utf8' })
      .split('#\n')
      .slice(1)
      .map((each) => each.trimEnd());
    assert.deepEqual(
      calls,
      sample.map((each) => each.split(/ +/).join(' ')),
    );
    assert.ok(!existsSync(join(scene.root, 'pwned')));
  });
});
