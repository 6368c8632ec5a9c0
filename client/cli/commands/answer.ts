import type { Daemon } from '../../daemon/daemon-client.ts';
import { cardText } from '../output/listing.ts';
import { ProgramError } from '../output/program-error.ts';
import { oneLine, printJson, tell } from '../output/terminal-output.ts';

export interface AnswerFlags {
  readonly item?: string;
  readonly option: string[];
  readonly json?: boolean;
}

/** Reads the item, and answers the version that was read. */
export async function answer(daemon: Daemon, chunk: string, text: string, flags: AnswerFlags): Promise<void> {
  const { rows } = await daemon.board.now.query({ chunk });
  const cards = rows.filter((row) => row.row === 'item').filter(({ state }) => state === 'open');
  const card = flags.item === undefined ? cards[0] : cards.find(({ id }) => id === flags.item);
  if (flags.item === undefined && cards.length > 1)
    throw new ProgramError(
      'refused',
      `${chunk} has ${cards.length} open items; say which with --item:\n${cards.map((card) => cardText(card)).join('\n')}`,
    );
  const { seq } = await daemon.items.answer.mutate({
    chunk,
    item: card?.id ?? flags.item ?? null,
    version: card?.version ?? (flags.item === undefined ? null : 1),
    options: flags.option,
    text,
  });
  if (flags.json) return printJson({ seq, item: card?.id });
  tell(`answered: ${oneLine(card?.prompt ?? '')}`);
}
