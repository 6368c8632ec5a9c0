/** `signalbox usage`: prints what agents have reported of tokens and cost. */
import { type Command, Option } from 'commander';
import { moneyWords, usageDetailWords } from '../../../shared/usage-words.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { oneLine, print, printJson, table } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';

interface UsageFlags {
  readonly by: 'unit' | 'agent' | 'day';
  readonly json?: boolean;
}

export function addUsage(program: Command, daemon: () => Daemon): void {
  program
    .command('usage')
    .description('print the tokens and the cost that agents have reported')
    .addOption(new Option('--by <what>', 'a sum for each').choices(['unit', 'agent', 'day']).default('unit'))
    .addOption(jsonOption())
    .action(async ({ by, json }: UsageFlags) => {
      const found = await daemon().usage.query({ by });
      if (json) return printJson(found);
      if (found.rows.length === 0) return print('No agent has reported anything.');
      const rows = [...found.rows, { name: 'in all', usage: found.total }];
      await print(
        table(
          rows.map(({ name, usage }) => [oneLine(name), usageDetailWords(usage)]),
          (_row, _column, cell) => cell,
        ),
      );
      const { day, micro_usd, budget_usd } = found.today;
      const limit = budget_usd === 0 ? '' : `, of ${moneyWords(budget_usd * 1e6)}`;
      await print(`today (${day}, UTC): ${moneyWords(micro_usd)}${limit}`);
    });
}
