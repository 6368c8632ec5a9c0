#!/usr/bin/env node
/**
 * Stands in for OpenAI Codex run as `codex exec`: its arguments, output, exit codes and signals, no model. The
 * work is read from the prompt, a line each: `do: ask WORDS [--option id=label …]`, `do: touch FILE`,
 * `do: print TEXT`, `do: fail CODE` (the real one only ever exits 1), `do: hang`.
 * Known from Codex 0.169.0, run against a model server of our own, and developers.openai.com/codex/noninteractive:
 * progress goes to standard error, the last message to standard output, with --json all events; wrong usage
 * exits 2; SIGINT interrupts and exits 1, SIGTERM kills, both take a running command along; commands run in a
 * login shell, which may reset PATH, unless allow_login_shell=false; in a sandbox without
 * sandbox_workspace_write.network_access=true a command can open no socket, not even a local one.
 * Not imitated: the sandbox but for what it refuses here, commands that end with a killed codex, a model that
 * does not wait for its command (which is then killed), sessions, standard input, login, other subcommands,
 * some fields, the shell (bash there).
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const CHOICES = {
  sandbox: ['read-only', 'workspace-write', 'danger-full-access'],
  color: ['always', 'never', 'auto'],
};
const FLAGS = `json skip-git-repo-check ephemeral ignore-user-config ignore-rules oss strict-config trust
  dangerously-bypass-approvals-and-sandbox`.split(/\s+/);
const WORDS = ['enable', 'disable', 'local-provider', 'add-dir', 'output-schema'];
const SHORT = { config: 'c', image: 'i', model: 'm', profile: 'p', sandbox: 's', cd: 'C' };
SHORT['output-last-message'] = 'o';
const USAGE = 'Usage: codex exec [OPTIONS] [PROMPT]\n       codex exec [OPTIONS] <COMMAND> [ARGS]';

const fail = (code, ...parts) => process.exit(console.error(parts.join('\n\n')) ?? code);
const refuse = (...parts) => fail(2, ...parts, "For more information, try '--help'.");

function read(args) {
  const options = {};
  for (const name of FLAGS) options[name] = { type: 'boolean' };
  for (const name of [...WORDS, ...Object.keys(CHOICES)]) options[name] = { type: 'string' };
  for (const name of Object.keys(SHORT)) options[name] = { type: 'string', short: SHORT[name] };
  const given = { words: [], config: {} };
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  for (const { kind, name, value, rawName } of tokens) {
    const wrong = `error: unexpected argument '${rawName ?? value}' found`;
    if (kind === 'positional' && given.words.push(value) > 1) refuse(wrong, USAGE);
    if (kind !== 'option') continue;
    if (!options[name]) refuse(wrong, `  tip: to pass '${rawName}' as a value, use '-- ${rawName}'`, USAGE);
    const shown = `'--${name} <${name.toUpperCase()}>'`;
    if (options[name].type === 'string' && value === undefined)
      refuse(`error: a value is required for ${shown} but none was supplied`);
    const choices = CHOICES[name] ?? [value];
    if (!choices.includes(value))
      refuse(`error: invalid value '${value}' for ${shown}\n  [possible values: ${choices.join(', ')}]`);
    const [, key, setting] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
    if (name !== 'config') given[name] = value ?? true;
    else if (key) given.config[key] = setting;
    else fail(1, `Error parsing -c overrides: Invalid override (missing '='): ${value}`);
  }
  return given;
}

if (!['exec', 'e'].includes(process.argv[2])) fail(2, 'Only codex exec has a stand-in.', USAGE);
const given = read(process.argv.slice(3));
const { config, json, cd = '.' } = given;
const [prompt] = given.words;
if (prompt === undefined) fail(1, 'Reading prompt from stdin...\nNo prompt provided via stdin.');
const isUnsafe = given['dangerously-bypass-approvals-and-sandbox'];
const sandbox = isUnsafe ? 'danger-full-access' : (given.sandbox ?? 'read-only');
const hasNetwork = config['sandbox_workspace_write.network_access'] === 'true';
const isOpen = sandbox === 'danger-full-access' || (sandbox === 'workspace-write' && hasNetwork);
const isInGit = (path) => existsSync(join(path, '.git')) || (path !== '/' && isInGit(dirname(path)));
if (!isInGit(resolve(cd)) && !given['skip-git-repo-check'] && !isUnsafe)
  fail(1, 'Not inside a trusted directory and --skip-git-repo-check was not specified.');
process.chdir(cd);
const usage = { input_tokens: 10, cached_input_tokens: 0, output_tokens: 5, reasoning_output_tokens: 0 };
const said = [];
let [made, tool] = [0, null];

/** An event for programs, or its words for people. */
function tell(event, words) {
  if (json) console.log(JSON.stringify(event));
  else if (words) console.error(words);
}
function say(text) {
  said.push(text);
  const item = { id: `item_${made++}`, type: 'agent_message', text };
  tell({ type: 'item.completed', item }, `codex\n${text}`);
}

/** `refusal`: what the sandbox says instead. */
async function shell(line, refusal) {
  const shellArgs = [config.allow_login_shell === 'false' ? '-c' : '-lc', line];
  const command = `/bin/sh ${shellArgs[0]} '${line}'`;
  const item = { id: `item_${made++}`, type: 'command_execution', command };
  const begun = { ...item, aggregated_output: '', exit_code: null, status: 'in_progress' };
  tell({ type: 'item.started', item: begun }, `exec\n${command} in ${process.cwd()}`);
  let output = refusal ?? '';
  let code = 1;
  if (!refusal) {
    tool = spawn('/bin/sh', shellArgs, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const from of [tool.stdout, tool.stderr]) from.on('data', (data) => (output += data));
    code = await new Promise((done) => tool.on('close', (status) => done(status ?? 137)));
    tool = null;
  }
  const ended = { aggregated_output: output, exit_code: code, status: code ? 'failed' : 'completed' };
  const how = code ? `exited ${code}` : 'succeeded';
  tell({ type: 'item.completed', item: { ...item, ...ended } }, ` ${how} in 0ms:\n${output}`);
  return { code, output: output.trim() };
}

function endTool() {
  if (tool?.exitCode === null && tool.signalCode === null) process.kill(-tool.pid, 'SIGKILL');
}
process.once('SIGINT', () => {
  endTool();
  if (!json) console.error('turn interrupted\ntokens used\n15');
  process.exit(1);
});
for (const signal of ['SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    endTool();
    process.kill(process.pid, signal);
  });

async function ask(words) {
  const [, question, options] = /^(.*?)((?: --.*)?)$/.exec(words);
  const line = `signalbox ask "${question.replace(/[\\"$`]/g, '\\$&')}"${options}`;
  const { code, output } = await shell(line, isOpen ? undefined : 'connect EPERM');
  say(code ? `ask ended with ${code}: ${output}` : output.replace(/^signalbox: .*\n/gm, ''));
}

if (!json) console.error(`OpenAI Codex v0.169.0\n--------\nworkdir: ${process.cwd()}\napproval: never`);
tell({ type: 'thread.started', thread_id: randomUUID() }, `sandbox: ${sandbox}\n--------\nuser\n${prompt}`);
tell({ type: 'turn.started' });
for (const [, what, words] of prompt.matchAll(/^do: (\w+) ?(.*)$/gm)) {
  const refusal =
    sandbox === 'read-only' ? `touch: cannot touch '${words}': Read-only file system` : undefined;
  if (what === 'ask') await ask(words);
  if (what === 'print') say(words);
  if (what === 'touch') await shell(`touch '${words}'`, refusal);
  if (what === 'hang') await new Promise(() => setInterval(() => {}, 60_000));
  if (what !== 'fail') continue;
  tell({ type: 'error', message: 'as asked for' }, 'ERROR: as asked for');
  tell({ type: 'turn.failed', error: { message: 'as asked for' } });
  process.exit(Number(words) || 1);
}
if (said.length === 0) say('All done.');
tell({ type: 'turn.completed', usage }, 'tokens used\n15');
if (given['output-last-message']) writeFileSync(given['output-last-message'], said.at(-1));
if (!json) console.log(said.at(-1));
