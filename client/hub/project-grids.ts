import type { TemplateResult } from 'lit';
import type { Board, Pulses } from '../../shared/board.ts';
import { ProjectSections } from '../../shared/project-sections.ts';
import type { Query } from '../../shared/query.ts';
import { projectGrids, projectsOf } from '../../shared/views/projects.ts';
import { BoardElement } from '../elements/board-element.ts';
import type { LiveBoards } from '../link/live-boards.ts';

/** The units of each project by status. A page has the first of each, so all of them are drawn at once. */
export class ProjectGrids extends BoardElement {
  /** Called with the last lines of all runs, when one has changed. */
  onPulses: (pulses: Pulses) => void = () => {};
  readonly #sections = new ProjectSections();
  #pulses: Pulses = {};
  #stopPulses = () => {};

  set pulses(pulses: Pulses) {
    this.#pulses = pulses;
  }

  override join(live: LiveBoards, query: Query, zone: number): void {
    super.join(live, query, zone);
    this.#stopPulses();
    this.#stopPulses = live.followPulses(query, (pulses) => {
      this.#pulses = { ...this.#pulses, ...pulses };
      this.onPulses(this.#pulses);
      this.requestUpdate();
    });
  }

  override rest(): void {
    super.rest();
    this.#stopPulses();
  }

  protected override view(board: Board): TemplateResult {
    return projectGrids({
      projects: projectsOf(board),
      query: this.query,
      clock: this.clock,
      pulses: this.#pulses,
      sections: this.#sections.look(board),
    });
  }
}
