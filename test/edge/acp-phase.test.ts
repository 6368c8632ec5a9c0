/** How a phase that an agent carries out by the Agent Client Protocol begins, and when it is over. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AgentFailure } from '../../client/intake/acp/agent-failure.ts';
import { until } from '../until.ts';
import { AgentInMemory } from './acp-agent-in-memory.ts';

async function failure(agent: AgentInMemory): Promise<AgentFailure> {
  const error = await agent.ended;
  assert.ok(error instanceof AgentFailure, String(error?.stack));
  return error;
}

describe('an agent that does not begin', { timeout: 20_000 }, () => {
  const begun = async (
    answers: AgentInMemory['answers'],
    given: ConstructorParameters<typeof AgentInMemory>[0] = {},
  ) => {
    const agent = new AgentInMemory(given);
    Object.assign(agent.answers, answers);
    return failure(agent);
  };
  const modes = (currentModeId: string, ...ids: string[]) => ({
    'session/new': () => ({
      result: { sessionId: 's', modes: { currentModeId, availableModes: ids.map((id) => ({ id })) } },
    }),
  });

  test('speaks another version, has no session, wants a login, answers with an error', async () => {
    const version = await begun({ initialize: () => ({ result: { protocolVersion: 2 } }) });
    assert.match(version.message, /version 2 of the protocol/);
    const none = await begun({ 'session/new': () => ({ result: { sessionId: '' } }) });
    assert.match(none.message, /no id/);
    const login = await begun({
      initialize: () => ({ result: { protocolVersion: 1, authMethods: [{ name: 'Run `x login`' }, 7] } }),
      'session/new': () => ({ error: { code: -32000, message: 'Authentication required' } }),
    });
    assert.deepEqual([login.kind, /Log in first: Run `x login`/.test(login.message)], ['login', true]);
    const odd = await begun({ 'session/new': () => ({ error: 'no' }) });
    assert.equal(odd.kind, 'protocol');
  });

  test('has no mode in which somebody is asked, or not the one that was wanted', async () => {
    const free = await begun(modes('yolo', 'yolo', 'auto'));
    assert.deepEqual([free.kind, /nobody is asked/.test(free.message)], ['configuration', true]);
    const missing = await begun(modes('default', 'default', 'plan'), { mode: 'manual' });
    assert.match(missing.message, /There is no mode manual\. It has the modes default, plan/);
    const refusing = await begun({
      ...modes('a', 'a'),
      'session/set_mode': () => ({ error: { code: 1, message: 'no' } }),
    });
    assert.match(refusing.message, /It answered with an error: no/);
  });

  test('sets the mode that asks, also where nobody knows the agent', async () => {
    for (const [current, ids, wanted] of [
      ['auto', ['auto', 'default'], 'default'],
      ['yolo', ['yolo', 'ask', 'plan'], 'ask'],
      ['careful', ['yolo', 'careful'], 'careful'],
    ] as const) {
      const agent = new AgentInMemory();
      Object.assign(agent.answers, modes(current, ...ids));
      assert.equal((await agent.called('session/set_mode')).params.modeId, wanted);
      await agent.endTurn();
      assert.equal(await agent.ended, null);
    }
  });
});

describe('the end of a phase', { timeout: 20_000 }, () => {
  test('an agent that repeats itself is told each refusal once, and what it says in between does not hide a cancelled turn', async () => {
    const agent = new AgentInMemory({ like: 'opencode' });
    agent.askPermission(1, 'c');
    await until('the question', () => agent.asked.length === 1);
    agent.asked[0]?.answer({ options: ['no'] });
    await agent.answered(1);
    agent.update({ sessionUpdate: 'tool_call', toolCallId: 'd' });
    await agent.endTurn('cancelled');
    const { params } = await agent.called('session/prompt', 1);
    assert.match(JSON.stringify(params), /The operator refused: tool: touch x/);
    await agent.endTurn('end_turn', 1);
    assert.equal(await agent.ended, null);
    assert.equal(agent.heard.filter(({ method }) => method === 'session/prompt').length, 2);
  });

  test('a turn that the model refused, or that came to a limit, is not done', async () => {
    for (const reason of ['refusal', 'max_tokens', 'max_turn_requests', 'something new', '']) {
      const agent = new AgentInMemory();
      await agent.endTurn(reason);
      assert.equal((await failure(agent)).kind, 'stopped', reason);
    }
  });

  test('a turn that it cancelled by itself is not done', async () => {
    const agent = new AgentInMemory();
    await agent.endTurn('cancelled');
    assert.match((await failure(agent)).message, /cancelled its turn by itself/);
  });

  test('our own tool that failed to the end is a question that reached nobody', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.update({
      sessionUpdate: 'tool_call',
      toolCallId: 'c',
      title: 'signalbox_ask_human',
      rawInput: { question: 'Hm?' },
    });
    agent.update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'failed' });
    await agent.endTurn();
    assert.equal(await agent.ended, null);
    assert.match(agent.refused[0]?.subject ?? '', /Hm\?/);
  });

  test('what the operator says in the last moment is said before the end', async () => {
    const agent = new AgentInMemory();
    await agent.called('session/prompt');
    agent.news.push('one more thing');
    await agent.endTurn();
    assert.match(JSON.stringify((await agent.called('session/prompt', 1)).params), /one more thing/);
    await agent.endTurn('end_turn', 1);
    assert.equal(await agent.ended, null);
  });
});

describe('a mode in which nobody is asked', { timeout: 20_000 }, () => {
  const opened = () => ({
    result: {
      sessionId: 's',
      modes: { currentModeId: 'agent', availableModes: [{ id: 'agent' }, { id: 'https://x/y#autopilot' }] },
    },
  });
  const begin = (given: ConstructorParameters<typeof AgentInMemory>[0]) => {
    const agent = new AgentInMemory(given);
    agent.answers['session/new'] = opened;
    return agent;
  };

  test('is set by its real id only where the settings allow it', async () => {
    const refused = await failure(begin({ mode: 'autopilot' }));
    assert.equal(refused.kind, 'configuration');
    assert.match(refused.message, /In mode https:\/\/x\/y#autopilot nobody is asked.* It may choose agent\./);
    const agent = begin({ mode: 'autopilot', freeModes: ['autopilot'] });
    await until('the mode to be set', () => agent.heard.some(({ method }) => method === 'session/set_mode'));
    agent.leave();
    await agent.ended;
  });
});
