import type { Command } from 'commander';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { oneLine, print, printJson } from '../output/terminal-output.ts';
import { jsonOption, wholeFrom } from './flags.ts';

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

export function addHistory(program: Command, daemon: () => Daemon): void {
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
