import type { TemplateResult } from 'lit';
import { type Board, countsOf } from '../../shared/board.ts';
import { boardFilter } from '../../shared/views/board-filter.ts';
import { BoardElement } from '../elements/board-element.ts';

/** Search and filter of the page, whose counts it keeps. Its links load the page anew, as without script. */
export class ProjectFilter extends BoardElement {
  protected override view(board: Board): TemplateResult {
    return boardFilter({ counts: countsOf(board), query: this.query });
  }
}
