/** A call that an agent refuses by a rule of its own settings: as each was seen to say it, by the Agent Client Protocol. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AgentInMemory } from './acp-agent-in-memory.ts';

const text = (words: string) => [{ type: 'content', content: { type: 'text', text: words } }];
const failed = { sessionUpdate: 'tool_call_update', status: 'failed' };

interface Recorded {
  readonly tool: string;
  readonly subject: string;
  readonly updates: readonly object[];
}

/** With a rule that forbids `rm`. Codex 2.6.0 says nothing of such a call. */
const RECORDED: Readonly<Record<string, Recorded>> = {
  'claude-agent-acp 0.101.0': {
    tool: 'Bash',
    subject: 'Bash: rm -f x',
    updates: [
      {
        _meta: { claudeCode: { toolName: 'Bash' } },
        toolCallId: 'call',
        sessionUpdate: 'tool_call',
        name: 'Bash',
        rawInput: {},
        status: 'pending',
        title: 'Terminal',
        kind: 'execute',
        content: [],
      },
      {
        _meta: { claudeCode: { toolName: 'Bash' } },
        toolCallId: 'call',
        sessionUpdate: 'tool_call_update',
        rawInput: { command: 'rm -f x', description: 'Just looks' },
        title: 'rm -f x',
        content: text('Just looks'),
      },
      {
        ...failed,
        toolCallId: 'call',
        content: text('Permission denied: Permission to use Bash with command rm -f x has been denied.'),
        _meta: {
          claudeCode: { toolName: 'Bash', toolResponse: { decisionReasonType: 'subcommandResults' } },
        },
      },
      {
        _meta: { claudeCode: { toolName: 'Bash', nonExecutionKind: 'permission-rule' } },
        toolCallId: 'call',
        sessionUpdate: 'tool_call_update',
        rawOutput: 'Permission to use Bash with command rm -f x has been denied.',
      },
    ],
  },
  'Gemini CLI 0.61.0': {
    tool: 'execute',
    subject: 'command',
    updates: [
      {
        ...failed,
        toolCallId: 'call',
        content: text('Tool execution for "Shell" denied by policy.'),
        kind: 'execute',
      },
    ],
  },
  'opencode 1.18.33': {
    tool: 'execute',
    subject: 'command: rm -f x',
    updates: [
      {
        sessionUpdate: 'tool_call',
        toolCallId: 'call',
        title: 'bash',
        kind: 'execute',
        status: 'pending',
        rawInput: { cwd: '/project' },
      },
      {
        ...failed,
        toolCallId: 'call',
        kind: 'execute',
        title: 'rm -f x',
        rawInput: { command: 'rm -f x', description: 'Just looks', cwd: '/project' },
        content: text(
          'The user has specified a rule which prevents you from using this specific tool call. Here are some of the relevant rules [{"permission":"bash","pattern":"rm *","action":"deny"}]',
        ),
      },
    ],
  },
  'Qwen Code 0.24.4': {
    tool: 'run_shell_command',
    subject: 'run_shell_command: Shell',
    updates: [
      {
        sessionUpdate: 'tool_call',
        toolCallId: 'call',
        status: 'pending',
        title: 'Shell',
        content: [],
        kind: 'execute',
        rawInput: {},
        _meta: { toolName: 'run_shell_command', provenance: 'builtin', phase: 'preparing' },
      },
      {
        ...failed,
        toolCallId: 'call',
        content: text(
          'This "run_shell_command" invocation was denied by permission rules. Matching deny rule: "Bash(rm *)". Other uses of this tool are still permitted.',
        ),
        _meta: { toolName: 'run_shell_command', provenance: 'builtin' },
      },
    ],
  },
  'Copilot CLI 1.0.102': {
    tool: 'execute',
    subject: 'command: rm -f x',
    updates: [
      {
        sessionUpdate: 'tool_call',
        toolCallId: 'call',
        title: 'Just looks',
        kind: 'execute',
        status: 'pending',
        rawInput: { command: 'rm -f x', description: 'Just looks' },
      },
      {
        ...failed,
        toolCallId: 'call',
        rawOutput: {
          message: 'Permission to run this tool was denied due to the following rules: `shell(rm)`',
          code: 'denied',
        },
      },
    ],
  },
};

async function refusedOf(...updates: readonly object[]) {
  const agent = new AgentInMemory();
  await agent.called('session/prompt');
  for (const update of updates) agent.update(update);
  await agent.endTurn();
  assert.equal(await agent.ended, null);
  return agent.refused.map(({ tool, subject }) => [tool, subject]);
}

describe('a call that a rule of the agent refuses is noted, so that the unit is not done', () => {
  for (const [agent, { tool, subject, updates }] of Object.entries(RECORDED))
    test(agent, async () => {
      assert.deepEqual(await refusedOf(...updates), [[tool, subject]]);
    });

  test('a call that has only failed is not, whatever it has printed', async () => {
    const call = { toolCallId: 'call', kind: 'execute', rawInput: { command: 'cat log' } };
    const says = (words: string) => ({ ...failed, ...call, content: text(words) });
    assert.deepEqual(
      await refusedOf(
        says('cat: log: Permission denied'),
        says('Yesterday: Tool execution denied by policy.'),
        { ...says('Tool execution denied by policy.'), status: 'completed' },
        { ...failed, ...call, rawOutput: { message: 'The user refused.', code: 'rejected' } },
      ),
      [],
    );
  });
});
