import type { TemplateResult } from 'lit';
import { type Board, countsOf } from '../../shared/board.ts';
import { attentionBadge } from '../../shared/views/attention-badge.ts';
import { BoardElement } from './board-element.ts';

/** The number of open items, as an inline element for other pages. */
export class AttentionBadge extends BoardElement {
  override readonly isInline = true;

  protected override view(board: Board): TemplateResult {
    return attentionBadge(countsOf(board), this.place);
  }
}
