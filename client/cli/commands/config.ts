/** `signalbox config`: shows and changes the settings. */
import type { Command } from 'commander';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';
import { print, printJson } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';
import { printCommitted } from './print-committed.ts';

type Flags = { json?: boolean };

export function addConfig(program: Command, daemon: () => Daemon): void {
  const config = program.command('config').description('show the settings, or update them');
  config
    .command('show', { isDefault: true })
    .description('show the settings')
    .addOption(jsonOption())
    .action(async (flags: Flags) => {
      const { settings } = await daemon().status.query();
      if (flags.json) return printJson(settings);
      for (const [name, value] of Object.entries(settings)) await print(`${name} = ${value}`);
    });
  config
    .command('update')
    .description('set one or more, for good: max_agents=6 undo_seconds=0 weight=0.5 ask_above=0.2')
    .argument('<setting...>', 'name=value')
    .addOption(jsonOption())
    .action((settings: string[], flags: Flags) =>
      printCommitted(
        daemon().config.update.mutate(Object.fromEntries(settings.map(settingOf))),
        flags,
        settings.join(', '),
      ),
    );
}

function settingOf(text: string): [string, number] {
  const [, name, value] = /^([a-z_]+)=([0-9.]+)$/.exec(text) ?? [];
  if (!name || !value) throw new ProgramError('usage', `A setting is name=number, not "${text}".`);
  return [name, Number(value)];
}
