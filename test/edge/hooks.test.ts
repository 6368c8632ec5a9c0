/** What hooks of agents say, as it is understood; and their settings, written into files that people have written. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { claudeHooks } from '../../client/intake/hooks/claude-hooks.ts';
import { codexHooks } from '../../client/intake/hooks/codex-hooks.ts';
import { geminiHooks } from '../../client/intake/hooks/gemini-hooks.ts';
import type { HookAgentName } from '../../client/intake/hooks/hook-agent.ts';
import { cleared, placed, present } from '../../client/intake/hooks/hook-places.ts';
import { valueAt, withMember, withoutMember } from '../../client/intake/hooks/json-text.ts';
import { opencodeHooks } from '../../client/intake/hooks/opencode-hooks.ts';
import { permissionFor } from '../../client/intake/permission.ts';
import { sessionName } from '../../client/intake/session-name.ts';
import { CHUNK } from '../../shared/words.ts';

const SESSION = { session_id: '1f3c9a2b-0000', cwd: '/project' };
const BASH = { tool_name: 'Bash', tool_input: { command: 'make' } };
const MAKE = { tool: 'Bash', input: { command: 'make' }, folder: '/project' };
const AGENTS = [claudeHooks, codexHooks, geminiHooks, opencodeHooks];

describe('what the hooks of an agent say', () => {
  const said = (agent: (typeof AGENTS)[number], event: string, more: object = {}) =>
    agent.read({ ...SESSION, hook_event_name: event, ...more })?.what ?? null;

  test('Claude Code', () => {
    const of = (event: string, more?: object) => said(claudeHooks, event, more);
    assert.deepEqual(of('PermissionRequest', BASH), { kind: 'permission', call: MAKE });
    for (const event of ['PostToolUse', 'PostToolUseFailure'])
      assert.deepEqual(of(event, BASH), { kind: 'call-made', call: MAKE });
    for (const event of ['UserPromptSubmit', 'Stop']) assert.deepEqual(of(event), { kind: 'spoken-to' });
    assert.deepEqual(of('SessionEnd'), { kind: 'session-ended' });
    assert.deepEqual(of('Notification', { notification_type: 'idle_prompt' }), { kind: 'idle', words: '' });
    assert.equal(of('Notification', { notification_type: 'permission_prompt', message: 'x' }), null);
    assert.deepEqual(of('Notification', { notification_type: 'auth_success', message: 'in' }), {
      kind: 'news',
      words: 'in',
    });
    for (const event of ['PreToolUse', 'SessionStart', 'Unheard', '']) assert.equal(of(event, BASH), null);
  });

  test('Claude Code, idle: what it said last, from the end of its own file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sb-hooks-'));
    try {
      const transcript_path = join(folder, 'session.jsonl');
      const line = (type: string, text: string) =>
        JSON.stringify({ type, message: { content: [{ type: 'text', text }] } });
      const lines = [
        line('assistant', 'first'),
        line('assistant', 'last'),
        line('user', 'no'),
        'broken {',
        '',
      ];
      writeFileSync(transcript_path, `${'x'.repeat(300_000)}\n${lines.join('\n')}`);
      const idle = { notification_type: 'idle_prompt', transcript_path };
      assert.deepEqual(said(claudeHooks, 'Notification', idle), { kind: 'idle', words: 'last' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('two Codex sessions that began in the same minute are two', () => {
    const named = (session_id: string) =>
      codexHooks.read({ session_id, cwd: '/p', hook_event_name: 'UserPromptSubmit' })?.session;
    assert.equal(named('01a21d84-1111-7e63-bb44-ec58e84109db'), 'e84109db');
    assert.equal(named('01a21d84-2222-7e63-bb44-a1b2c3d4e5f6'), 'c3d4e5f6');
  });

  test('Codex and Gemini CLI', () => {
    assert.deepEqual(said(codexHooks, 'PermissionRequest', BASH), { kind: 'permission', call: MAKE });
    assert.deepEqual(said(codexHooks, 'Stop', { last_assistant_message: 'done' }), {
      kind: 'idle',
      words: 'done',
    });
    assert.deepEqual(said(codexHooks, 'UserPromptSubmit'), { kind: 'spoken-to' });
    for (const [details, words] of [
      [undefined, 'Allow?'],
      [{ command: 'make' }, 'Allow?: make'],
      [{ command: 7 }, 'Allow?'],
    ] as const)
      assert.deepEqual(said(geminiHooks, 'Notification', { message: 'Allow?', details }), {
        kind: 'needs-terminal',
        words,
      });
    assert.deepEqual(said(geminiHooks, 'AfterAgent', { prompt_response: 'ok' }), {
      kind: 'idle',
      words: 'ok',
    });
    assert.equal(said(geminiHooks, 'BeforeTool', BASH), null);
  });

  test('opencode, by our plugin', () => {
    const at = { session: 'ses_de3fc44f1ffejJ1uvnzG2vEGXt', folder: '/project' };
    const asked = { event: 'permission', ...at, tool: 'bash', input: { command: 'make' } };
    assert.deepEqual(opencodeHooks.read(asked), {
      session: 'G2vEGXt'.padStart(8, 'z'),
      folder: '/project',
      what: { kind: 'permission', call: { ...MAKE, tool: 'bash' } },
    });
    const questions = [
      { question: 'Which?', multiple: true, options: [{ label: 'A', description: 'a' }, { label: 'B' }] },
    ];
    const what = opencodeHooks.read({ event: 'question', ...at, questions })?.what;
    assert.ok(what?.kind === 'permission');
    const { questions: shown, decide } = permissionFor(what.call);
    assert.deepEqual([shown[0]?.prompt, shown[0]?.multiple], ['Which?', true]);
    const decision = decide([{ item: 'i', options: ['1', '2'], text: '' }]);
    assert.deepEqual(JSON.parse(opencodeHooks.decided(decision, what.call)), { answers: [['A, B']] });
    const denied = opencodeHooks.decided({ behavior: 'deny', message: 'no' }, MAKE);
    assert.deepEqual(JSON.parse(denied), { reply: 'reject', message: 'no' });
  });

  test('a decision in the words of each: of Codex nothing but the decision, or it takes it for none', () => {
    const allowed = { behavior: 'allow', updatedInput: { command: 'make' }, updatedPermissions: [] } as const;
    const decisionOf = (text: string) =>
      (JSON.parse(text) as { hookSpecificOutput: { decision: unknown } }).hookSpecificOutput.decision;
    assert.deepEqual(decisionOf(claudeHooks.decided(allowed, MAKE)), allowed);
    assert.deepEqual(decisionOf(codexHooks.decided(allowed, MAKE)), { behavior: 'allow' });
    const denied = { behavior: 'deny', message: 'no' } as const;
    assert.deepEqual(decisionOf(codexHooks.decided(denied, MAKE)), denied);
    assert.deepEqual(claudeHooks.wake?.('go on'), { stderr: 'The operator says: go on', code: 2 });
  });

  test('anything else is nothing that concerns the operator, and no hook breaks on it', () => {
    const odd = [undefined, null, 7, '', [], {}, 'x'.repeat(10_000)];
    for (const agent of AGENTS)
      for (const value of odd)
        for (const event of ['PermissionRequest', 'PostToolUse', 'Notification', 'permission', 'question']) {
          const all = { hook_event_name: event, event, session_id: value, cwd: value, tool_name: value };
          const read = agent.read({
            ...all,
            tool_input: value,
            message: value,
            questions: value,
            session: value,
          });
          if (read) assert.equal(typeof read.session, 'string');
        }
  });

  test('the name of a unit is one, whatever a session is called', () => {
    assert.equal(sessionName('claude', '1f3c9a2b-0000'), 'claude-1f3c9a2b');
    for (const session of ['', '../../x', '--', 'Ü', ' ', '‮a', 'A'.repeat(100)])
      assert.match(sessionName('claude', session), CHUNK);
  });
});

describe('a JSON file that somebody has written', () => {
  const TEXT = '{\n  // mine\n  "a": [1,   2],\n  "b": {"c": "}"} /* end */\n}\n';

  test('is read with its comments', () => {
    assert.deepEqual(valueAt(TEXT, []), { a: [1, 2], b: { c: '}' } });
    assert.equal(valueAt(TEXT, ['a', 1]), 2);
    assert.equal(valueAt(TEXT, ['x']), undefined);
    assert.deepEqual(valueAt('{"a": "// no", "b": [1,],}', []), { a: '// no', b: [1] });
  });

  test('gets a value behind the others, in its own indent, and without it is as before to the byte', () => {
    for (const text of [
      TEXT,
      '{"a":1}',
      '{\n\t"a": 1\n}',
      '{\r\n    "a": 1\r\n}\r\n',
      '\ufeff{\n  "a": {}\n}',
    ]) {
      const added = withMember(text, [], 'z', { y: [1] });
      assert.deepEqual((valueAt(added, []) as { z: unknown }).z, { y: [1] });
      assert.equal(withoutMember(added, ['z']), text);
    }
    assert.equal(withMember('{"a":1}', [], 'z', [2]), '{"a":1,"z":[2]}');
    assert.equal(withMember('{\n\t"a": 1\n}', [], 'z', [2]), '{\n\t"a": 1,\n\t"z": [\n\t\t2\n\t]\n}');
  });

  test('a value between others goes with its comma, and the last one leaves an empty list', () => {
    assert.equal(withoutMember('[1, 2, 3]', [1]), '[1, 3]');
    assert.equal(withoutMember('[1, 2, 3]', [0]), '[2, 3]');
    assert.equal(withoutMember('[1]', [0]), '[]');
    assert.equal(withoutMember('[1]', [4]), '[1]');
  });

  for (const text of [
    '',
    '{',
    '{"a" 1}',
    '[1 2]',
    '{"a": nothing}',
    '{} {}',
    '['.repeat(1000),
    '{"a": "\n"}',
  ])
    test(`what is no JSON is told with its line: ${text.slice(0, 20)}`, () => {
      assert.throws(() => valueAt(text, []), /It is not JSON: look at line \d/);
    });
});

describe('settings of an agent', () => {
  const COMMAND = "/usr/bin/node '/a b/signalbox.js' hook x --state /s";
  const hooks = { command: COMMAND, wait: null };
  const THEIRS =
    '{\n    "model": "opus",\n    "hooks": {\n        "Stop": [{ "hooks": [{ "type": "command", "command": "say" }] }]\n    },\n    "last": [1,  2]\n}\n';
  const record = (made: readonly string[], isNewFile = false) => ({
    path: '/p',
    command: COMMAND,
    wait: null,
    isNewFile,
    made,
  });

  for (const agent of ['claude', 'codex', 'gemini'] satisfies HookAgentName[]) {
    for (const before of [THEIRS, '{}\n', '{"a":1}', '{"hooks":{"Stop":[],"Notification":[]}}'])
      test(`of ${agent} get ours once, and without them are as before: ${JSON.stringify(before).slice(0, 40)}`, () => {
        const { text, made } = placed(agent, before, hooks, undefined);
        const { found, of } = present(agent, text, hooks);
        assert.ok(found === of && of > 3);
        assert.equal(placed(agent, text, hooks, record(made)).text, text, 'installed twice');
        assert.equal(cleared(agent, text, record(made)), before);
      });

    test(`of ${agent}: a file that was made for ours goes with them`, () => {
      const { text, made } = placed(agent, null, hooks, undefined);
      assert.equal(cleared(agent, text, record(made, true)), null);
    });
  }

  test('what somebody has added since stays, also in the middle of ours', () => {
    const { text, made } = placed('claude', '{}\n', hooks, undefined);
    const more = withMember(text, ['hooks', 'Stop', 0, 'hooks'], null, { type: 'command', command: 'mine' });
    const left = cleared('claude', withMember(more, [], 'model', 'opus'), record(made, true)) ?? '';
    assert.deepEqual(valueAt(left, []), {
      hooks: { Stop: [{ hooks: [{ type: 'command', command: 'mine' }] }] },
      model: 'opus',
    });
  });

  test('another command takes the place of the earlier one', () => {
    const { text, made } = placed('claude', THEIRS, hooks, undefined);
    const other = { command: 'other hook', wait: 60 };
    const again = placed('claude', text, other, record(made));
    assert.ok(!again.text.includes('signalbox.js'));
    assert.equal(present('claude', again.text, other).found, 7);
    assert.equal(cleared('claude', again.text, { ...record(again.made), ...other }), THEIRS);
  });

  test('what cannot be understood is not touched', () => {
    for (const before of ['[]', '{"hooks": 7}', '{"hooks": {"Stop": {}}}', '{"hooks": {'])
      assert.throws(() => placed('claude', before, hooks, undefined), /JSON|object|something else/);
    assert.throws(() => placed('opencode', 'export const x = 1;', hooks, undefined), /Somebody else/);
    assert.throws(() => cleared('opencode', 'export const x = 1;', record([])), /Somebody else/);
  });

  test('of opencode: a file of ours, which is valid and goes whole', () => {
    const { text } = placed('opencode', null, hooks, undefined);
    assert.deepEqual(present('opencode', text, hooks), { found: 1, of: 1 });
    assert.equal(cleared('opencode', text, record([], true)), null);
  });
});
