import { type Board, type Card, cardsOf } from '../../../shared/board.ts';
import { oneLine } from '../output/terminal-output.ts';

/** The position in the interactive queue. Pure: `InteractiveSession` draws and calls. */
export interface Walk {
  /** Open cards, in the order of the queue. */
  readonly cards: readonly Card[];
  /** The card shown; null: the queue is empty. */
  readonly card: Card | null;
  /** Options that are chosen and not sent. */
  readonly chosen: readonly string[];
}

/** The next position: what to print, and whether to print the card. */
export interface WalkStep {
  readonly walk: Walk;
  readonly notes: readonly string[];
  readonly isNew: boolean;
}

export const BEGINNING: Walk = { cards: [], card: null, chosen: [] };

/** The position at a card, with no option chosen. */
export const onto = (walk: Walk, card: Card | null): Walk => ({ ...walk, card, chosen: [] });
const same = (a: Card | null) => (b: Card) => a !== null && a.id === b.id;

/** The position after the board changed: the same card while it is open, else the next one. */
export function afterBoard(walk: Walk, board: Board): WalkStep {
  const { card } = walk;
  const cards = cardsOf(board).filter(({ state }) => state === 'open');
  const now = { ...walk, cards };
  const still = cards.find(same(card));
  if (!card) return { walk: onto(now, cards[0] ?? null), notes: [], isNew: cards.length > 0 };
  if (!still) return { walk: onto(now, behind(walk, cards)), notes: [goneWords(card, board)], isNew: true };
  if (still.version === card.version)
    return { walk: { ...now, card: still }, notes: newcomers(walk, cards), isNew: false };
  return { walk: onto(now, still), notes: [`${card.chunk} has changed what it asks.`], isNew: true };
}

/** The nearest open card after the one shown; else the first. */
function behind({ cards, card }: Walk, open: readonly Card[]): Card | null {
  const later = cards.slice(cards.findIndex(same(card)) + 1);
  return open.find(({ id }) => later.some((each) => each.id === id)) ?? open[0] ?? null;
}

function goneWords(card: Card, board: Board): string {
  const row = cardsOf(board).find(same(card));
  const what = row?.state === 'snoozed' ? 'is snoozed' : 'no longer waits';
  return `${card.chunk} ${what}: ${oneLine(card.prompt)}`;
}

const newcomers = (walk: Walk, cards: readonly Card[]): string[] =>
  cards
    .filter(({ id }) => !walk.cards.some((each) => each.id === id))
    .map(({ chunk, prompt }) => `${chunk} needs you, too: ${oneLine(prompt)}`);

/** The next or previous card, wrapping around. */
export function turned(walk: Walk, by: 1 | -1): Walk {
  const { cards, card } = walk;
  const at = cards.findIndex(same(card)) + by;
  return onto(walk, cards[(at + cards.length) % cards.length] ?? null);
}

/** Chooses an option; if several are allowed, choosing it again removes it. */
export function choosing(walk: Walk, option: string): Walk {
  const { card, chosen } = walk;
  if (!card?.multiple) return { ...walk, chosen: [option] };
  if (chosen.includes(option)) return { ...walk, chosen: chosen.filter((each) => each !== option) };
  return { ...walk, chosen: [...chosen, option] };
}
