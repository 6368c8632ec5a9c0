/** The arguments of `claude -p`, and what is said of wrong ones. */
import { parseArgs } from 'node:util';

const CHOICES = {
  'output-format': ['text', 'json', 'stream-json'],
  'permission-mode': ['acceptEdits', 'auto', 'bypassPermissions', 'manual', 'dontAsk', 'plan'],
};
const FLAGS = `print verbose continue fork-session bare safe-mode strict-mcp-config no-session-persistence
  include-partial-messages dangerously-skip-permissions`.split(/\s+/);
const LISTS = ['allowedTools', 'allowed-tools', 'disallowedTools', 'tools', 'add-dir', 'mcp-config'];
const WORDS = `model fallback-model append-system-prompt system-prompt session-id settings setting-sources
  max-turns max-budget-usd effort agent json-schema name resume permission-prompt-tool`.split(/\s+/);
const VALUED = [...WORDS, ...LISTS, ...Object.keys(CHOICES)];
const SHORT = { print: { short: 'p' }, continue: { short: 'c' }, resume: { short: 'r' } };

export const fail = (message) => process.exit(console.error(message) ?? 1);

export function read(args) {
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
