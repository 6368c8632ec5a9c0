/** `signalbox report`: reports the progress of work that is done outside Signalbox. */
import type { Command } from 'commander';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { jsonOption } from './flags.ts';
import { printCommitted } from './print-committed.ts';

interface ReportFlags {
  readonly json?: boolean;
  readonly phase?: string;
  readonly all?: boolean;
  readonly override?: boolean;
}

export function addReport(program: Command, daemon: () => Daemon): void {
  program
    .command('report')
    .description('report on work that is done elsewhere')
    .argument('<chunk>')
    .argument('<what>', 'started, progressed, finished or failed')
    .argument('[words]', 'what went wrong, or anything to know')
    .option('--phase <NAME>', 'progressed: the phase that it has come to')
    .option('--all', 'finished: every phase')
    .option('--override', 'started: although it is not ready; this is recorded')
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
      return printCommitted(daemon().units.report.mutate(report), flags, `${chunk}: ${what}.`);
    });
}
