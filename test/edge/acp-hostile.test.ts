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
});
