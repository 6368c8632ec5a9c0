import type { Card } from '../../../shared/board.ts';
import { cardText } from '../output/listing.ts';
import { indented, oneLine, styled } from '../output/terminal-output.ts';
import type { Walk } from './queue-walk.ts';

/** The card shown, its position in the queue, and the keys. */
export function queueWalkText({ cards, card }: Walk): string {
  if (!card) return `\nNothing needs you. ${styled('dim', 'q: quit')}`;
  const at = cards.findIndex(({ id }) => id === card.id) + 1;
  return `\n${styled('dim', `${at} of ${cards.length}`)}\n${cardText(card)}\n${legend(card)}`;
}

export const EARLY = 'not taken: this card has only just come. Look at it, then press once more.';
export const PASTED =
  'several characters at once were pasted, not pressed: nothing is done. Press one key, or a for words.';

export const unsentWords = (words: string): string =>
  words === '' ? 'not sent.' : `not sent, what you typed:\n${indented(words, '  ')}`;

/** The available keys, options by number. */
function legend({ options, multiple, allows_text }: Card): string {
  const numbered = options.slice(0, 9).map(({ id }, at) => `${at + 1}: ${oneLine(id)}`);
  const keys = ['n/p: next/previous', 's: snooze 1 h', 'z: undo', 'q: quit'];
  const parts = [...numbered, multiple && 'Enter: send', allows_text && 'a: words', ...keys];
  return styled('dim', `  ${parts.filter(Boolean).join('  ')}`);
}
