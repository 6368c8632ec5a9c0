/** `signalbox executors`: where runs may work besides this machine; and `signalbox carry`, which an executor starts there. */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import type { CarryEntry, CarryFlags } from '../../../shared/carry-words.ts';
import type { StatePaths } from '../../../shared/state-paths.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, table, tell } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';

interface Flags {
  readonly json?: boolean;
}

export function addExecutors(program: Command, daemon: () => Daemon, paths: () => StatePaths): void {
  const executors = program
    .command('executors')
    .description('list the other machines and clusters on which runs may work, and whether they are reached')
    .addOption(jsonOption())
    .action(async ({ json }: Flags) => {
      const lines = await daemon().executors.query();
      if (json) return printJson(lines);
      if (lines.length === 0)
        return print('Runs work on this machine alone. To name others: signalbox executors set FILE');
      const rows = lines.map(({ name, kind, ssh, folder, room, at_work, reached, problem }) => [
        name,
        kind,
        `${ssh === null ? '' : `${ssh}:`}${oneLine(folder)}`,
        `${at_work} of ${room} at work`,
        reached ? 'reached' : oneLine(problem ?? 'not reached yet'),
      ]);
      await print(table(rows, (_row, _column, cell) => cell));
    });
  executors
    .command('set')
    .description('take over a file that names them, in the place of the one before; {} names none')
    .argument('<file>', '"-": stdin')
    .addOption(jsonOption())
    .action(async (file: string, _: Flags, command: Command) => {
      const { setExecutors } = await loadOffline();
      const names = setExecutors(paths(), file === '-' ? await text(process.stdin) : read(file));
      // The command above takes the flag for its own.
      if (command.optsWithGlobals<Flags>().json) return printJson(names);
      tell(names.length === 0 ? 'runs work on this machine alone.' : `runs may work on ${names.join(', ')}.`);
    });
  program
    .command('carry')
    .description('carry one run for a daemon on another machine; an executor starts this')
    .option('--detach', 'go on as a process of its own, whose number is printed')
    .addOption(
      new Option('--launch <file>', 'what standard input would bring, in a file; it is removed').conflicts([
        'detach',
        'linked',
        'link',
      ]),
    )
    .addOption(
      new Option(
        '--linked <marker>',
        'wait until the daemon links to this machine, which brings it',
      ).conflicts(['detach', 'link']),
    )
    .addOption(
      new Option(
        '--link <marker>',
        'link the one that waits by this marker to the daemon at standard input and output',
      ).conflicts('detach'),
    )
    .action(async ({ detach = false, launch = null, linked = null, link = null }: Partial<CarryFlags>) => {
      const entry = new URL('./carry.js', import.meta.url).href;
      await ((await import(entry)) as CarryEntry).carry({ detach, launch, linked, link });
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ProgramError('usage', `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
