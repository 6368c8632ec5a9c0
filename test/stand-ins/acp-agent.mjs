#!/usr/bin/env node
/**
 * Stands in for the agents that speak the Agent Client Protocol: `acp-agent.mjs LIKE`, where LIKE is claude, codex,
 * gemini, opencode, qwen or copilot. What differs between them is played as it was recorded from claude-agent-acp
 * 0.101.0, codex-acp 2.6.0, Gemini CLI 0.61.0, opencode 1.18.33, Qwen Code 0.24.4 and Copilot CLI 1.0.102 with scripted
 * models (`npm run test:agents` tries the real ones). The work stands in the prompt, a line each:
 *   do: run COMMAND | edit FILE OLD NEW | plan TEXT | ask QUESTION|LABEL|… ;; QUESTION|… | human QUESTION | say TEXT
 *   do: use IN OUT USD (tokens, and the cost; told as the agent tells it)
 *   do: stop REASON | mode ID | fail TEXT | await FILE | exit CODE | raw JSON | cancelled COMMAND
 * A session is kept in HOME, so that another process can load it and go on after the last line that was done.
 * Not imitated: models, rules that "always" makes, slash commands, images, most fields.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { LIKE } from './acp-likes.mjs';
import { McpClient } from './mcp-client.mjs';

const like = LIKE[process.argv[2] ?? 'claude'];
const kept = join(process.env.HOME ?? '.', 'acp-sessions');
const waiting = new Map();
const prompts = [];
let session = null;
let servers = [];
let made = 0;
let turn = null;

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const update = (sessionUpdate, more) =>
  send({ method: 'session/update', params: { sessionId: session.id, update: { sessionUpdate, ...more } } });
const say = (text) => update('agent_message_chunk', { content: { type: 'text', text: `${text}\n` } });
const ask = (method, params) =>
  new Promise((resolve, reject) => {
    waiting.set(made, { resolve, reject });
    send({ id: made++, method, params: { sessionId: session.id, ...params } });
  });
const keep = () => {
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, session.id), JSON.stringify(session));
};

class Stop extends Error {}
const stopped = (reason) => Object.assign(new Stop(reason), { reason });

/** After a refusal some go on, some end their turn. */
function afterRefusal(what) {
  if (like.afterRefusal !== 'goes on') throw stopped(like.afterRefusal);
  say(`I may not: ${what}`);
}

async function permitted(id, asked) {
  const { outcome } = await ask('session/request_permission', asked(id));
  return outcome.outcome === 'selected' && !like.isRefusal(outcome.optionId);
}

async function run(command) {
  const id = `call_${randomUUID()}`;
  for (const [kind, more] of like.runUpdates(command)) update(kind, { toolCallId: id, ...more });
  if (!(await permitted(id, (toolCallId) => like.runRequest(toolCallId, command)))) {
    update('tool_call_update', { toolCallId: id, status: 'failed', rawOutput: { error: 'rejected' } });
    return afterRefusal(command);
  }
  const text = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
  const content = [{ type: 'content', content: { type: 'text', text } }];
  update('tool_call_update', { toolCallId: id, status: 'completed', content, rawOutput: text });
}

async function edit(words) {
  const [name, oldText, newText] = words.split(' ');
  const path = join(process.cwd(), name);
  const id = `call_${randomUUID()}`;
  const content = [{ type: 'diff', path, oldText, newText }];
  update('tool_call', { toolCallId: id, kind: 'edit', title: `Edit ${name}`, status: 'pending', content });
  if (!(await permitted(id, (toolCallId) => like.editRequest(toolCallId, name)))) return afterRefusal(name);
  writeFileSync(path, newText);
  update('tool_call_update', { toolCallId: id, status: 'completed' });
}

async function plan(text) {
  const id = `call_${randomUUID()}`;
  const isAgreed = await permitted(id, (toolCallId) => like.planRequest(toolCallId, text));
  say(isAgreed ? `carrying out: ${text}` : `planning on: ${text}`);
  if (!isAgreed && like.afterRefusal === 'goes on') throw stopped('cancelled');
}

async function questions(words) {
  const asked = words.split(' ;; ').map((each) => each.split('|'));
  const { method, params, read } = like.questions(`call_${randomUUID()}`, asked);
  say(`answers: ${JSON.stringify(read(await ask(method, params)))}`);
}

async function human(question) {
  const [{ command, args, env }] = servers;
  const client = new McpClient({
    command,
    args,
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
  });
  await client.connect();
  const id = `call_${randomUUID()}`;
  const call = { toolCallId: id, kind: 'other', title: like.askHuman, rawInput: { question } };
  update('tool_call', { ...call, status: 'pending' });
  if (like.asksFirst && !(await permitted(id, (toolCallId) => like.mcpRequest(toolCallId, question))))
    return afterRefusal('ask_human');
  say(`human: ${await client.call('ask_human', { question }, id)}`);
  update('tool_call_update', { toolCallId: id, status: 'completed' });
}

/** Asks, and no longer wants to know once the file is there. */
async function cancelled(command) {
  const answer = ask('session/request_permission', like.runRequest(`call_${randomUUID()}`, command)).catch(
    ({ code }) => code,
  );
  const requestId = made - 1;
  while (!existsSync('cancel')) await pause(20);
  send({ method: '$/cancel_request', params: { requestId } });
  say(`cancelled: ${await answer}`);
}

/** What was used is told beside the work, or with the end of the turn. */
function use(words) {
  const [input, output, usd] = words.split(' ').map(Number);
  turn.used = { input: (turn.used?.input ?? 0) + input, output: (turn.used?.output ?? 0) + output };
  session.usd = (session.usd ?? 0) + (usd ?? 0);
  for (const [kind, more] of like.usageUpdates({ input, output }, session.usd)) update(kind, more);
}

const VERBS = {
  run,
  use,
  edit,
  plan,
  human,
  cancelled,
  ask: questions,
  say,
  raw: (line) => process.stdout.write(`${line}\n`),
  mode: (currentModeId) => update('current_mode_update', { currentModeId }),
  stop: (reason) => {
    throw stopped(reason);
  },
  fail: (message) => {
    throw Object.assign(new Error(message), { code: -32603 });
  },
  exit: (code) => process.exit(Number(code)),
  await: async (name) => {
    while (!existsSync(name)) {
      if (turn.isCancelled) throw stopped('cancelled');
      for (const text of turn.steered.splice(0)) say(`steered: ${text}`);
      await pause(20);
    }
  },
};

async function carryOut(text) {
  const lines = [...text.matchAll(/^do: (\w+) ?(.*)$/gm)].map(([, verb, words]) => [verb, words]);
  if (lines.length > 0) session.left = lines;
  else say(`heard: ${text.replaceAll('\n', ' / ')}`);
  while (session.left.length > 0) {
    keep();
    const [[verb, words]] = session.left;
    try {
      await VERBS[verb](words);
    } finally {
      session.left.shift();
      keep();
    }
  }
  return 'end_turn';
}

const used = () => (turn.used ? like.usageResult(turn.used) : {});

async function takeTurns() {
  while (prompts.length > 0) {
    const { id, text } = prompts.shift();
    turn = { isCancelled: false, steered: [] };
    try {
      const stopReason = await carryOut(text);
      send({ id, result: { stopReason, ...used() } });
    } catch (error) {
      if (error instanceof Stop) send({ id, result: { stopReason: error.reason, ...used() } });
      else send({ id, error: { code: error.code ?? -32603, message: error.message } });
    }
    turn = null;
  }
}

const opened = () => ({ sessionId: session.id, ...like.opened });

const METHODS = {
  initialize: () => ({ protocolVersion: 1, ...like.hello }),
  'session/new': ({ mcpServers }) => {
    if (process.env.STAND_IN_LOGIN === 'missing')
      throw Object.assign(new Error('Authentication required'), { code: -32000 });
    servers = mcpServers;
    session = { id: randomUUID(), left: [] };
    return opened();
  },
  'session/load': ({ sessionId, mcpServers }) => {
    servers = mcpServers;
    session = JSON.parse(readFileSync(join(kept, sessionId), 'utf8'));
    say('this was said long ago');
    // The cost is that of the whole session; some say it at once, others at the end of the next turn.
    if (like.costsAtLoad)
      for (const [kind, more] of like.usageUpdates({}, session.usd ?? 0)) update(kind, more);
    return opened();
  },
  'session/set_mode': ({ modeId }) => {
    session.mode = modeId;
    if (session.hasWorked) say(`mode: ${modeId}`);
    session.hasWorked = true;
    return {};
  },
  'session/set_config_option': ({ configId, value }) => void say(`${configId}: ${value}`) ?? {},
  '_session/steering': ({ prompt }) => {
    if (!like.hello._meta?.steering) throw Object.assign(new Error('no such method'), { code: -32601 });
    if (!turn) return { outcome: 'promptRequired' };
    turn.steered.push(prompt[0].text);
    return { outcome: 'injected' };
  },
};

function take({ id, method, params, result, error }) {
  if (method === undefined) {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    return error ? reject?.(error) : resolve?.(result);
  }
  if (method === 'session/cancel' && turn) turn.isCancelled = true;
  if (method === 'session/prompt') {
    prompts.push({ id, text: params.prompt[0].text });
    return turn ?? takeTurns();
  }
  if (id === undefined) return;
  try {
    send({ id, result: METHODS[method](params) });
  } catch ({ code = -32603, message }) {
    send({ id, error: { code, message } });
  }
}

createInterface({ input: process.stdin }).on('line', (line) => take(JSON.parse(line)));
// Some stay after the end of their input.
if (like.staysOn) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
}
