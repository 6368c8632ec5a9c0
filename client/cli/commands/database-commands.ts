/** The commands on a project's database: backup, restore, check, export, import, du, database copy. What they do is loaded when one is given. */
import type { Command } from 'commander';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { jsonOption } from './flags.ts';

interface Flags {
  readonly json?: boolean;
}

const actions = () => import('./database-actions.ts');

export function addDatabaseCommands(program: Command, paths: () => StatePaths): void {
  program
    .command('backup')
    .description('copy the database to a new file, while the daemon runs, and check the copy')
    .argument('<file>')
    .addOption(jsonOption())
    .action(async (file: string, flags: Flags) => (await actions()).backUp(paths(), file, flags));
  program
    .command('restore')
    .description('put a backup in the place of the database; what was there is kept beside it')
    .argument('<file>')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only try the backup, and say what would be put aside')
    .addOption(jsonOption())
    .action(async (file: string, flags: Flags) => (await actions()).restore(paths(), file, flags));
  program
    .command('check')
    .description('compare the database with its own log, while the daemon runs')
    .addOption(jsonOption())
    .action(async (flags: Flags) => (await actions()).check(paths(), flags));
  program
    .command('export')
    .description('write the whole log as lines of JSON, to a file or to stdout')
    .argument('[file]')
    .action(async (file: string | undefined) => (await actions()).exportTo(paths(), file));
  program
    .command('import')
    .description('take an exported log over into a project that has none yet')
    .argument('<file>', '"-": stdin')
    .addOption(jsonOption())
    .action(async (file: string, flags: Flags) => (await actions()).importFrom(paths(), file, flags));
  program
    .command('database')
    .description('move the state of this project')
    .command('copy')
    .description('copy the log into a database that has none, and check the copy; no daemon may run')
    .argument('<from>', 'sqlite, postgres://USER@HOST/NAME, or file:PATH of a file with such a URL')
    .argument('<to>', 'the same')
    .addOption(jsonOption())
    .action(async (from: string, to: string, flags: Flags) =>
      (await actions()).copy(paths(), { from, to }, flags),
    );
  program
    .command('du')
    .description('say what takes room on the disk, the largest first')
    .addOption(jsonOption())
    .action(async ({ json }: Flags) =>
      (await import('./print-disk-use.ts')).printDiskUse(paths(), json === true),
    );
}
