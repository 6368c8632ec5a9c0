/** The page of the hub, by the same views as that of a daemon. Complete without script. */
import { html } from '@lit-labs/ssr';
import { nothing } from 'lit';
import type { Assets } from '../server/web/assets.ts';
import { type Drawn, shell, signOutForm } from '../server/web/document.ts';
import { dataOf, type FormError, formErrorBlock, queueView } from '../server/web/page.ts';
import { boardOf, countsOf, type Pulses, type Snapshot } from '../shared/board.ts';
import { ProjectSections } from '../shared/project-sections.ts';
import type { Query } from '../shared/query.ts';
import { boardFilter } from '../shared/views/board-filter.ts';
import { PROJECT_FORMS, projectGrids, projectList, projectsOf } from '../shared/views/projects.ts';
import { clockAt } from '../shared/views/when.ts';

export interface HubPageInput {
  readonly assets: Assets;
  /** Of the query; the projects are all on it, whichever the query asks for. */
  readonly snapshot: Snapshot;
  readonly query: Query;
  readonly pulses: Pulses;
  readonly formError?: FormError | undefined;
  /** Whether a session let this browser in, which it can end. */
  readonly isSignedIn: boolean;
  readonly now: Date;
}

/** How the page is called in title and heading. */
export const ALL_PROJECTS = 'All projects';

export function hubPage(input: HubPageInput): string {
  const { snapshot, query, pulses, isSignedIn, now } = input;
  const data = dataOf({ ...input, project: ALL_PROJECTS }, '', null);
  const board = boardOf(snapshot);
  const view = { projects: projectsOf(board), clock: clockAt(now, data.zone), query };
  const grids = projectGrids({ ...view, pulses, sections: new ProjectSections().look(board) });
  const body: Drawn = [
    html`<project-list class="bar-of-projects">${projectList(view)}</project-list>`,
    html`<project-filter class="bar-of-page">${boardFilter({ counts: countsOf(board), query })}</project-filter>`,
    html`<main class="board">${formErrorBlock(input, data)}<attention-queue>${queueView(input, data, PROJECT_FORMS)}</attention-queue><div class="units"><project-grids>${grids}</project-grids></div></main>`,
    html`<footer>${isSignedIn ? signOutForm() : nothing}</footer>`,
  ];
  return shell({ ...input, data, body, links: nothing });
}
