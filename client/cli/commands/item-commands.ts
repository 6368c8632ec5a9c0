/** `signalbox snooze`, `wake`, `undo` and `withdraw`: act on the items of a unit. */
import type { Command } from 'commander';
import type { Card } from '../../../shared/board.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { cardText } from '../output/listing.ts';
import { ProgramError } from '../output/program-error.ts';
import { jsonOption } from './flags.ts';
import { dryRunIn, dryRunOption, printCommitted, printEnding } from './print-committed.ts';

interface Flags {
  readonly json?: boolean;
  readonly item?: string;
}

interface SnoozeFlags extends Flags {
  readonly for?: string;
  readonly until?: string;
  readonly untilDone?: string;
}

/** Commands on the items of a unit, except answering. */
export function addItemCommands(program: Command, daemon: () => Daemon): void {
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<chunk>')
      .option('--item <id>', 'which item, when there are several')
      .addOption(jsonOption());

  command('snooze', 'take an item out of the queue for a while')
    .option('--for <time>', 'as in 30m, 2h or 1d')
    .option('--until <moment>', 'with its offset, as in 2026-01-31T09:00+02:00')
    .option('--until-done <chunk>', 'until that unit is done')
    .action(async (chunk: string, flags: SnoozeFlags) => {
      const { id: item, version } = await only(daemon(), chunk, 'open', flags);
      const call = daemon().items.snooze.mutate({ chunk, item, version, ...untilOf(flags) });
      await printCommitted(call, flags, `${chunk} is snoozed.`);
    });
  command('wake', 'put a snoozed item back into the queue').action(async (chunk: string, flags: Flags) => {
    const { id: item } = await only(daemon(), chunk, 'snoozed', flags);
    await printCommitted(
      daemon().items.wake.mutate({ chunk, item }),
      flags,
      `${chunk} is back in the queue.`,
    );
  });
  command('undo', 'take back an answer that is still going out').action(
    async (chunk: string, flags: Flags) => {
      const { id: item, version } = await only(daemon(), chunk, 'going-out', flags);
      await printCommitted(daemon().items.undo.mutate({ chunk, item, version }), flags, `taken back.`);
    },
  );
  command('withdraw', 'withdraw an open item: it needs no answer any more')
    .argument('[why]')
    .addOption(dryRunOption())
    .action(async (chunk: string, why: string | undefined, flags: Flags & { dryRun?: boolean }) => {
      const { id: item } = await only(daemon(), chunk, 'open', flags);
      const call = daemon().items.withdraw.mutate({ chunk, item, ...(why && { why }), ...dryRunIn(flags) });
      await printEnding(call, flags, `withdrawn.`);
    });
}

/** The item with the given id, or the only one in this state. */
async function only(daemon: Daemon, chunk: string, state: Card['state'], { item }: Flags): Promise<Card> {
  const { rows } = await daemon.board.now.query({ chunk });
  const cards = rows.filter((row) => row.row === 'item').filter((card) => card.state === state);
  const found = cards.filter(({ id }) => item === undefined || id === item);
  const [card] = found;
  if (card && found.length === 1) return card;
  if (found.length > 1)
    throw new ProgramError(
      'refused',
      `${chunk} has several; say which with --item:\n${found.map((card) => cardText(card)).join('\n')}`,
    );
  throw new ProgramError('refused', `${chunk} has no item that is ${state.replace('-', ' ')}.`);
}

const MINUTES = { m: 1, h: 60, d: 1440 } as const;

function untilOf(flags: SnoozeFlags) {
  const { until, untilDone } = flags;
  if (until !== undefined) return { until };
  if (untilDone !== undefined) return { until_done: untilDone };
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(flags.for ?? '') ?? [];
  if (!count)
    throw new ProgramError('usage', 'Say how long: --for 30m, --until MOMENT or --until-done CHUNK.');
  return { minutes: Number(count) * MINUTES[unit as keyof typeof MINUTES] };
}
