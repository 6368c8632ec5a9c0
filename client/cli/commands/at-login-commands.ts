import type { Command } from 'commander';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { jsonOption } from './flags.ts';

interface Flags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** The daemon as a service of the user: systemd on Linux, launchd on macOS. */
export function addServiceCommands(program: Command, paths: () => StatePaths): void {
  const service = program
    .command('service')
    .description('let systemd or launchd start the daemon when you log in, and again when it fails');
  service
    .command('install')
    .description('write the service of this project and start it')
    .argument('[start-flags...]', 'behind "--": what "signalbox start" is given')
    .option('--dry-run', 'only show what would be written')
    .action(async (startFlags: string[], flags: Flags) =>
      (await import('./at-login.ts')).installService(paths(), startFlags, flags),
    );
  service
    .command('uninstall')
    .description('stop the service and remove it; runs at work go on')
    .option('--dry-run', 'only show what would be removed')
    .action(async (flags: Flags) => (await import('./at-login.ts')).uninstallService(paths(), flags));
  service
    .command('status', { isDefault: true })
    .description('say whether it is installed, and whether it runs')
    .addOption(jsonOption())
    .action(async (flags: Flags) => (await import('./at-login.ts')).showService(paths(), flags));
}
