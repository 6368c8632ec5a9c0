import type { TemplateResult } from 'lit';
import type { Board } from '../../shared/board.ts';
import { projectList, projectsOf } from '../../shared/views/projects.ts';
import { BoardElement } from '../elements/board-element.ts';

/** The projects, each with the number of its open items. Its links are filters, and load the page anew. */
export class ProjectList extends BoardElement {
  protected override view(board: Board): TemplateResult {
    return projectList({ projects: projectsOf(board), query: this.query, clock: this.clock });
  }
}
