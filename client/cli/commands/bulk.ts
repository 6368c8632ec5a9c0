/** `signalbox bulk`: applies one action to all units that a filter selects. */
import type { Command } from 'commander';
import { bulkWords } from '../../../shared/bulk.ts';
import { takingUnknown } from '../../../shared/unknown-input.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { oneLine, print, printJson } from '../output/terminal-output.ts';
import { type FilterFlags, queryFrom } from './filter-flags.ts';
import { jsonOption, wholeFrom } from './flags.ts';
import { dryRunIn, dryRunOption, printWould } from './print-committed.ts';

interface BulkFlags extends FilterFlags {
  readonly why?: string;
  readonly minutes?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export function addBulk(program: Command, daemon: () => Daemon): void {
  program
    .command('bulk')
    .description('do one thing to all units that a filter shows, at most 500 at once')
    .argument('<action>', 'retry, hold, release or snooze')
    .option('--status <list>', 'those with this status')
    .option('--kind <list>', 'those with an item of this kind')
    .option('--find <words>', 'those whose name or title holds these words')
    .option('--why <text>', 'hold: the reason')
    .option('--minutes <number>', 'snooze: how long (default 60)')
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action(async (action: string, flags: BulkFlags) => {
      const { page: _, ...filter } = queryFrom(flags);
      const minutes = flags.minutes === undefined ? {} : { minutes: wholeFrom('--minutes', flags.minutes) };
      const why = flags.why === undefined ? {} : { why: flags.why };
      const outcome = await takingUnknown(daemon().units.bulk.mutate)({
        action,
        ...filter,
        ...minutes,
        ...why,
        ...dryRunIn(flags),
      });
      if (flags.json) return printJson(outcome);
      if (!flags.dryRun) return print(oneLine(bulkWords(outcome)));
      for (const { chunk, message } of outcome.refused) await print(oneLine(`${chunk}  refused: ${message}`));
      await printWould(outcome);
    });
}
