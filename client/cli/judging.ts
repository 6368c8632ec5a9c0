import type { Command } from 'commander';
import type { Daemon } from '../daemon/daemon-client.ts';
import { collect, jsonOption } from './flags.ts';
import { print, printJson } from './output.ts';
import { ProgramError } from './program-error.ts';
import { printed } from './steering.ts';

type Flags = { json?: boolean };

interface ConflictFlags extends Flags {
  readonly verdict: string;
  readonly confidence: string;
  readonly reason: string;
  readonly file?: string[];
  readonly symbol?: string[];
}

interface ReportFlags extends Flags {
  readonly phase?: string;
  readonly all?: boolean;
  readonly override?: boolean;
}

/** Commands about two units, about work done elsewhere, and about the settings. */
export function addJudging(program: Command, daemon: () => Daemon): void {
  addConflicts(program, daemon);
  addReport(program, daemon);
  addConfig(program, daemon);
}

function addConflicts(program: Command, daemon: () => Daemon): void {
  program
    .command('resolve')
    .description('decide whether two units may be at work at the same time')
    .argument('<chunk>')
    .argument('<other>')
    .argument('<verdict>', 'parallelize or serialize')
    .addOption(jsonOption())
    .action((chunk: string, other_chunk: string, verdict: string, flags: Flags) =>
      printed(
        daemon().conflicts.resolve.mutate({ chunk, other_chunk, verdict: verdict as 'serialize' }),
        flags,
        `${chunk} and ${other_chunk}: ${verdict}.`,
      ),
    );
  program
    .command('conflict')
    .description('record what an analysis found about two units')
    .argument('<chunk>')
    .argument('<other>')
    .requiredOption('--verdict <word>', 'INDEPENDENT, SERIALIZE or ASK_OPERATOR')
    .requiredOption('--reason <text>', 'why')
    .option('--confidence <number>', 'from 0 to 1', '0.5')
    .option('--file <path>', 'a file that both touch; repeat for more', collect)
    .option('--symbol <name>', 'a symbol that both touch; repeat for more', collect)
    .addOption(jsonOption())
    .action((chunk: string, other_chunk: string, flags: ConflictFlags) => {
      const found = {
        chunk,
        other_chunk,
        verdict: flags.verdict as 'SERIALIZE',
        confidence: Number(flags.confidence),
        reason: flags.reason,
        overlapping_files: flags.file ?? [],
        overlapping_symbols: flags.symbol ?? [],
      };
      return printed(
        daemon().conflicts.report.mutate(found),
        flags,
        `noted for ${chunk} and ${other_chunk}.`,
      );
    });
}

function addReport(program: Command, daemon: () => Daemon): void {
  program
    .command('report')
    .description('report on work that is done elsewhere')
    .argument('<chunk>')
    .argument('<what>', 'started, progressed, finished or failed')
    .argument('[words]', 'what went wrong, or anything else to know')
    .option('--phase <NAME>', 'progressed: the phase that it has reached')
    .option('--all', 'finished: all phases')
    .option('--override', 'started: although it is not ready (recorded)')
    .addOption(jsonOption())
    .action((chunk: string, what: string, words: string | undefined, flags: ReportFlags) => {
      const { phase, all = false, override = false } = flags;
      const report = {
        chunk,
        what: what as 'started',
        all,
        override,
        words: words ?? '',
        ...(phase && { phase }),
      };
      return printed(daemon().units.report.mutate(report), flags, `${chunk}: ${what}.`);
    });
}

function addConfig(program: Command, daemon: () => Daemon): void {
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
      printed(
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
