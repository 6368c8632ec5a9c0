/** `signalbox archive`: units that are done for long, which the dashboard no longer shows. */
import type { Command } from 'commander';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { oneLine, print, printJson, table, tell } from '../output/terminal-output.ts';
import { jsonOption, wholeFrom } from './flags.ts';

interface ArchiveFlags {
  readonly find?: string;
  readonly before?: string;
  readonly limit?: string;
  readonly json?: boolean;
}

export function addArchive(program: Command, daemon: () => Daemon): void {
  program
    .command('archive')
    .description('list the archived units: done for long, and no longer in `ls`')
    .option('--find <words>', 'only those whose name or title holds these words')
    .option('--before <number>', 'only those added before the unit with this number')
    .option('--limit <number>', 'at most so many')
    .addOption(jsonOption())
    .action(async ({ find, before, limit, json }: ArchiveFlags) => {
      const found = await daemon().archive.query({
        ...(find !== undefined && { q: find }),
        ...(before !== undefined && { before: wholeFrom('--before', before) }),
        ...(limit !== undefined && { limit: wholeFrom('--limit', limit) }),
      });
      if (json) return printJson(found);
      const { units, next } = found;
      const rows = units.map(({ chunk, over_at, title }) => [chunk, over_at.slice(0, 10), oneLine(title)]);
      await print(rows.length === 0 ? 'No archived units.' : table(rows, (_row, _column, cell) => cell));
      if (next !== null) tell(`there are more: signalbox archive --before ${next}`);
    });
}
