/** Forms of agents that speak the Agent Client Protocol, what is kept of a session, and how an agent is configured. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { formOf } from '../../client/intake/acp/form.ts';
import { messagesTo, wordsToGoOn } from '../../client/intake/acp/operator-words.ts';
import { RawLog } from '../../client/intake/acp/raw-log.ts';
import { ToolCalls } from '../../client/intake/acp/tool-calls.ts';
import { Transcript } from '../../client/intake/acp/transcript.ts';
import type { Reply } from '../../client/intake/ask.ts';
import { readDefinitions } from '../../server/agents/definitions.ts';
import { ask as askInput } from '../../server/api/ask-input.ts';
import { ACP_AGENTS } from '../../shared/acp-agents.ts';

const PLACE = { titleIsCommand: false };
const reply = (options: readonly string[], text = ''): Reply => ({ item: 'i', options, text });
const inputs = askInput.shape.questions;

describe('a form', () => {
  const form = (properties: object, message = 'Please answer.') =>
    formOf({ mode: 'form', message, requestedSchema: { type: 'object', properties } });
  const labels = [
    { const: 'Red', title: 'Red', description: 'as before' },
    { const: 'Blue', title: 'Blue' },
  ];

  test('of Claude: the question in the message, a header, words beside', () => {
    const asked = form(
      {
        question_0: { type: 'string', title: 'Color', oneOf: labels },
        question_0_custom: { type: 'string' },
      },
      'Which color?',
    );
    const [question] = asked.questions;
    assert.ok(inputs.safeParse(asked.questions).success);
    assert.deepEqual(
      [
        question?.prompt,
        question?.context,
        question?.allows_text,
        question?.options?.map(({ id, label }) => [id, label]),
      ],
      [
        'Which color?',
        [{ label: 'About', text: 'Color' }],
        true,
        [
          ['1', 'Red'],
          ['2', 'Blue'],
        ],
      ],
    );
    assert.deepEqual(asked.answer([reply(['2'], 'dark')]), {
      action: 'accept',
      content: { question_0: 'Blue', question_0_custom: 'dark' },
    });
    assert.deepEqual(asked.answer([reply([], 'green')]), {
      action: 'accept',
      content: { question_0_custom: 'green' },
    });
  });

  test('several choices, yes and no, numbers, and words', () => {
    const asked = form({
      pages: { type: 'array', description: 'Which pages?', items: { anyOf: labels } },
      sure: { type: 'boolean', description: 'Sure?' },
      port: { type: 'integer', description: 'Which port?' },
      why: { type: 'string' },
      size: { type: 'string', enum: ['s', 'l'], enumNames: ['Small', 'Large'] },
    });
    assert.deepEqual(
      asked.questions.map(({ prompt, multiple, allows_text }) => [prompt, multiple, allows_text]),
      [
        ['Which pages?', true, false],
        ['Sure?', false, false],
        ['Which port?', false, true],
        ['why', false, true],
        ['size', false, false],
      ],
    );
    assert.equal(asked.questions[4]?.options?.[1]?.label, 'Large');
    const answers = [reply(['1', '2']), reply(['2']), reply([], '8080'), reply([], 'so'), reply(['2'])];
    assert.deepEqual(asked.answer(answers), {
      action: 'accept',
      content: { pages: ['Red', 'Blue'], sure: false, port: 8080, why: 'so', size: 'l' },
    });
  });

  test('nothing answered, or withdrawn, is declined: an empty acceptance would count as an answer', () => {
    const asked = form({ a: { type: 'string' } });
    assert.deepEqual(asked.answer([reply([])]), { action: 'decline' });
    assert.deepEqual(asked.answer(null), { action: 'decline' });
  });

  test('an address to open, and forms that cannot be asked', () => {
    const link = formOf({ mode: 'url', message: 'Log in', url: 'https://example.invalid/' });
    assert.deepEqual(link.answer([reply(['done'])]), { action: 'accept' });
    assert.deepEqual(link.answer([reply(['no'])]), { action: 'decline' });
    for (const wrong of [
      { mode: 'url', url: 'javascript:alert(1)' },
      {},
      { requestedSchema: { properties: 7 } },
      {
        requestedSchema: {
          properties: Object.fromEntries(Array.from({ length: 21 }, (_, nth) => [`q${nth}`, {}])),
        },
      },
    ])
      assert.throws(() => formOf(wrong));
  });
});

describe('what is kept of a session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-acp-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('the transcript: who said what, which tool, and its output, folded', () => {
    let text = '';
    const transcript = new Transcript((part) => {
      text += part;
    }, PLACE);
    const calls = new ToolCalls();
    const update = (sessionUpdate: string, more: object) => {
      const said = { sessionUpdate, ...more };
      transcript.update(said, calls.take(said));
    };
    update('agent_message_chunk', { content: { type: 'text', text: 'I will\nTool: fake' } });
    update('agent_message_chunk', { content: { type: 'text', text: ' look' } });
    update('agent_thought_chunk', { content: { type: 'text', text: 'hm' } });
    update('tool_call', { toolCallId: '1', name: 'Bash', rawInput: {} });
    update('tool_call_update', { toolCallId: '1', rawInput: { command: 'ls' } });
    const lines = Array.from({ length: 30 }, (_, nth) => `file ${nth}`).join('\n');
    update('tool_call_update', { toolCallId: '1', status: 'completed', rawOutput: lines });
    update('tool_call_update', { toolCallId: '1', status: 'completed' });
    update('plan', { entries: [{ content: 'one', status: 'completed' }, { content: 'two\nlines' }] });
    update('usage_update', { used: 1 });
    const start =
      'Agent:\n  I will\n  Tool: fake look\nAgent, thinking:\n  hm\nTool: Bash: ls\nResult:\n  file 0\n';
    assert.ok(text.startsWith(start), text);
    assert.ok(text.endsWith('  file 19\n  … 10 more lines\nTasks:\n  [x] one\n  [ ] two lines\n'), text);
  });

  test('the messages as they were, without the token, up to a limit', () => {
    const path = join(folder, 'raw');
    const log = new RawLog(path, 'token', 400);
    log.add('us', '{"a":"token"}', true);
    log.add('agent', 'no {json', false);
    for (let nth = 0; nth < 10; nth++) log.add('agent', '{"n":1}', true);
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(lines[0]?.message, { a: '[secret]' });
    assert.equal(lines[1]?.message, 'no {json');
    assert.match(String(lines.at(-1)?.left_out), /more than 400 bytes/);
    assert.ok(lines.length < 10);
  });

  test('words of the operator: each message once, and only those to this run', () => {
    const path = join(folder, 'answers.json');
    const news = messagesTo(path, 2);
    assert.deepEqual(news(), []);
    const message = (run: number, text: string) => ({ kind: 'message', run, text, new: true, phase: 'DO' });
    const write = (...said: object[]) => writeFileSync(path, JSON.stringify(said));
    write(message(1, 'old'), message(2, 'a'));
    assert.deepEqual(news(), ['a']);
    write(message(1, 'old'), message(2, 'a'), message(2, 'b'));
    assert.deepEqual([news(), news()], [['b'], []]);
    writeFileSync(path, '[');
    assert.deepEqual(news(), []);
    const answer = { kind: 'decision', phase: 'DO', prompt: 'Allow?', said: 'Yes', text: '', new: true };
    write(answer, { ...answer, phase: 'PLAN' }, { ...answer, new: false, said: 'used' });
    assert.equal(
      wordsToGoOn(path, 'DO'),
      'You asked: Allow?\nThe operator answered: Yes\n\nGo on with DO, from where you were.',
    );
    assert.equal(wordsToGoOn(path, 'REVIEW'), null);
  });
});

describe('an entry with the driver "acp"', () => {
  const read = (agents: object) => readDefinitions('signalbox.json', JSON.stringify({ agents })).agents;

  test('of a known agent is no more than that', () => {
    for (const [name, { command, env }] of Object.entries(ACP_AGENTS)) {
      const [agent] = read({ [name]: { driver: 'acp' } });
      assert.deepEqual(agent?.command, [
        'signalbox',
        'acp',
        '--like',
        name,
        '--prompt',
        '{prompt}',
        '--',
        ...command,
      ]);
      assert.deepEqual([agent?.env, agent?.interrupt], [env, null]);
      assert.ok(agent?.resume?.join(' ').includes('--session {session} -- '));
    }
  });

  test('is known by its program, too; mode, model and variables are its own', () => {
    const [fast] = read({
      fast: {
        driver: 'acp',
        command: ['/opt/codex-acp', '-v'],
        mode: 'read-only',
        model: 'small[low]',
        env: ['MINE'],
      },
    });
    const flags = '--like codex --mode read-only --model small[low]';
    assert.equal(fast?.command.join(' '), `signalbox acp ${flags} --prompt {prompt} -- /opt/codex-acp -v`);
    assert.ok(fast?.env.includes('MINE') && fast.env.includes('CODEX_HOME'));
    assert.equal(
      read({ mine: { driver: 'acp', command: ['mine'] } })[0]?.command.join(' '),
      'signalbox acp --prompt {prompt} -- mine',
    );
  });

  test('says what is wrong in it', () => {
    for (const [entry, said] of [
      [{ driver: 'tcp' }, /agents\.mine\.driver: One of acp/],
      [{ driver: 'acp' }, /agents\.mine\.command: Name the program\. Without one are known: claude/],
      [{ driver: 'acp', command: [] }, /agents\.mine\.command: Name a program/],
      [{ driver: 'acp', command: ['a', '{prompt}'] }, /told by the protocol/],
      [{ driver: 'acp', command: ['a'], mode: '--model' }, /agents\.mine\.mode/],
      [{ driver: 'acp', command: ['a'], resume: ['b'] }, /resume/],
      [{ driver: 'acp', command: ['a'], phases: ['DO'], prompts: { PLAN: 'p' } }, /Only phases of the agent/],
    ] as const)
      assert.throws(() => read({ mine: entry }), said);
  });
});
