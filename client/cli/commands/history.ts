/** `signalbox history`: prints the event log. */
import type { Command } from 'commander';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { oneLine, print, printJson, tell } from '../output/terminal-output.ts';
import { jsonOption, wholeFrom } from './flags.ts';

interface HistoryFlags {
  readonly after?: string;
  readonly limit?: string;
  readonly json?: boolean;
}

type Page = Awaited<ReturnType<Daemon['history']['query']>>;

const line = ({ seq, at, by, chunk, type }: Page['events'][number]): string =>
  [String(seq).padStart(6), at, `${oneLine(by.actor)} (${by.door})`, chunk ?? '', type].join('  ');

export function addHistory(program: Command, daemon: () => Daemon): void {
  program
    .command('history')
    .description('print the log: what happened, and who did it')
    .argument('[chunk]', 'of one unit')
    .option('--after <number>', 'begin after this event')
    .option('--limit <number>', 'at most so many')
    .addOption(jsonOption())
    .action(async (chunk: string | undefined, { after, limit, json }: HistoryFlags) => {
      const { events, next } = await daemon().history.query({
        ...(after !== undefined && { after: wholeFrom('--after', after) }),
        ...(limit !== undefined && { limit: wholeFrom('--limit', limit) }),
        ...(chunk !== undefined && { chunk }),
      });
      if (json) return printJson({ events, next });
      for (const event of events) await print(line(event));
      if (next === null) return;
      const same = [
        ...(chunk === undefined ? [] : [chunk]),
        ...(limit === undefined ? [] : ['--limit', limit]),
      ];
      tell(`there are more: ${['signalbox history', ...same, '--after', next].join(' ')}`);
    });
}
