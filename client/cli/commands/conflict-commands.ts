/** `signalbox resolve`, `conflict` and `conflicts`: report, decide and list conflicts between units. */
import type { Command } from 'commander';
import { verdictWords } from '../../../shared/unit-sentences.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { oneLine, print, printJson } from '../output/terminal-output.ts';
import { collect, jsonOption } from './flags.ts';
import { printCommitted } from './print-committed.ts';

interface ConflictFlags {
  readonly json?: boolean;
  readonly verdict: string;
  readonly confidence: string;
  readonly reason: string;
  readonly file?: string[];
  readonly symbol?: string[];
}

/** Whether two units may be at work at the same time: the operator's decision, an analysis, and the list of both. */
export function addConflictCommands(program: Command, daemon: () => Daemon): void {
  program
    .command('resolve')
    .description('decide whether two units may be at work at the same time')
    .argument('<chunk>')
    .argument('<other>')
    .argument('<verdict>', 'parallelize or serialize')
    .addOption(jsonOption())
    .action((chunk: string, other_chunk: string, verdict: string, flags: { json?: boolean }) =>
      printCommitted(
        daemon().conflicts.resolve.mutate({ chunk, other_chunk, verdict: verdict as 'serialize' }),
        flags,
        `${chunk} and ${other_chunk}: ${verdict}.`,
      ),
    );
  program
    .command('conflict')
    .description('report what an analysis found about two units')
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
      return printCommitted(
        daemon().conflicts.report.mutate(found),
        flags,
        `noted for ${chunk} and ${other_chunk}.`,
      );
    });
  program
    .command('conflicts')
    .description('list the verdicts on pairs of units')
    .addOption(jsonOption())
    .action(async (flags: { json?: boolean }) => {
      const { conflicts } = await daemon().conflicts.list.query();
      if (flags.json) return printJson(conflicts);
      for (const { chunk, other_chunk, verdict, decided_by, reason } of conflicts)
        await print(
          `${chunk} and ${other_chunk}: ${verdictWords(verdict)} (${decided_by}: ${oneLine(reason)})`,
        );
      if (conflicts.length === 0) await print('There are no verdicts yet.');
    });
}
