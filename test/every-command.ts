/** Every command of the terminal, from the program itself, so that a new one is never left out. */
import type { Command, Option } from 'commander';
import { program } from '../client/cli/program.ts';

export interface Called {
  /** "origin add" */
  readonly name: string;
  /** With what it cannot do without: a unit is called `chunk`. */
  readonly argv: readonly string[];
}

/** Those that other commands stand below are called as their default one. */
export function everyCommand(chunk: string): Called[] {
  const called = leavesOf(program).map(({ names, command }) => ({
    name: names.join(' '),
    argv: [...names, ...neededBy(command, chunk)],
  }));
  if (called.length < 40) throw new Error('the commands were not found');
  return called;
}

interface Leaf {
  readonly names: readonly string[];
  readonly command: Command;
}

function leavesOf(command: Command, names: readonly string[] = []): Leaf[] {
  if (command.commands.length === 0) return [{ names, command }];
  return command.commands.flatMap((inner) => leavesOf(inner, [...names, inner.name()]));
}

const neededBy = ({ registeredArguments, options }: Command, chunk: string): string[] => [
  ...registeredArguments
    .filter(({ required }) => required)
    .map((each) => each.argChoices?.[0] ?? (['chunk', 'other', 'after'].includes(each.name()) ? chunk : '1')),
  ...options.filter(({ mandatory }) => mandatory).flatMap(valueFor),
];

const valueFor = ({ long, required, argChoices }: Option): string[] =>
  required ? [long ?? '', argChoices?.[0] ?? '1'] : [long ?? ''];
