import type { Card } from '../../../shared/board.ts';

type ItemVersion = Pick<Card, 'chunk' | 'version'> & { readonly item: string };

/** Which card, at which version, as calls name it. */
export const itemVersionOf = ({ chunk, id, version }: Card): ItemVersion => ({ chunk, item: id, version });

/** An answer that was given here, and may be taken back. */
export interface UndoableAnswer extends ItemVersion {
  readonly words: string;
}
