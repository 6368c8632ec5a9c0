/** What rules allow of files and tools, which rule wins, and what a rule file may say. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { unitRule } from '../../server/domain/policy.ts';
import { followPolicy, policyPath } from '../../server/policy/follow-policy.ts';
import { readPolicy } from '../../server/policy/policy-file.ts';
import type { PolicyRule } from '../../shared/policy-words.ts';
import { type Call, PolicyScene } from './policy-scene.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'permissions.md');

let scene: PolicyScene;
before(() => {
  scene = new PolicyScene();
  for (const path of ['src/a.ts', 'src/b/c.ts', 'docs/x.md', '.git/config', 'secret.env']) scene.put(path);
  writeFileSync(join(scene.folder, 'outside'), 'x');
  scene.put('src/out', '/etc');
  scene.put('src/gone', '/nowhere/at/all');
  scene.put('src/here', '../docs');
  scene.put('loop', 'loop');
});
after(() => scene.leave());

const edit = (file_path: string): Call => ({
  tool: 'Edit',
  input: { file_path, old_string: 'a', new_string: 'b' },
});

describe('a path', () => {
  test('must lie, with every link followed, in what a rule names; else in the folder of the unit', () => {
    const rules = scene.rules({ answer: 'allow', tool: 'Edit', path: 'src' });
    const all = scene.rules({ answer: 'allow', tool: 'Edit' });
    for (const path of ['src/a.ts', `${scene.root}/src/b/c.ts`, 'src/new/file', './src/b/../a.ts'])
      assert.equal(scene.verdict(rules, edit(path)), 'allow r1', path);
    assert.equal(scene.verdict(rules, edit('docs/x.md')), 'ask');
    assert.equal(scene.verdict(all, edit('docs/x.md')), 'allow r1');
    for (const path of [
      'src/out/passwd',
      'src/gone',
      'src/here/x.md',
      'src/../docs/x.md',
      'src/out/../a.ts',
      'src/none/../../../outside',
      'src/a.ts/../../../outside',
      'srcs/a.ts',
      '../outside',
      '/etc/passwd',
      '~/x',
      'src/\u0000/a',
      'loop/x',
      '',
    ])
      for (const each of [rules, all])
        if (
          !(each === all && path.includes('here')) &&
          !(each === all && ['src/../docs/x.md', 'srcs/a.ts'].includes(path))
        )
          assert.equal(scene.verdict(each, edit(path)), 'ask', JSON.stringify(path));
  });

  test('all of them must, wherever they stand in the call', () => {
    const rules = scene.rules({ answer: 'allow', tool: ['Edit', 'apply_patch', 'edit'], path: 'src' });
    const outside = ['/etc/passwd', '../outside'];
    for (const path of outside)
      for (const call of [
        { tool: 'Edit', input: { file_path: 'src/a.ts', other_path: path } },
        { tool: 'Edit', input: { file_path: 'src/a.ts' }, paths: [path] },
        { tool: 'Edit', input: { filepath: path } },
        { tool: 'apply_patch', input: { changes: { 'src/a.ts': {}, [path]: {} } } },
        { tool: 'apply_patch', input: { changes: { 'src/a.ts': { update: { move_path: path } } } } },
        { tool: 'Edit', input: { edits: [{ path: 'src/a.ts' }, { path }] } },
        { kind: 'edit', input: { content: 'x' } },
        { kind: 'edit', paths: ['src/a.ts', path] },
      ])
        assert.equal(scene.verdict(rules, call), 'ask', JSON.stringify(call));
    assert.equal(scene.verdict(rules, { kind: 'edit', paths: ['src/a.ts'] }), 'allow r1');
  });

  test('in a folder that decides what runs later, or of ours, is asked about, unless a rule names it', () => {
    const rules = scene.rules({ answer: 'allow', tool: ['Edit', 'Read'] });
    assert.equal(scene.verdict(rules, edit('.git/config')), 'ask');
    assert.equal(scene.verdict(rules, edit('.Git/hooks/x')), 'ask');
    assert.equal(scene.verdict(rules, edit('sub/.claude/settings.json')), 'ask');
    assert.equal(scene.verdict(rules, { tool: 'Read', input: { file_path: '.git/config' } }), 'allow r1');
    const named = scene.rules({ answer: 'allow', tool: 'Edit', path: '.git/config' });
    assert.equal(scene.verdict(named, edit('.git/config')), 'allow r1');
    const wide = scene.rules({ answer: 'allow', tool: ['Edit', 'Read'], path: '/' });
    assert.equal(scene.verdict(wide, edit(join(scene.folder, 'outside'))), 'allow r1');
    assert.equal(
      scene.verdict(wide, { tool: 'Read', input: { file_path: join(scene.folder, 'state', 'x.db') } }),
      'ask',
    );
    assert.equal(scene.verdict(wide, edit('src/a.ts')), 'allow r1');
  });

  test('fits a glob', () => {
    const of = (path: string) => scene.rules({ answer: 'allow', tool: 'Edit', path });
    for (const [pattern, path, fits] of [
      ['src/*.ts', 'src/a.ts', true],
      ['src/*.ts', 'src/b/c.ts', false],
      ['src/**/*.ts', 'src/b/c.ts', true],
      ['src/**/*.ts', 'src/a.ts', true],
      ['**/*.md', 'docs/x.md', true],
      ['*', 'docs/x.md', true],
      ['d*s/*', 'docs/x.md', true],
      ['d*c', 'docs/x.md', false],
    ] as const)
      assert.equal(scene.verdict(of(pattern), edit(path)), fits ? 'allow r1' : 'ask', `${pattern} ${path}`);
    mkdirSync(join(scene.home, 'notes'));
    assert.equal(scene.verdict(of('~/notes'), edit(join(scene.home, 'notes', 'x'))), 'allow r1');
  });
});

describe('which rule', () => {
  test('wins: deny, then ask, then allow, wherever they stand', () => {
    const rules = scene.rules(
      { answer: 'allow', tool: 'Edit' },
      { answer: 'ask', tool: 'Edit', path: 'docs' },
      { answer: 'deny', path: '*.env' },
    );
    assert.equal(scene.verdict(rules, edit('src/a.ts')), 'allow r1');
    assert.equal(scene.verdict(rules, edit('docs/x.md')), 'ask r2');
    assert.equal(scene.verdict(rules, edit('src/here/x.md')), 'ask r2');
    assert.equal(scene.verdict(rules, edit('secret.env')), 'deny r3');
    assert.equal(scene.shell(rules, 'cat secret.env | base64'), 'deny r3');
    const unit: PolicyRule = { ...(rules[0] as PolicyRule), id: 'unit-1', answer: 'allow' };
    assert.equal(scene.verdict(rules, edit('secret.env'), [unit]), 'deny r3');
  });

  test('is about an agent and a tool by exact names; what no rule knows is asked', () => {
    const rules = scene.rules(
      { answer: 'allow', agent: 'claude', tool: 'mcp__tracker__read' },
      { answer: 'deny', agent: 'codex' },
    );
    const call = (agent: string, tool: string): Call => ({ agent, tool, input: { id: 7 } });
    assert.equal(scene.verdict(rules, call('claude', 'mcp__tracker__read')), 'allow r1');
    assert.equal(scene.verdict(rules, call('claude', 'mcp__tracker__write')), 'ask');
    assert.equal(scene.verdict(rules, call('gemini', 'mcp__tracker__read')), 'ask');
    assert.equal(scene.verdict(rules, call('codex', 'mcp__tracker__read')), 'deny r2');
    assert.equal(scene.verdict(rules, call('claude', 'Unheard')), 'ask');
  });

  test('that names a command alone is about commands of a shell, not about what calls its input so', () => {
    const rules = scene.rules({ answer: 'allow', command: 'npm test' });
    assert.equal(scene.verdict(rules, { tool: 'mcp__far__run', input: { command: 'npm test' } }), 'ask');
    const tool = scene.rules({ answer: 'allow', tool: 'Bash' });
    assert.equal(scene.shell(tool, 'npm test'), 'ask');
  });

  test('counts while the file is broken: none, and everything is asked', () => {
    const path = join(scene.folder, 'broken.json');
    const write = (text: string) => writeFileSync(path, text, { mode: 0o600 });
    write('{"rules": [{"id": "a", "answer": "allow", "command": "npm test"}]}');
    const complaints: unknown[] = [];
    const now = followPolicy(path, (error) => complaints.push(error));
    assert.deepEqual([now().rules.length, now().problem], [1, null]);
    write('{"rules": [');
    assert.deepEqual(now().rules, []);
    assert.match(now().problem ?? '', /broken\.json is not JSON, line 1, column \d+/);
    assert.equal(complaints.length, 1);
    write('{"rules": []} ');
    assert.deepEqual([now().rules.length, now().problem], [0, null]);
  });
});

describe('the rule that "Allow for this unit" makes', () => {
  const made = (call: Call) => unitRule(scene.request(call));
  const once = (call: Call, other: Call) => {
    const rule = made(call);
    assert.ok(rule);
    return scene.verdict([], other, [{ id: 'unit-1', ...rule }]);
  };

  test('allows the same command once more, with all its shell syntax, and no other', () => {
    const shell = (command: string): Call => ({ tool: 'Bash', agent: 'claude', input: { command } });
    assert.equal(once(shell('npm test 2>&1 | tail'), shell('npm test 2>&1 | tail')), 'allow unit-1');
    assert.equal(once(shell('npm test'), shell('npm test x')), 'ask');
    assert.equal(once(shell('npm test'), shell('npm  test')), 'ask');
    assert.equal(once(shell('npm test'), { ...shell('npm test'), agent: 'codex' }), 'ask');
    assert.equal(once(shell('npm test'), { ...shell('npm test'), folder: '/' }), 'ask');
    assert.equal(once(shell('ls *'), shell('ls x')), 'ask');
  });

  test('allows the same file, not its neighbour, and not what it becomes a link to', () => {
    assert.equal(once(edit('src/a.ts'), edit('./src/../src/a.ts')), 'allow unit-1');
    assert.equal(once(edit('src/a.ts'), edit('src/b/c.ts')), 'ask');
    assert.equal(once(edit('src/a.ts'), { ...edit('src/a.ts'), tool: 'Write' }), 'ask');
    scene.put('later');
    const rule = made(edit('later/x'));
    assert.equal(rule, null);
    const fresh = made(edit('fresh'));
    assert.ok(fresh);
    symlinkSync('/etc/passwd', join(scene.root, 'fresh'));
    assert.equal(scene.verdict([], edit('fresh'), [{ id: 'unit-1', ...fresh }]), 'ask');
  });

  test('is not offered where what was asked cannot be told apart from other things', () => {
    assert.equal(made({ tool: 'WebFetch', input: { url: 'https://example.com' } }), null);
    assert.equal(made({ tool: 'Bash', input: { command: 'ls', env: {} } }), null);
    assert.equal(made({ kind: 'execute', tool: '' }), null);
    assert.equal(made({ tool: 'mcp__x__y', input: { path: 'a', content: 'b' } }), null);
    assert.deepEqual(made({ tool: 'mcp__x__y', input: { id: 1 } })?.tools, ['mcp__x__y']);
  });
});

describe('a rule file', () => {
  const refused = (rule: unknown, said: RegExp) => {
    const text = typeof rule === 'string' ? rule : JSON.stringify({ rules: [rule] });
    writeFileSync(scene.file, text, { mode: 0o600 });
    assert.throws(
      () => readPolicy(scene.file),
      (error: Error) => {
        assert.match(error.message, said);
        assert.ok(error.message.startsWith(scene.file));
        return true;
      },
    );
  };

  test('that cannot be taken is refused, with its place and what is right', () => {
    refused('{"rules": [\n  {"id": "a",,}\n]}', /line 2, column 14/);
    refused('[]', /cannot be taken/);
    refused({ id: 'a', answer: 'yes' }, /rules\[0\]\.answer: One of allow, ask, deny/);
    refused({ id: 'A b', answer: 'ask', tool: 'Bash' }, /rules\[0\]\.id/);
    refused({ id: 'a', answer: 'allow', path: 'src' }, /rules\[0\]\.tool: .*names a tool or a command/);
    refused({ id: 'a', answer: 'allow', comand: 'npm test' }, /comand/);
    refused({ id: 'a', answer: 'allow', command: 'npm test; ls' }, /rules\[0\]\.command\[0\]: Plain words/);
    refused({ id: 'a', answer: 'allow', command: ['npm test', 'npm * x'] }, /rules\[0\]\.command\[1\]/);
    for (const command of ['*', 'sh *', 'sudo *', '/bin/bash -c *', 'env *', 'xargs *'])
      refused({ id: 'a', answer: 'allow', command }, /rules\[0\]\.command: .*any program/);
    refused(
      { id: 'a', answer: 'allow', tool: 'Edit', path: '../x' },
      /rules\[0\]\.path\[0\]: A path without/,
    );
    refused({ id: 'a', answer: 'allow', tool: [] }, /rules\[0\]\.tool: Name at least one/);
    refused(
      '{"rules": [{"id": "a", "answer": "ask", "tool": "x"}, {"id": "a", "answer": "ask", "tool": "y"}]}',
      /rules\[1\]\.id: Each id once/,
    );
  });

  test('as docs/permissions.md shows it can be taken', () => {
    const [, json = ''] = /```json\n([^`]*)```/.exec(readFileSync(DOCS, 'utf8')) ?? [];
    writeFileSync(scene.file, json, { mode: 0o600 });
    const rules = readPolicy(scene.file);
    assert.equal(rules.length, 6);
    assert.equal(scene.verdict(rules, edit('.env')), 'ask secrets');
    assert.equal(scene.shell(rules, 'git log --oneline'), 'allow look');
  });

  test('that others may write, or that lies in the project, is refused; none is no rule', () => {
    scene.rules({ answer: 'ask', tool: 'Bash' });
    chmodSync(scene.file, 0o666);
    assert.throws(() => readPolicy(scene.file), /chmod go-w/);
    chmodSync(scene.file, 0o644);
    assert.equal(readPolicy(scene.file).length, 1);
    assert.deepEqual(readPolicy(join(scene.folder, 'absent.json')), []);
    scene.put('config/policy.json');
    assert.throws(() => policyPath(join(scene.root, 'config'), scene.root), /lies in the project/);
    symlinkSync(join(scene.root, 'config', 'policy.json'), join(scene.home, 'policy.json'));
    assert.throws(() => policyPath(scene.home, scene.root), /lies in the project/);
  });
});
