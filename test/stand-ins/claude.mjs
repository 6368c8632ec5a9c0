#!/usr/bin/env node
/**
 * Stands in for Claude Code run as `claude -p`: its arguments, output, exit codes and signals, no model. The
 * work is read from the prompt, a line each: `do: ask WORDS [--option id=label …]`, `do: touch FILE`,
 * `do: print TEXT`, `do: fail CODE` (the real one only ever exits 1), `do: hang`.
 * Known from Claude Code 2.1.330, run against a model server of our own, and code.claude.com/docs/en/headless:
 * text mode prints the last message, nothing before; a list option takes every word up to the next option; a
 * refused tool call is no failure; SIGINT exits 0, SIGTERM 143, both end a running command first; a command has
 * a session of its own and a time limit (BASH_MAX_TIMEOUT_MS at most); then it is ended, as with
 * CLAUDE_CODE_DISABLE_BACKGROUND_TASKS=1, and here run again.
 * Not imitated: background tasks, kept sessions, standard input, slash commands, login, hooks, costs, settings
 * in a file, most fields and some kinds of events, no skipped permissions as root, the shell (bash there).
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

const CHOICES = {
  'output-format': ['text', 'json', 'stream-json'],
  'permission-mode': ['acceptEdits', 'auto', 'bypassPermissions', 'manual', 'dontAsk', 'plan'],
};
const FLAGS = `print verbose continue fork-session bare safe-mode strict-mcp-config no-session-persistence
  include-partial-messages dangerously-skip-permissions`.split(/\s+/);
const LISTS = ['allowedTools', 'allowed-tools', 'disallowedTools', 'tools', 'add-dir', 'mcp-config'];
const WORDS = `model fallback-model append-system-prompt system-prompt session-id settings setting-sources
  max-turns max-budget-usd effort agent json-schema name resume`.split(/\s+/);
const VALUED = [...WORDS, ...LISTS, ...Object.keys(CHOICES)];
const SHORT = { print: { short: 'p' }, continue: { short: 'c' }, resume: { short: 'r' } };

const fail = (message) => process.exit(console.error(message) ?? 1);

function read(args) {
  const options = {};
  for (const name of [...FLAGS, ...VALUED])
    options[name] = { type: FLAGS.includes(name) ? 'boolean' : 'string', ...SHORT[name] };
  const given = { words: [] };
  let list = given.words;
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  for (const { kind, name, value, rawName, inlineValue } of tokens) {
    if (kind === 'positional') list.push(value);
    else list = given.words;
    if (kind !== 'option') continue;
    const choices = CHOICES[name] ?? [value];
    const argument = `option '--${name} <${name.split('-').at(-1)}>' argument`;
    if (!options[name]) fail(`error: unknown option '${rawName}'`);
    if (VALUED.includes(name) && value === undefined) fail(`error: ${argument} missing`);
    if (!choices.includes(value))
      fail(`error: ${argument} '${value}' is invalid. Allowed choices are ${choices.join(', ')}.`);
    given[name] = LISTS.includes(name) ? [...(given[name] ?? []), value] : (value ?? true);
    if (LISTS.includes(name) && !inlineValue) list = given[name];
  }
  return given;
}

const given = read(process.argv.slice(2));
const [prompt = ''] = given.words;
const { 'output-format': format = 'text', model = 'stand-in' } = given;
const session_id = given['session-id'] ?? given.resume ?? randomUUID();
if (!prompt)
  fail('Error: Input must be provided either through stdin or as a prompt argument when using --print');
if (format === 'stream-json' && !given.verbose)
  fail('Error: When using --print, --output-format=stream-json requires --verbose');

const env = { ...process.env, ...JSON.parse(/^{/.test(given.settings) ? given.settings : '{}').env };
const limit = Number(env.BASH_MAX_TIMEOUT_MS ?? 600_000);
const mode = given['dangerously-skip-permissions'] ? 'bypassPermissions' : given['permission-mode'];
const rules = [...(given.allowedTools ?? []), ...(given['allowed-tools'] ?? [])].join(' ');
const [denials, said] = [[], []];
let [tool, stop] = [null, null];

const line = (event) => console.log(JSON.stringify({ ...event, session_id, uuid: randomUUID() }));
const emit = (event) => format === 'stream-json' && line(event);
const message = (type, part) =>
  emit({ type, message: { role: type, model, content: [part] }, parent_tool_use_id: null });
const say = (text) => said.push(text) && message('assistant', { type: 'text', text });
function end(code, result, more) {
  const event = { type: 'result', subtype: 'success', is_error: code !== 0, permission_denials: denials };
  if (format === 'text') console.log(result);
  else line({ ...event, result, ...more });
  process.exit(code);
}

function isAllowed(command, isEdit) {
  if (mode === 'bypassPermissions' || (mode === 'acceptEdits' && isEdit)) return true;
  const fits = ([, start, more]) => !start || command === start || (more && command.startsWith(`${start} `));
  return [...rules.matchAll(/\bBash(?:\((.*?)(:\*| \*)?\))?(?=[\s,]|$)/g)].some(fits);
}

async function bash(command, isEdit = false) {
  const id = `toolu_${randomUUID()}`;
  const answer = { type: 'tool_result', tool_use_id: id };
  const result = (content, is_error) => message('user', { ...answer, content, is_error });
  message('assistant', { type: 'tool_use', id, name: 'Bash', input: { command } });
  if (!isAllowed(command, isEdit)) {
    denials.push({ tool_name: 'Bash', tool_use_id: id, tool_input: { command } });
    result('This command requires approval', true);
    return { code: null, output: `I may not run: ${command}` };
  }
  tool = spawn('/bin/sh', ['-c', command], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const from of [tool.stdout, tool.stderr]) from.on('data', (data) => (output += data));
  const timer = setTimeout(endTool, limit);
  const code = await new Promise((done) => tool.on('close', (status) => done(status ?? 143)));
  clearTimeout(timer);
  if (stop) stop(true);
  tool = null;
  result(code === 0 ? output : `Exit code ${code}\n${output}`, code !== 0);
  return { code, output: output.trim() };
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

emit({ type: 'system', subtype: 'init', cwd: process.cwd(), model, permissionMode: mode ?? 'default' });
for (const [, what, words] of prompt.matchAll(/^do: (\w+) ?(.*)$/gm)) {
  if (what === 'ask') await ask(words);
  if (what === 'print') say(words);
  if (what === 'touch') await bash(`touch '${words}'`, true);
  if (what === 'hang') await new Promise(() => setInterval(() => {}, 60_000));
  if (what === 'fail') end(Number(words) || 1, 'API Error: 400', { terminal_reason: 'api_error' });
}
end(0, said.join('\n') || 'All done.', { terminal_reason: 'completed' });
