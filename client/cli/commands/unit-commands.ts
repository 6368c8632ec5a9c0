import type { Command } from 'commander';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';
import { collect, jsonOption } from './flags.ts';
import { dryRunIn, dryRunOption, printCommitted, printEnding } from './print-committed.ts';

type Flags = { json?: boolean; dryRun?: boolean };

/** The operator's commands on one unit. Each is one call; `daemon` makes the client when needed. */
export function addUnitCommands(program: Command, daemon: () => Daemon): void {
  const command = (name: string, description: string) =>
    program.command(name).description(description).argument('<chunk>').addOption(jsonOption());
  addRunning(command, daemon);
  addPlacing(command, daemon);
  addEnding(command, daemon);
}

type MakeCommand = (name: string, description: string) => Command;

/** Commands on its runs. */
function addRunning(command: MakeCommand, daemon: () => Daemon): void {
  command('retry', 'try a stuck unit again').action((chunk: string, flags: Flags) =>
    printCommitted(daemon().units.retry.mutate({ chunk }), flags, `${chunk} is tried again.`),
  );
  command('kill', 'stop the live run of a unit, and hold the unit')
    .option('--run <number>', 'only if this one is the live one')
    .addOption(dryRunOption())
    .action((chunk: string, flags: Flags & { run?: string }) => {
      const run = flags.run === undefined ? null : Number(flags.run);
      const call = daemon().units.kill.mutate({ chunk, run, ...dryRunIn(flags) });
      return printEnding(call, flags, `the run of ${chunk} is being stopped.`);
    });
  command(
    'interrupt',
    'send a message to the live run of a unit; its agent gets the signal that it asked for',
  )
    .argument('<text>')
    .option('--run <number>', 'only if this one is the live one')
    .action((chunk: string, text: string, flags: Flags & { run?: string }) => {
      const run = flags.run === undefined ? null : Number(flags.run);
      return printCommitted(
        daemon().units.interrupt.mutate({ chunk, text, run }),
        flags,
        `the message to the run of ${chunk} is being sent.`,
      );
    });
  command('hold', 'start no next phase of a unit; a run at work goes on')
    .argument('[why]')
    .action((chunk: string, why: string | undefined, flags: Flags) =>
      printCommitted(daemon().units.hold.mutate({ chunk, ...(why && { why }) }), flags, `${chunk} is held.`),
    );
  command('release', 'let a held unit go on').action((chunk: string, flags: Flags) =>
    printCommitted(daemon().units.release.mutate({ chunk }), flags, `${chunk} is released.`),
  );
}

/** Commands that edit it or move it in the order. */
function addPlacing(command: MakeCommand, daemon: () => Daemon): void {
  command('prioritize', 'set the priority of a unit: higher goes first among equals')
    .argument('<priority>')
    .action((chunk: string, priority: string, flags: Flags) =>
      printCommitted(
        daemon().units.prioritize.mutate({ chunk, priority: Number(priority) }),
        flags,
        `${chunk} has priority ${priority}.`,
      ),
    );
  command('link', 'make a unit wait until another is done')
    .argument('<after>')
    .action((chunk: string, after: string, flags: Flags) =>
      printCommitted(daemon().units.link.mutate({ chunk, after }), flags, `${chunk} waits for ${after}.`),
    );
  command('unlink', 'remove a dependency of a unit on another')
    .argument('<after>')
    .action((chunk: string, after: string, flags: Flags) =>
      printCommitted(
        daemon().units.unlink.mutate({ chunk, after }),
        flags,
        `${chunk} no longer waits for ${after}.`,
      ),
    );
  command('edit', 'edit the title, the goal or the paths of a unit')
    .option('--title <text>')
    .option('--goal <text>')
    .option('--path <glob>', 'a glob; repeat for more; all of them are replaced', collect)
    .action((chunk: string, flags: Flags & { title?: string; goal?: string; path?: string[] }) => {
      const { title, goal, path } = flags;
      if (title === undefined && goal === undefined && path === undefined)
        throw new ProgramError('usage', 'Say what to change: --title, --goal or --path.');
      const edit = {
        chunk,
        ...(title !== undefined && { title }),
        ...(goal !== undefined && { goal }),
        ...(path !== undefined && { paths: path }),
      };
      return printCommitted(daemon().units.edit.mutate(edit), flags, `${chunk} is changed.`);
    });
}

function addEnding(command: MakeCommand, daemon: () => Daemon): void {
  command('close', 'close a unit: it counts as done')
    .argument('[reason]')
    .option('--kill', 'stop its live run first')
    .addOption(dryRunOption())
    .action((chunk: string, reason: string | undefined, flags: Flags & { kill?: boolean }) => {
      const input = { chunk, kill: flags.kill ?? false, ...(reason && { reason }), ...dryRunIn(flags) };
      return printEnding(daemon().units.close.mutate(input), flags, `${chunk} is closed.`);
    });
  command('rm', 'remove a unit')
    .option('--unlink', 'remove the dependencies of other units on it')
    .option('--kill', 'stop its live run first')
    .addOption(dryRunOption())
    .action((chunk: string, flags: Flags & { unlink?: boolean; kill?: boolean }) => {
      const { unlink = false, kill = false } = flags;
      const call = daemon().units.remove.mutate({ chunk, unlink, kill, ...dryRunIn(flags) });
      return printEnding(call, flags, `${chunk} is removed.`);
    });
}
