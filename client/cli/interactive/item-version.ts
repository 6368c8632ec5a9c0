import type { Card } from '../../../shared/board.ts';

type ItemVersion = Pick<Card, 'chunk' | 'version'> & { readonly item: string };

/** The item and version of a card, as input of procedures. */
export const itemVersionOf = ({ chunk, id, version }: Card): ItemVersion => ({ chunk, item: id, version });

/** An answer that was given here and can be undone. */
export interface UndoableAnswer extends ItemVersion {
  readonly words: string;
}
