/** What only a page of several projects shows: which there are, the units of each, and of which a card is. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { under } from '../base-path.ts';
import { type Board, type Card, inOrder, type ProjectRow, type Pulses } from '../board.ts';
import { addressOf, type Query } from '../query.ts';
import type { Section } from '../sections.ts';
import type { Moment } from '../words.ts';
import type { QueueForms } from './attention-queue.ts';
import { gridBody } from './process-grid.ts';
import { QUEUE_FORMS } from './queue-forms.ts';
import { shortMoment, type ViewClock } from './when.ts';

export interface ProjectsView {
  readonly projects: readonly ProjectRow[];
  readonly clock: ViewClock;
  /** The filter in force. */
  readonly query: Query;
}

/** In the order of their names. */
export const projectsOf = ({ rows }: Board): ProjectRow[] =>
  [...rows.values()].filter((row) => row.row === 'project').sort(inOrder);

/** The last part of a project's path. */
const slugOf = ({ place }: ProjectRow): string => place.base.slice(place.base.lastIndexOf('/') + 1);

/** One badge a project, each a filter. */
export function projectList({ projects, query, clock }: ProjectsView): TemplateResult {
  const all = projects.reduce((sum, { counts }) => sum + (counts?.items ?? 0), 0);
  const link = (project: string | undefined, name: string, items: number) =>
    html`<a href=${under(addressOf({ ...query, project, page: undefined }))} aria-current=${query.project === project ? 'true' : 'false'}><bdi>${name}</bdi> <span class=${items > 0 ? 'count some' : 'count'}>${items}</span></a>`;
  return html`<nav class="filter projects" aria-label="Filter by project"><ul>
    <li>${link(undefined, 'All projects', all)}</li>
    ${repeat(
      projects,
      ({ key }) => key,
      (project) =>
        html`<li class=${project.place.away_since ? 'away' : ''}>${link(slugOf(project), project.place.name ?? '', project.counts?.items ?? 0)}${awaySince(project.place.away_since, clock)}</li>`,
    )}
  </ul></nav>`;
}

const awaySince = (since: Moment | null | undefined, clock: ViewClock) =>
  since ? html`<span class="silent">not heard of since ${shortMoment(since, clock)}</span>` : nothing;

export interface ProjectGridsView extends ProjectsView {
  readonly pulses: Pulses;
  /** By the key of the project's row. */
  readonly sections: ReadonlyMap<string, readonly Section[]>;
}

/** The units of each project, by status. */
export const projectGrids = (view: ProjectGridsView): TemplateResult =>
  html`<div class="heading"><h2 id="grid-heading" tabindex="-1">Work units <span class="count">${totalOf(view)}</span></h2></div>
  ${
    view.projects.length === 0
      ? html`<div class="empty"><p><strong>No daemon runs.</strong></p><p>Every project whose daemon runs appears here by itself. In the folder of a project: <code>signalbox start</code></p></div>`
      : repeat(
          shownIn(view),
          ({ key }) => key,
          (project) => gridOf(project, view),
        )
  }`;

const unitsOf = ({ page }: ProjectRow): number => page?.total ?? 0;

const shownIn = ({ projects, query }: ProjectsView): readonly ProjectRow[] =>
  projects.filter((project) => query.project === undefined || query.project === slugOf(project));

const totalOf = (view: ProjectGridsView): number =>
  shownIn(view).reduce((sum, project) => sum + unitsOf(project), 0);

function gridOf(project: ProjectRow, { clock, query, pulses, sections }: ProjectGridsView): TemplateResult {
  const { place, counts, page, folder, key } = project;
  const body = gridBody({
    sections: sections.get(key) ?? [],
    counts: counts ?? undefined,
    clock,
    query,
    page: page ?? undefined,
    pulses,
    items: new Map(),
    bulk: null,
    place,
  });
  const name = html`<h2><a href="${place.base}/" title=${folder}><bdi>${place.name}</bdi></a> <span class="count">${unitsOf(project)}</span></h2>`;
  return html`<section class=${place.away_since ? 'grid project away' : 'grid project'} aria-label=${place.name ?? ''}><div class="name-of-project">${name}${awaySince(place.away_since, clock)}</div>${body}</section>`;
}

/** The forms of a card, for whose daemon answers; and the name of its project. */
export const PROJECT_FORMS: QueueForms = {
  later: (card) => (isAway(card) ? html`` : QUEUE_FORMS.later(card)),
  wake: (card, about) => (isAway(card) ? html`<p class="undo">${about}</p>` : QUEUE_FORMS.wake(card, about)),
  mark: ({ place }, clock) =>
    html`<span class=${place?.away_since ? 'project-of away' : 'project-of'}><bdi>${place?.name}</bdi>${awaySince(place?.away_since, clock)}</span>`,
};

const isAway = ({ place }: Card): boolean => place?.may === 'read';
