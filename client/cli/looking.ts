import type { Command } from 'commander';
import { bulkWords } from '../../shared/bulk.ts';
import { verdictWords } from '../../shared/sentences.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import type { Daemon } from '../daemon/daemon-client.ts';
import { type FilterFlags, queryFrom } from './filter.ts';
import { jsonOption } from './flags.ts';
import { oneLine, print, printJson } from './output.ts';
import { ProgramError } from './program-error.ts';

/** Commands that list what no page shows whole: judgements on pairs, and the log. */
export function addLooking(program: Command, daemon: () => Daemon): void {
  program
    .command('conflicts')
    .description('list the judgements on pairs of units')
    .addOption(jsonOption())
    .action(async (flags: { json?: boolean }) => {
      const { conflicts } = await daemon().conflicts.list.query();
      if (flags.json) return printJson(conflicts);
      for (const { chunk, other_chunk, verdict, decided_by, reason } of conflicts)
        await print(
          `${chunk} and ${other_chunk}: ${verdictWords(verdict)} (${decided_by}: ${oneLine(reason)})`,
        );
      if (conflicts.length === 0) await print('Nothing was judged yet.');
    });
  program
    .command('bulk')
    .description('do one action on all units that a filter shows, at most 500 at once')
    .argument('<action>', 'retry, hold, release or snooze')
    .option('--status <list>', 'those with this status')
    .option('--kind <list>', 'those with an item of this kind')
    .option('--find <words>', 'those with these words in name or title')
    .option('--why <text>', 'hold: the reason')
    .option('--minutes <number>', 'snooze: how long (default 60)')
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
      });
      await (flags.json ? printJson(outcome) : print(oneLine(bulkWords(outcome))));
    });
  program
    .command('history')
    .description('print the log: what happened, and who did it')
    .argument('[chunk]', 'of one unit')
    .option('--after <number>', 'begin after this event', '0')
    .option('--limit <number>', 'at most so many, up to 1000', '200')
    .addOption(jsonOption())
    .action(async (chunk: string | undefined, flags: HistoryFlags) => {
      const input = { after: wholeFrom('--after', flags.after), limit: wholeFrom('--limit', flags.limit) };
      const { events, next } = await daemon().history.query({
        ...input,
        ...(chunk !== undefined && { chunk }),
      });
      if (flags.json) return printJson({ events, next });
      for (const event of events as Logged[]) await print(line(event));
      if (next !== null) await print(`… go on: signalbox history --after ${next}`);
    });
}

interface BulkFlags extends FilterFlags {
  readonly why?: string;
  readonly minutes?: string;
  readonly json?: boolean;
}

interface HistoryFlags {
  readonly after: string;
  readonly limit: string;
  readonly json?: boolean;
}

interface Logged {
  readonly seq: number;
  readonly at: string;
  readonly by: { readonly actor: string; readonly door: string };
  readonly chunk: string | null;
  readonly type: string;
}

const line = ({ seq, at, by, chunk, type }: Logged): string =>
  [String(seq).padStart(6), at, `${oneLine(by.actor)} (${by.door})`, chunk ?? '', type].join('  ');

function wholeFrom(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new ProgramError('usage', `${flag} takes a whole number, not "${text}".`);
  return Number(text);
}
