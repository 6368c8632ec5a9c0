import type { TemplateResult } from 'lit';
import type { Board } from '../../shared/board.ts';
import { ProjectSections } from '../../shared/project-sections.ts';
import { projectGrids, projectsOf } from '../../shared/views/projects.ts';
import { PulsingElement } from '../elements/pulsing-element.ts';

/** The units of each project by status. A page has the first of each, so all of them are drawn at once. */
export class ProjectGrids extends PulsingElement {
  readonly #sections = new ProjectSections();

  protected override view(board: Board): TemplateResult {
    return projectGrids({
      projects: projectsOf(board),
      query: this.query,
      clock: this.clock,
      pulses: this.pulses,
      sections: this.#sections.look(board),
    });
  }
}
