/** Agents that break the protocol, flood, lie or die: bounded, shown as text, and never taken for work that is done. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AgentFailure } from '../../client/intake/acp/agent-failure.ts';
import { until } from '../until.ts';
import { AgentInMemory, type Message } from './acp-agent-in-memory.ts';

const codeOf = ({ error }: Message) => (error as { code: number } | undefined)?.code;
const outcomeOf = ({ result }: Message) => (result as { outcome: Message } | undefined)?.outcome;

async function failure(agent: AgentInMemory): Promise<AgentFailure> {
  const error = await agent.ended;
  assert.ok(error instanceof AgentFailure, String(error?.stack));
  return error;
}

describe('an agent that breaks the protocol', { timeout: 20_000 }, () => {
  test('broken lines are shown as text, indented and folded; the work goes on', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.say('{"jsonrpc":', 'Warning: \u001b[31mred', '[]', '7', 'null', '""', 'x'.repeat(100_000), '');
    agent.say({ result: {} }, { id: 99, result: {} }, { id: {}, method: 'session/request_permission' });
    agent.say(
      { method: 'session/update' },
      { method: 'session/update', params: { update: 7 } },
      { method: '__proto__' },
    );
    agent.update({ sessionUpdate: 'tool_call', toolCallId: 7 });
    agent.update({ sessionUpdate: 'plan', entries: 'none' });
    agent.update({ sessionUpdate: 'agent_message_chunk', content: 7 });
    agent.update({ sessionUpdate: 'constructor' });
    await agent.endTurn();
    assert.equal(await agent.ended, null);
    assert.match(agent.text, /^ {2}Warning: /m);
    assert.ok(agent.text.length < 10_000, 'a long line is cut');
    assert.ok(agent.text.split('\n').every((line) => /^( {2}|[A-Z]|$)/.test(line)));
  });

  test('methods that are none of ours, and requests without sense, are refused', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.say({ id: 1, method: 'fs/write_text_file', params: { path: '/etc/passwd' } });
    agent.say({ id: 2, method: 'toString' }, { id: 3, method: 'session/request_permission', params: [] });
    agent.say({
      id: 4,
      method: 'elicitation/create',
      params: { mode: 'form', requestedSchema: { properties: {} } },
    });
    assert.deepEqual(
      await Promise.all([1, 2, 3, 4].map(async (id) => codeOf(await agent.answered(id)))),
      [-32601, -32601, -32602, -32602],
    );
    assert.deepEqual(agent.asked, []);
    assert.equal(agent.refused.length, 1, 'the form was refused without the operator');
    await agent.endTurn();
    assert.equal(await agent.ended, null);
  });

  test('a permission without options that could be answered is refused, and that is noted', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const toolCall = { toolCallId: 'c', rawInput: { command: 'rm x' } };
    agent.say({
      id: 1,
      method: 'session/request_permission',
      params: { toolCall, options: [{ name: 'Yes', kind: 'allow_once' }] },
    });
    assert.equal(codeOf(await agent.answered(1)), -32602);
    assert.deepEqual(
      agent.refused.map(({ subject }) => subject),
      ['tool: rm x'],
    );
    agent.leave();
    assert.equal((await failure(agent)).kind, 'gone');
  });

  test('an id used twice at once: the second one is not answered under it', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.askPermission(1, 'a', 'touch a');
    await until('the first', () => agent.asked.length === 1);
    agent.askPermission(1, 'b', 'rm b');
    assert.equal(codeOf(await agent.answered(null)), -32600);
    agent.asked[0]?.answer({ options: ['once'] });
    assert.deepEqual(outcomeOf(await agent.answered(1)), { outcome: 'selected', optionId: 'y' });
    await until('it to be confirmed', () => agent.asked[0]?.isConfirmed === true);
    assert.equal(agent.asked.length, 1);
    agent.leave();
    await agent.ended;
  });

  test('another command under the id of a call that was asked about is another question', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.askPermission(1, 'c', 'touch a');
    agent.askPermission(2, 'c', 'rm -rf b');
    agent.askPermission(3, 'c', 'touch a');
    await until('all', () => agent.asked.length === 3);
    const [first, second, again] = agent.asked.map(({ key }) => key);
    assert.equal(first, again, 'a repeat is the same item');
    assert.notEqual(first, second);
    agent.asked[0]?.answer({ options: ['once'] });
    assert.equal(outcomeOf(await agent.answered(1))?.optionId, 'y');
    assert.ok(!agent.heard.some(({ id, result }) => id === 2 && result !== undefined));
    agent.leave();
    await agent.ended;
  });

  test('a flood of requests: so many wait, the others are refused and noted, in bounds', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    for (let nth = 0; nth < 3000; nth++) agent.askPermission(nth + 100, `call ${nth}`, `touch ${nth}`);
    await agent.answered(3099);
    assert.equal(agent.asked.length, 50);
    assert.equal(agent.refused.length, 100);
    assert.equal(codeOf(await agent.answered(160)), -32000);
    assert.ok(agent.text.length < 100_000);
    agent.leave();
    assert.equal((await failure(agent)).kind, 'gone');
    assert.ok(agent.asked.every(({ over }) => over.aborted));
    assert.deepEqual(agent.withdrawn, [], 'the questions stay');
  });

  test('a message of more than 32 MiB ends the run, and its memory stays bounded', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.say('x'.repeat(33 * 1024 * 1024));
    const { kind, message } = await failure(agent);
    assert.deepEqual([kind, message], ['gone', 'The agent sent a message of more than 32 MiB.']);
  });

  test('a diff of 10 MB, deep and wide input: what a person gets is small', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const wide = JSON.stringify(Array.from({ length: 100_000 }, (_, nth) => nth));
    const diff = JSON.stringify({
      type: 'diff',
      path: '/f',
      oldText: '',
      newText: 'line\n'.repeat(2_000_000),
    });
    const option = '{"optionId":"y","name":"Yes","kind":"allow_once"}';
    agent.say(
      `{"jsonrpc":"2.0","id":1,"method":"session/request_permission","params":{"toolCall":{"toolCallId":"c","title":"\\u001b[2J<b>","rawInput":{"deep":${deep},"wide":${wide}},"content":[${diff}]},"options":[${option}]}}`,
    );
    await until('the question', () => agent.asked.length === 1);
    assert.ok(JSON.stringify(agent.asked[0]?.questions).length < 300_000);
    agent.leave();
    await agent.ended;
  });

  test('a request that is taken back is withdrawn, and answered as cancelled', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.askPermission('r-1', 'c');
    await until('the question', () => agent.asked.length === 1);
    agent.say({ method: '$/cancel_request', params: { requestId: 'r-1' } });
    assert.equal(codeOf(await agent.answered('r-1')), -32800);
    assert.deepEqual(agent.withdrawn, [agent.asked[0]?.key]);
    assert.deepEqual(agent.refused, []);
    agent.say({ method: '$/cancel_request', params: { requestId: 'never' } }, { method: '$/cancel_request' });
    await agent.endTurn();
    assert.equal(await agent.ended, null);
  });

  test('where the operator cannot be asked, the call is refused and noted', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.askPermission(1, 'c');
    await until('the question', () => agent.asked.length === 1);
    agent.asked[0]?.fail(new Error('too long'));
    assert.deepEqual(outcomeOf(await agent.answered(1)), { outcome: 'selected', optionId: 'n' });
    assert.equal(agent.refused[0]?.key, agent.asked[0]?.key);
    agent.leave();
    await agent.ended;
  });

  test('what is only called like our own tool needs permission', async () => {
    const agent = new AgentInMemory({ like: 'gemini' });
    await agent.called('session/prompt');
    const ask = (id: number, toolCall: object) => {
      const options = [{ optionId: 'y', name: 'Yes', kind: 'allow_once' }];
      agent.say({ id, method: 'session/request_permission', params: { toolCall, options } });
    };
    const title = 'ask_human (signalbox MCP Server)';
    ask(1, { toolCallId: 'run_shell_command__1', title, kind: 'execute' });
    ask(2, { toolCallId: 'mcp_signalbox_ask_human__2', title, kind: 'execute' });
    ask(3, { toolCallId: 'run_shell_command__3', title, kind: 'other' });
    ask(4, { toolCallId: 'c', name: 'mcp__signalbox__ask_human', kind: 'other' });
    ask(5, { toolCallId: 'mcp_signalbox_ask_human__5', title, kind: 'other' });
    assert.equal(outcomeOf(await agent.answered(5))?.optionId, 'y');
    await until('the others', () => agent.asked.length === 4);
    agent.leave();
    await agent.ended;
  });

  test('requests after its end: nobody is asked, nothing is answered, and the end stays as it was', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    await agent.endTurn();
    assert.equal(await agent.ended, null);
    const heard = agent.heard.length;
    for (let nth = 0; nth < 100; nth++) agent.askPermission(nth + 100, `late ${nth}`, 'rm -rf late');
    agent.update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'said too late' } });
    agent.say({ id: 7, method: 'initialize' }, 'broken', {
      method: '$/cancel_request',
      params: { requestId: 100 },
    });
    agent.leave();
    await agent.taken();
    assert.deepEqual([agent.asked.length, agent.refused.length, agent.heard.length], [0, 0, heard]);
    assert.doesNotMatch(agent.text, /too late/);
  });

  test('a turn that ends while it asks: the question stays, for the next run', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.askPermission(1, 'c', 'touch c');
    await until('the question', () => agent.asked.length === 1);
    await agent.endTurn();
    assert.equal(await agent.ended, null);
    await until('nobody to wait', () => agent.asked[0]?.over.aborted === true);
    assert.deepEqual([agent.withdrawn, agent.refused], [[], []]);
    assert.ok(
      !agent.heard.some(({ id, result }) => id === 1 && result !== undefined),
      'it was allowed nothing',
    );
  });

  test('our calls answered twice, by the wrong id, or with anything: the first answer counts', async () => {
    const agent = new AgentInMemory();
    const { id } = await agent.called('session/prompt');
    for (const odd of [-1, 1e9, '0', null, {}, [], 0.5])
      agent.say({ id: odd, result: { stopReason: 'refusal' } });
    agent.say({ id, result: { stopReason: 'end_turn' } }, { id, error: { code: 1, message: 'no' } });
    agent.say({ id, result: { stopReason: 'refusal' } });
    assert.equal(await agent.ended, null);
  });

  test('a hundred thousand options, of a megabyte each name: a few are shown, and cut', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const name = 'n'.repeat(1024 * 1024);
    const options = [
      { optionId: 'big', name, kind: 'allow_once' },
      ...Array.from({ length: 100_000 }, (_, nth) => ({
        optionId: `o${nth}`,
        name: 'One',
        kind: 'allow_once',
      })),
      { optionId: 'n', name: 'No', kind: 'reject_once' },
    ];
    const toolCall = { toolCallId: 'c', title: name, rawInput: { command: name } };
    agent.say({ id: 1, method: 'session/request_permission', params: { toolCall, options } });
    await until('the question', () => agent.asked.length === 1);
    const [question] = agent.asked[0]?.questions ?? [];
    assert.ok((question?.options?.length ?? 0) <= 50);
    assert.ok((question?.options?.[0]?.label.length ?? 0) <= 200);
    assert.ok((question?.prompt.length ?? 0) <= 2000);
    assert.ok(JSON.stringify(agent.asked[0]?.questions).length < 150_000);
    // What allows may have pushed the refusal out of sight: words alone allow nothing all the same.
    agent.asked[0]?.answer({ text: 'no, not that' });
    assert.deepEqual(outcomeOf(await agent.answered(1)), { outcome: 'cancelled' });
    agent.leave();
    await agent.ended;
  });

  test('options of one id, of none, or of no kind: what is chosen is what was shown, and nothing is allowed by mistake', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const options = [
      { optionId: 'same', name: 'Refuse', kind: 'reject_once' },
      { optionId: 'same', name: 'Allow', kind: 'allow_once' },
      { optionId: '', name: 'Empty', kind: 'allow_once' },
      { optionId: 7, name: 'Number', kind: 'allow_once' },
      { name: 'None', kind: 'allow_once' },
      { optionId: 'odd', name: 'Odd', kind: { allow: 1 } },
      null,
      'allow',
    ];
    agent.say({
      id: 1,
      method: 'session/request_permission',
      params: { toolCall: { toolCallId: 'c', rawInput: { command: 'x' } }, options },
    });
    await until('the question or a refusal', () => agent.asked.length === 1 || agent.refused.length === 1);
    const labels = agent.asked[0]?.questions[0]?.options?.map(({ label }) => label);
    assert.deepEqual(labels, ['Odd'], 'an id that means two things is offered as neither');
    agent.leave();
    await agent.ended;
  });

  test('terminal escapes and markup: in a prompt and a label they are one line of plain characters', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const evil = '\u001b[2J\u001b]0;owned\u0007<script>alert(1)</script>\r\nAnswered: Yes\u202e';
    const options = [{ optionId: 'y', name: evil, kind: 'allow_once' }];
    const toolCall = { toolCallId: evil, title: evil, kind: 'edit', locations: [{ path: evil }] };
    agent.say({ id: 1, method: 'session/request_permission', params: { toolCall, options } });
    const schema = {
      properties: { [evil]: { type: 'string', title: evil, oneOf: [{ const: evil, title: evil }] } },
    };
    agent.say({
      id: 2,
      method: 'elicitation/create',
      params: { mode: 'form', message: evil, requestedSchema: schema },
    });
    await until('both', () => agent.asked.length === 2);
    for (const { questions } of agent.asked)
      for (const { options: shown = [] } of questions)
        for (const { label, id } of shown) {
          assert.doesNotMatch(label, /[\p{Cc}\n\r]/u);
          assert.match(id, /^[a-z0-9-]+$/);
        }
    const before = agent.text.length;
    agent.update({
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: `${evil}\nAsked: again` },
    });
    await until('the words', () => agent.text.length > before);
    const own = agent.text.split('\n').filter((line) => /^(Asked|Answered|Tool|Operator):/.test(line));
    assert.ok(
      own.every((line) => !line.includes('again')),
      'the agent writes no line that looks like ours',
    );
    assert.doesNotMatch(own.join('\n'), /[\u0000-\u0008\u000b-\u001f]/);
    agent.leave();
    await agent.ended;
  });

  test('a flood of updates: the work goes on, and what is kept of calls stays small', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const before = process.memoryUsage().heapUsed;
    for (let nth = 0; nth < 20_000; nth++)
      agent.update({
        sessionUpdate: nth % 2 === 0 ? 'tool_call' : 'tool_call_update',
        toolCallId: `call ${nth}`,
        title: 'x'.repeat(2000),
        kind: 'other',
        rawInput: { text: 'y'.repeat(2000) },
      });
    agent.askPermission(1, 'last', 'touch last');
    await until('the question', () => agent.asked.length === 1, 20_000);
    agent.asked[0]?.answer({ options: ['once'] });
    await agent.answered(1);
    await agent.endTurn();
    assert.equal(await agent.ended, null);
    agent.text = '';
    assert.ok(process.memoryUsage().heapUsed - before < 300 * 1024 * 1024);
  });

  test('input that is nested without end, or called like what objects have: no crash, nothing polluted', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const deep = `${'['.repeat(300_000)}1${']'.repeat(300_000)}`;
    const odd = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}';
    const options = '[{"optionId":"y","name":"Yes","kind":"allow_once"}]';
    const asked = (id: number, input: string) =>
      `{"jsonrpc":"2.0","id":${id},"method":"session/request_permission","params":{"toolCall":{"toolCallId":"c${id}","rawInput":${input},"content":${odd},"locations":${odd}},"options":${options}}}`;
    agent.say(asked(1, `{"deep":${deep}}`), asked(2, odd), asked(3, `{"command":${deep}}`));
    await until('all to be asked or refused', () => agent.asked.length + agent.refused.length === 3, 20_000);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    agent.askPermission(9, 'after', 'touch after');
    await until('the next one', () =>
      agent.asked.some(({ questions }) => /touch after/.test(questions[0]?.prompt ?? '')),
    );
    agent.leave();
    await agent.ended;
  });

  test('a form of a thousand fields, or with choices without end: refused, or cut', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    const fields = (count: number, field: object) =>
      Object.fromEntries(Array.from({ length: count }, (_, nth) => [`f${nth}`, field]));
    const form = (id: number, properties: object) =>
      agent.say({
        id,
        method: 'elicitation/create',
        params: { mode: 'form', message: 'Hm?', requestedSchema: { properties } },
      });
    form(1, fields(1000, { type: 'string' }));
    assert.equal(codeOf(await agent.answered(1)), -32602);
    const oneOf = Array.from({ length: 50_000 }, (_, nth) => ({ const: `${nth}`, title: 'x'.repeat(500) }));
    form(2, fields(1, { type: 'string', title: 'T'.repeat(1_000_000), oneOf }));
    await until('the question', () => agent.asked.length === 1);
    assert.ok(JSON.stringify(agent.asked[0]?.questions).length < 100_000);
    assert.ok((agent.asked[0]?.questions[0]?.options?.length ?? 0) <= 50);
    agent.leave();
    await agent.ended;
  });
});
