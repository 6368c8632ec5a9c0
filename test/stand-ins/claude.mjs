#!/usr/bin/env node
/**
 * Stands in for Claude Code run as `claude -p`: its arguments, output, exit codes and signals, no model. The
 * work is read from the prompt, a line each: `do: ask WORDS [--option id=label …]`, `do: touch FILE`,
 * `do: run COMMAND`, `do: print TEXT`, `do: human QUESTION`, `do: question QUESTION|LABEL|…`, `do: plan TEXT`,
 * `do: await FILE`, `do: fail CODE` (the real one only ever exits 1), `do: hang`.
 * Known from Claude Code 2.1.332, run against a model server of our own (`npm run test:agents` tries the same), and
 * code.claude.com/docs/en/headless: text mode prints the last message, nothing before; a list option takes every
 * word up to the next option; what needs permission is refused, unless --permission-prompt-tool allows it; a refused
 * tool call is no failure, and one whose permission tool has died is in no list of denials; without that tool it ends
 * with 1; a second --session-id and an unknown --resume exit 1; SIGINT exits 0, SIGTERM 143, both end a running
 * command first; a command has a session of its own and a time limit (BASH_DEFAULT_TIMEOUT_MS, two minutes); then it
 * is ended, as with CLAUDE_CODE_DISABLE_BACKGROUND_TASKS=1, and here run again.
 * Not imitated: background tasks, what is in a kept session, standard input, slash commands, login, hooks, costs,
 * settings in a file, most fields and some kinds of events, no skipped permissions as root, the shell (bash there).
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, read } from './claude-arguments.mjs';
import { McpClient } from './mcp-client.mjs';

const given = read(process.argv.slice(2));
const [prompt = ''] = given.words;
const { 'output-format': format = 'text', model = 'stand-in' } = given;
const session_id = given['session-id'] ?? given.resume ?? randomUUID();
if (!prompt)
  fail('Error: Input must be provided either through stdin or as a prompt argument when using --print');
if (format === 'stream-json' && !given.verbose)
  fail('Error: When using --print, --output-format=stream-json requires --verbose');

const env = { ...process.env, ...JSON.parse(/^{/.test(given.settings) ? given.settings : '{}').env };
const limit = Number(env.BASH_DEFAULT_TIMEOUT_MS ?? 120_000);
const mode = given['dangerously-skip-permissions'] ? 'bypassPermissions' : given['permission-mode'];
const rules = [...(given.allowedTools ?? []), ...(given['allowed-tools'] ?? [])].join(' ');
const [denials, said] = [[], []];
let [tool, stop] = [null, null];

const line = (event) => console.log(JSON.stringify({ ...event, session_id, uuid: randomUUID() }));
const emit = (event) => format === 'stream-json' && line(event);
const message = (type, part, more) =>
  emit({ type, message: { role: type, model, content: [part] }, parent_tool_use_id: null, ...more });
const say = (text) => said.push(text) && message('assistant', { type: 'text', text });
function end(code, result, more) {
  const event = { type: 'result', subtype: 'success', is_error: code !== 0, permission_denials: denials };
  if (format === 'text') console.log(result);
  else line({ ...event, result, ...more });
  process.exit(code);
}

/** The servers of --mcp-config, by name; only those are imitated that are written out. */
const servers = Object.fromEntries(
  (given['mcp-config'] ?? []).flatMap((json) =>
    Object.entries(JSON.parse(json).mcpServers).map(([name, server]) => [name, new McpClient(server)]),
  ),
);
const serverOf = (toolName) => servers[/^mcp__(.+?)__/.exec(toolName)?.[1]];
const nameOf = (toolName) => toolName.replace(/^mcp__.+?__/, '');
const asking = given['permission-prompt-tool'];

function isAllowed(name, { command }) {
  if (mode === 'bypassPermissions' || (mode === 'acceptEdits' && /^touch /.test(command))) return true;
  if (name.startsWith('mcp__')) return rules.split(/[\s,]+/).includes(name);
  const fits = ([, start, more]) => !start || command === start || (more && command.startsWith(`${start} `));
  return name === 'Bash' && [...rules.matchAll(/\bBash(?:\((.*?)(:\*| \*)?\))?(?=[\s,]|$)/g)].some(fits);
}

/** What the permission tool says; throws a result that has no decision. */
async function decisionOn(name, input, id) {
  if (isAllowed(name, input))
    return { by: { decision: 'accept', source: 'config', reason_type: 'rule' }, input };
  if (!asking) {
    const words = /^touch /.test(input.command)
      ? `touch in '${join(process.cwd(), input.command.slice(7, -1))}' needs approval. The path is inside the working directories for this session ('${process.cwd()}'), and Claude Code asks before a shell command creates, changes or removes files there.`
      : 'This command requires approval';
    emit({ type: 'system', subtype: 'permission_denied', tool_name: name, tool_use_id: id, message: words });
    return { by: { decision: 'reject', source: 'config' }, kind: 'user-rejected', words };
  }
  const told = { tool_name: name, input, tool_use_id: id };
  const said = await serverOf(asking).call(nameOf(asking), told, id);
  const { behavior, updatedInput, message: words } = JSON.parse(said);
  if (behavior === 'allow')
    return { by: { decision: 'accept', source: 'user_temporary' }, input: updatedInput };
  return { by: { decision: 'reject', source: 'user_reject' }, kind: 'permission-rule', words };
}

/** One tool call: permission, work, result. null: it was refused. */
async function use(name, input, work) {
  const id = `toolu_${randomUUID()}`;
  const result = (content, is_error, meta) =>
    message(
      'user',
      { type: 'tool_result', tool_use_id: id, content, is_error },
      meta && { tool_result_meta: [{ id, ...meta }] },
    );
  message('assistant', { type: 'tool_use', id, name, input });
  const isThere = !asking || isAllowed(name, input) || (await serverOf(asking)?.connect());
  if (!isThere && !serverOf(asking)?.tools.length) {
    const words = `MCP tool ${asking} (passed via --permission-prompt-tool) not found. Available MCP tools: none`;
    result(`<tool_use_error>Error calling tool (${name}): Error: ${words}</tool_use_error>`, true);
    fail(`Error: ${words}`);
  }
  try {
    const { by, kind, words, input: agreed } = await decisionOn(name, input, id);
    const meta = { ...(kind && { non_execution_kind: kind }), permission_decision: by };
    if (by.decision === 'reject') {
      denials.push({ tool_name: name, tool_use_id: id, tool_input: input });
      result(words, true, meta);
      return { refused: words };
    }
    const done = await work(agreed, id);
    result(done.text, done.isError, meta);
    return done;
  } catch (error) {
    result(`<tool_use_error>Error calling tool (${name}): ${error.message}</tool_use_error>`, true);
    return { refused: error.message };
  }
}

async function bash(command) {
  const { refused, ...done } = await use('Bash', { command }, async () => {
    tool = spawn('/bin/sh', ['-c', command], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const from of [tool.stdout, tool.stderr]) from.on('data', (data) => (output += data));
    const timer = setTimeout(endTool, limit);
    const code = await new Promise((done) => tool.on('close', (status) => done(status ?? 143)));
    clearTimeout(timer);
    if (stop) stop(true);
    tool = null;
    const text = code === 0 ? output : `Exit code ${code}\n${output}`;
    return { text, isError: code !== 0, code, output: output.trim() };
  });
  if (refused) say(`I may not run: ${command}: ${refused}`);
  return refused ? { code: null, output: refused } : done;
}

function endTool() {
  const isThere = () => tool?.exitCode === null && tool.signalCode === null;
  if (isThere()) process.kill(-tool.pid, 'SIGTERM');
  setTimeout(() => isThere() && process.kill(-tool.pid, 'SIGKILL'), 1500).unref();
}

/** A command at work is ended first. */
function stopOn(name, then) {
  process.once(name, () => {
    stop = then;
    if (tool) endTool();
    else then(false);
  });
}
stopOn('SIGTERM', () => process.exit(143));
stopOn('SIGHUP', () => process.exit(129));
stopOn('SIGINT', (inTool) => {
  message('user', { type: 'text', text: `[Request interrupted by user${inTool ? ' for tool use' : ''}]` });
  const more = { subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_tools' };
  if (inTool) end(0, format === 'text' ? 'Execution error' : undefined, more);
  process.exit(0);
});

async function ask(words) {
  const [, question, options] = /^(.*?)((?: --.*)?)$/.exec(words);
  const { code, output } = await bash(`signalbox ask "${question.replace(/[\\"$`]/g, '\\$&')}"${options}`);
  if (code === 143) await ask(words);
  else say(code ? `ask ended with ${code}: ${output}` : output.replace(/^signalbox: .*\n/gm, ''));
}

async function human(question) {
  const name = 'mcp__signalbox__ask_human';
  const { text, refused } = await use(name, { question }, async (input, id) => {
    const answered = (said) => ({ text: said, isError: false });
    const failed = (error) => ({ text: error.message, isError: true });
    return serverOf(name).call(nameOf(name), input, id).then(answered, failed);
  });
  say(refused ?? text);
}

async function question(words) {
  const [asked, ...labels] = words.split('|');
  const options = labels.map((label) => ({ label, description: label }));
  const questions = [{ question: asked, header: 'Choice', multiSelect: false, options }];
  const { text, refused } = await use('AskUserQuestion', { questions }, ({ answers }) => {
    const told = Object.entries(answers).map(([each, answer]) => `"${each}"="${answer}"`);
    const end = 'You can now continue with these answers in mind.';
    return { text: `Your questions have been answered: ${told.join(', ')}. ${end}`, isError: false };
  });
  say(refused ?? text);
}

async function plan(text) {
  const agreed = ({ plan: final }) => {
    const title = final === text ? 'Approved Plan' : 'Approved Plan (edited by user)';
    return { text: `User has approved your plan.\n\n## ${title}:\n${final}`, isError: false };
  };
  const done = await use('ExitPlanMode', { plan: text }, agreed);
  say(done.refused ?? done.text);
}

/** The sessions that were begun here; without a folder of its own nothing is kept. */
function keepSession() {
  const folder = env.CLAUDE_CONFIG_DIR && join(env.CLAUDE_CONFIG_DIR, 'projects');
  const kept = folder && join(folder, `${session_id}.jsonl`);
  const isKnown = kept && existsSync(kept);
  if (given['session-id'] && isKnown) fail(`Error: Session ID ${session_id} is already in use.`);
  if (given.resume && !isKnown) {
    const words = `No conversation found with session ID: ${session_id}`;
    emit({ type: 'result', subtype: 'error_during_execution', is_error: true, errors: [words] });
    fail(words);
  }
  if (!kept) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(kept, '');
}

keepSession();
const mcp_servers = [];
for (const [name, server] of Object.entries(servers))
  mcp_servers.push({ name, status: (await server.connect()) ? 'connected' : 'failed', source: 'dynamic' });
const common = { cwd: process.cwd(), model, permissionMode: mode ?? 'default', mcp_servers };
emit({ type: 'system', subtype: 'init', ...common });
const WORK = { ask, human, question, plan, print: say, run: bash, touch: (path) => bash(`touch '${path}'`) };
for (const [, what, words] of prompt.matchAll(/^do: (\w+) ?(.*)$/gm)) {
  await WORK[what]?.(words);
  if (what === 'await') while (!existsSync(words)) await pause(20);
  if (what === 'hang') await new Promise(() => setInterval(() => {}, 60_000));
  if (what === 'fail') end(Number(words) || 1, 'API Error: 400', { terminal_reason: 'api_error' });
}
for (const server of Object.values(servers)) server.close();
end(0, said.join('\n') || 'All done.', { terminal_reason: 'completed' });
