import type { Card } from '../../shared/board.ts';

type Shown = Pick<Card, 'chunk' | 'version'> & { readonly item: string };

/** Which card, at which version, as calls name it. */
export const shownOf = ({ chunk, id, version }: Card): Shown => ({ chunk, item: id, version });

/** An answer that was given here, and may be taken back. */
export interface Given extends Shown {
  readonly words: string;
}
