#!/usr/bin/env node
/**
 * An agent that asks a model over HTTP what to do, as real ones do, and speaks the Agent Client Protocol as Qwen Code
 * does: for `signalbox doctor --agents`. `acp-with-model.mjs HOW [FILE]`; its environment is written to FILE.
 *
 * HOW: well; never-asks (runs the command without asking); idle (is allowed, and does nothing); deaf (its model hears
 * nothing of the answers); dies (at its prompt); stays (does not end when it is told to).
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { McpClient } from './mcp-client.mjs';

const [how, file] = process.argv.slice(2);
if (how === '--version') {
  console.log('stand-in 1.2.3');
  process.exit();
}
if (file) writeFileSync(file, JSON.stringify(process.env));
if (how === 'stays') process.on('SIGTERM', () => {});

const waiting = new Map();
let made = 0;
let servers = [];
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const ask = (params) =>
  new Promise((resolve) => {
    waiting.set(made, resolve);
    send({ id: made++, method: 'session/request_permission', params: { sessionId: 's', ...params } });
  });
const OPTIONS = [
  { optionId: 'once', name: 'Allow', kind: 'allow_once' },
  { optionId: 'no', name: 'Reject', kind: 'reject_once' },
];

const TOOLS = {
  run_shell_command: async ({ command }) => {
    const toolCall = { toolCallId: randomUUID(), title: command, kind: 'execute', rawInput: { command } };
    if (how !== 'never-asks') {
      const { outcome } = await ask({ toolCall, options: OPTIONS });
      if (outcome.optionId !== 'once') return 'rejected';
    }
    return how === 'idle' ? 'did it' : execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
  },
  ask_user_question: async ({ questions }) => {
    const _meta = { qwenQuestions: questions };
    const toolCall = { toolCallId: randomUUID(), title: 'Ask user', kind: 'think', _meta };
    return JSON.stringify((await ask({ toolCall, options: OPTIONS })).answers);
  },
  mcp__signalbox__ask_human: async ({ question }) => {
    const [{ command, args, env }] = servers;
    const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    const client = new McpClient({ command, args, env: variables });
    await client.connect();
    return client.call('ask_human', { question }, randomUUID());
  },
};

/** What the model says next: words, or a call. */
async function thought(messages) {
  const body = JSON.stringify({ model: 'fake', stream: true, messages, tools: [{}] });
  const url = `${process.env.OPENAI_BASE_URL}/chat/completions`;
  const text = await (await fetch(url, { method: 'POST', body })).text();
  const [first] = text.matchAll(/^data: (\{.*\})$/gm);
  return JSON.parse(first[1]).choices[0].delta;
}

async function carryOut(text) {
  const messages = [{ role: 'user', content: text }];
  for (;;) {
    const { content, tool_calls: calls } = await thought(messages);
    if (!calls) {
      const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: content } };
      return send({ method: 'session/update', params: { sessionId: 's', update } });
    }
    const [{ function: called }] = calls;
    const result = await TOOLS[called.name](JSON.parse(called.arguments));
    messages.push({ role: 'assistant', tool_calls: calls });
    messages.push({ role: 'tool', content: how === 'deaf' ? 'nothing' : result });
  }
}

const METHODS = {
  initialize: () => ({ protocolVersion: 1, agentInfo: { name: 'stand-in', version: '1' } }),
  'session/new': ({ mcpServers }) => {
    servers = mcpServers;
    return {
      sessionId: 's',
      modes: { currentModeId: 'auto', availableModes: [{ id: 'auto' }, { id: 'default' }] },
    };
  },
  'session/set_mode': () => ({}),
  'session/prompt': async ({ prompt }) => {
    if (how === 'dies') process.exit(7);
    await carryOut(prompt[0].text);
    return { stopReason: 'end_turn' };
  },
};

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params, result } = JSON.parse(line);
  if (method === undefined) return waiting.get(id)?.(result);
  if (id !== undefined) send({ id, result: await METHODS[method](params) });
});
