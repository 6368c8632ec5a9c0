/** docs/signalbox.1: the manual page, made from what the program says of its commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXAMPLES } from '../../client/cli/commands/examples.ts';
import { EXIT_CODES, program } from '../../client/cli/program.ts';
import { commandsOf } from '../edge/cli-commands.ts';

const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8'),
) as { version: string };

/** A line of text as roff takes it: a backslash begins a request, and so do a dot and an apostrophe at the beginning. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replaceAll('’', "'")
    .replaceAll('“', '\\(lq')
    .replaceAll('”', '\\(rq')
    .replace(
      /[^\x00-\x7f]/gu,
      (sign) => `\\[u${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );

const optionsOf = (command: Command): string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ flags, description }) => ['.TP', `\\fB${roff(flags)}\\fR`, roff(description)]);

function sectionOf({ name, command }: { name: string; command: Command }): string[] {
  const usage = command.createHelp().commandUsage(command);
  const words = command.registeredArguments.flatMap((argument) =>
    argument.description === ''
      ? []
      : ['.TP', `\\fI${roff(argument.name())}\\fR`, roff(argument.description)],
  );
  return [
    `.SS ${roff(name)}`,
    roff(`${command.description()}.`),
    '.PP',
    `.B ${roff(usage)}`,
    ...words,
    ...optionsOf(command),
    ...((EXAMPLES[name] ?? []).length === 0 ? [] : ['.PP', 'Examples:', '.EX']),
    ...(EXAMPLES[name] ?? []).map((line) => `  ${roff(line)}`),
    ...((EXAMPLES[name] ?? []).length === 0 ? [] : ['.EE']),
  ];
}

export function manual(): string {
  const [, ...commands] = commandsOf();
  const codes = EXIT_CODES.trim()
    .replace(/^Exit codes: /, '')
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '')
    .split('; ');
  return `${[
    `.TH SIGNALBOX 1 "" "signalbox ${version}" "User Commands"`,
    '.SH NAME',
    'signalbox \\- what needs me, in which order, and what is everything else doing',
    '.SH SYNOPSIS',
    `.B signalbox`,
    '[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]',
    '.SH DESCRIPTION',
    roff(program.description()),
    'A daemon with a live page for one person who runs many coding agents and other long jobs. Data goes to standard output,',
    'sentences to standard error.',
    '.SH OPTIONS',
    ...optionsOf(program),
    '.SH COMMANDS',
    ...commands.flatMap(sectionOf),
    '.SH EXIT STATUS',
    ...codes.flatMap((line) => {
      const [, code = '', words = ''] = /^(\d+) (.*)$/.exec(line) ?? [];
      return ['.TP', `.B ${code}`, roff(words)];
    }),
    '.SH ENVIRONMENT',
    ...[
      ['SIGNALBOX_PROJECT', 'the project to talk about'],
      ['SIGNALBOX_PORT, SIGNALBOX_MAX_AGENTS, SIGNALBOX_UNDO_SECONDS', 'as the flags of start'],
      ['NO_COLOR', 'no colours'],
      ['XDG_STATE_HOME, XDG_CONFIG_HOME', 'where the state of projects and your own settings lie'],
    ].flatMap(([name = '', says = '']) => ['.TP', `.B ${roff(name)}`, roff(says)]),
    '.SH FILES',
    ...[
      ['~/.local/state/signalbox/', 'the state of all projects'],
      ['~/.config/signalbox/config.json', 'your own settings'],
      ['signalbox.json', 'in a project: the agents that it names'],
    ].flatMap(([name = '', says = '']) => ['.TP', `.I ${roff(name)}`, roff(says)]),
  ].join('\n')}\n`;
}
