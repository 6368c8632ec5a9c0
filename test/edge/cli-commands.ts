/** The commands of the terminal as its program defines them, those within others included. */
import type { Command } from 'commander';
import { program } from '../../client/cli/program.ts';

export interface Named {
  /** As it is typed after `signalbox`; empty: the program itself. */
  readonly name: string;
  readonly command: Command;
}

/** Everything that help shows, but for `help` itself. */
export function commandsOf(command: Command = program, name = ''): Named[] {
  const shown = command.createHelp().visibleCommands(command);
  const inner = command.commands.filter((each) => shown.includes(each));
  return [{ name, command }, ...inner.flatMap((each) => commandsOf(each, `${name} ${each.name()}`.trim()))];
}

/** The command that words mean, and what is left of them. */
export function commandAt(words: readonly string[], from: Command = program): readonly [Command, string[]] {
  const inner = from.commands.find((each) => each.name() === words[0]);
  return inner ? commandAt(words.slice(1), inner) : [from, [...words]];
}

export const takesJson = ({ command }: Named): boolean =>
  command.options.some(({ long }) => long === '--json');
