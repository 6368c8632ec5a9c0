/** Help begins with what somebody would type, and that can be typed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Command } from 'commander';
import { EXAMPLES } from '../../client/cli/commands/examples.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { commandAt, commandsOf } from './cli-commands.ts';

const MOST_EXAMPLES = 4;

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

describe('help', () => {
  for (const { name, command } of commandsOf())
    test(`of "signalbox${name && ` ${name}`}" begins with examples of it`, () => {
      const [examples = '', usage = ''] = helpOf(command).split('\n\n');
      const [title, ...lines] = examples.split('\n');
      assert.equal(title, 'Examples:');
      assert.ok(lines.length >= 1 && lines.length <= MOST_EXAMPLES, `${lines.length} examples`);
      for (const line of lines) {
        assert.match(line, /^ {2}\S/);
        assert.ok(line.includes(`signalbox ${name}`.trim()), line);
      }
      assert.match(usage, new RegExp(`^Usage: signalbox ${name}`.trimEnd()));
    });

  test('there are no examples of what there is not', () => {
    const names = commandsOf().map(({ name }) => name);
    assert.deepEqual(
      Object.keys(EXAMPLES).filter((name) => !names.includes(name)),
      [],
    );
  });

  test('is printed like that', async () => {
    const house = DaemonFixture.make();
    try {
      for (const words of [['--help'], ['wait', '--help'], ['help', 'config', 'update']]) {
        const { code, stdout } = await house.signalbox(...words);
        assert.equal(code, 0);
        assert.match(stdout, /^Examples:\n {2}signalbox /);
      }
    } finally {
      await house.close();
    }
  });
});

describe('an example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sb-examples-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '.config', 'fish', 'completions'), { recursive: true });

  /** How a shell understands a line: the words of each call of `signalbox` in it. Nothing is run. */
  function callsIn(line: string): string[][] {
    const calls = join(folder, 'calls');
    const script = [
      `signalbox() { printf '%s\\0' "$@" >> "$CALLS"; printf '\\n' >> "$CALLS"; }`,
      'make() { :; }',
      'curl() { :; }',
      'source() { cat "$1"; }',
      ': > "$CALLS"',
      line,
    ].join('\n');
    const { status, stderr } = spawnSync('bash', ['-c', script], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, CALLS: calls },
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, ''], line);
    const written = readFileSync(calls, 'utf8').split('\n').filter(Boolean);
    return written.map((call) => call.split('\0').slice(0, -1));
  }

  for (const [name, lines] of Object.entries(EXAMPLES))
    test(`of "signalbox${name && ` ${name}`}" is taken as it stands`, () => {
      for (const line of lines) {
        const calls = callsIn(line);
        assert.ok(calls.length > 0, `${line} does not call signalbox`);
        for (const words of calls) checkTaken(words);
      }
    });
});

function checkTaken(words: readonly string[]): void {
  const [command, rest] = commandAt(words);
  const line = words.join(' ');
  command.exitOverride();
  const { operands, unknown } = command.parseOptions(rest);
  assert.deepEqual(unknown, [], `${line}: unknown`);
  const { registeredArguments, options, commands } = command;
  const needed = registeredArguments.filter(({ required }) => required).length;
  const most = registeredArguments.at(-1)?.variadic ? Number.POSITIVE_INFINITY : registeredArguments.length;
  assert.ok(operands.length >= needed && operands.length <= most, `${line}: ${operands.length} words`);
  for (const option of options.filter(({ mandatory }) => mandatory))
    assert.notEqual(command.getOptionValue(option.attributeName()), undefined, `${line}: ${option.long}`);
  assert.ok(commands.length === 0 || operands.length === 0, `${line}: no such command`);
}
