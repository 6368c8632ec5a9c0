import type { TemplateResult } from 'lit';
import { type Board, countsOf } from '../../shared/board.ts';
import { attentionBadge } from '../../shared/views/attention-badge.ts';
import { BoardElement } from './board-element.ts';

/** How much needs the operator, for the corner of somebody else's page. */
export class AttentionBadge extends BoardElement {
  override readonly isInline = true;

  protected override view(board: Board): TemplateResult {
    return attentionBadge(countsOf(board), this.place);
  }
}
