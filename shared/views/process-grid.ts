/** Renders all units by status, with the bulk actions. */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { under } from '../base-path.ts';
import type { Counts, Page, Pulses } from '../board.ts';
import { addressOf, type Query } from '../query.ts';
import type { Lot, Section } from '../sections.ts';
import type { Status } from '../words.ts';
import type { Notice } from './action-form.ts';
import { cellView } from './grid-cell.ts';
import { baseOf, type Place } from './place.ts';
import { STATUS_NAMES, statusMark } from './status-mark.ts';
import type { ViewClock } from './when.ts';

export interface GridView {
  /** Those that have a unit. */
  readonly sections: readonly Section[];
  readonly counts: Counts | undefined;
  readonly clock: ViewClock;
  /** The filter in force. */
  readonly query: Query;
  /** Which page of how many this is; none: everything is here. */
  readonly page: Page | undefined;
  readonly pulses: Pulses;
  /** By chunk: the open item of a unit in the queue. */
  readonly items: ReadonlyMap<string, string>;
  /** Draws the actions on all that a filter shows; null: not our own page. */
  readonly bulk: BulkForm | null;
  /** What came of such an action. */
  readonly notice?: Notice | undefined;
  /** None: our own page. */
  readonly place?: Place | undefined;
}

export type BulkForm = (query: Query, units: number, notice: Notice | undefined) => TemplateResult;

export function processGrid(view: GridView): TemplateResult {
  return html`<section class="grid" aria-labelledby="grid-heading">
    <div class="heading"><h2 id="grid-heading" tabindex="-1">Work units <span class="count">${shownUnits(view)}</span></h2></div>
    ${isFiltered(view.query) && view.sections.length > 0 ? (view.bulk?.(view.query, shownUnits(view), view.notice) ?? nothing) : nothing}
    ${gridBody(view)}
  </section>`;
}

/** The units and the pager, without a heading. */
export const gridBody = (view: GridView): TemplateResult =>
  html`${
    view.sections.length === 0
      ? empty(view)
      : repeat(
          groupsOf(view.sections),
          ([{ status }]) => status,
          (group) => groupView(group, view),
        )
  }
    ${view.page && view.page.pages > 1 ? pages(view.page, view) : nothing}
    ${archiveLink(view)}`;

/** Archived units are in no other count. On a page of several projects each has its own. */
function archiveLink({ counts, query: { q }, place }: GridView): TemplateResult | typeof nothing {
  const archived = counts?.archived ?? 0;
  if (archived === 0) return nothing;
  const found = q === undefined ? '' : `?q=${encodeURIComponent(q)}`;
  const words = `${archived} archived ${archived === 1 ? 'unit' : 'units'}`;
  return html`<p class="aside"><a href="${baseOf(place)}/archive${found}">${q === undefined ? words : `Search ${words}`}</a></p>`;
}

const isFiltered = ({ status, kind, q }: Query): boolean => Boolean(status || kind || q);

/** How many units the filter shows, on all pages. */
const shownUnits = ({ page, sections }: Pick<GridView, 'page' | 'sections'>): number =>
  page?.total ?? sections.reduce((sum, { size }) => sum + size, 0);

function pages({ page, pages: count, total: units }: Page, { query, place }: GridView): TemplateResult {
  const link = (to: number, words: string, isThere: boolean) =>
    isThere
      ? html`<a href="${baseOf(place)}${addressOf({ ...query, page: to })}">${words}</a>`
      : html`<span class="aside">${words}</span>`;
  return html`<nav class="pages" aria-label="Pages">
    ${link(page - 1, 'Earlier', page > 1)} <span>Page ${page} of ${count}, ${units} units</span> ${link(page + 1, 'Later', page < count)}
  </nav>`;
}

const isNarrow = ({ status, kind, q, page }: Query): boolean =>
  status !== undefined || kind !== undefined || q !== undefined || (page ?? 1) > 1;

const empty = ({ query, place }: GridView): TemplateResult =>
  isNarrow(query)
    ? html`<p class="empty">No unit matches this filter. <a href="${baseOf(place)}/">Show all</a></p>`
    : html`<div class="empty"><p><strong>No units yet.</strong></p>
    <p>Every unit of work appears here by its status, those that run first.</p>${place ? nothing : html`<p><a href="${under('/new')}">New unit</a>, or at a terminal: <code>signalbox add NAME --command "…"</code></p>`}</div>`;

/** Sections of one status: of the blocked, one for each cause. */
type Group = readonly [Section, ...Section[]];

function groupsOf(sections: readonly Section[]): readonly Group[] {
  const groups = new Map<Status, Group>();
  for (const section of sections)
    groups.set(section.status, [...(groups.get(section.status) ?? []), section] as unknown as Group);
  return [...groups.values()];
}

/** What is done, and what the queue shows too, is folded unless the filter asks for it. */
const isFolded = (status: Status): boolean => status === 'DONE' || status === 'NEEDS_ATTENTION';

function groupView(group: Group, view: GridView) {
  const [{ status }] = group;
  const heading = html`${statusMark(status)} ${STATUS_NAMES[status]} <span class="count">${countOf(group, view)}</span>`;
  const lists = repeat(
    group,
    ({ key }) => key,
    (section) => (section.cause === '' ? cellsOf(section, view) : causeView(section, view)),
  );
  const name = `group group-${status.toLowerCase()}`;
  return isFolded(status)
    ? html`<details class=${name} ?open=${isNarrow(view.query)}><summary><h3>${heading}</h3>${status === 'NEEDS_ATTENTION' ? html`<span class="aside">· in the queue</span>` : nothing}</summary>${lists}</details>`
    : html`<div class=${name}><h3>${heading}</h3>${lists}</div>`;
}

/** On one page of several, what stands here may be a part of it. */
function countOf(group: Group, { counts, page, query }: GridView): string {
  const size = group.reduce((sum, section) => sum + section.size, 0);
  const [{ status }] = group;
  return (page?.pages ?? 1) > 1 && !query.q && !query.kind
    ? `${size} of ${counts?.units[status] ?? size}`
    : String(size);
}

/** All that one unit holds up, folded; the unit leads to its card in the queue. */
const causeView = (section: Section, view: GridView): TemplateResult =>
  html`<div class="cause"><details ?open=${isNarrow(view.query)}><summary><strong>${section.cause}</strong> <span class="aside">holds ${section.size}</span></summary>${cellsOf(section, view)}</details>${causeLink(section.cause, view)}</div>`;

function causeLink(cause: string, { items, place }: GridView): TemplateResult {
  const item = items.get(cause);
  const page = `${baseOf(place)}/work-units/${cause}`;
  return item === undefined || place
    ? html`<a href=${page} aria-label="details of ${cause}">details</a>`
    : html`<a href="#open-${item}" aria-label="open card of ${cause}">open card</a>`;
}

function cellsOf({ status, lots }: Section, { clock, pulses, place }: GridView): TemplateResult {
  return html`<div class="cells">${repeat(
    lots,
    ({ key }) => key,
    ({ cells }) =>
      guard([cells, printedIn(status, cells, pulses), clock.zone], () =>
        lotView(cells, clock, printedIn(status, cells, pulses), baseOf(place)),
      ),
  )}</div>`;
}

/** What runs prints, and what is made ready to run says how far it is; elsewhere a pulse changes nothing. */
const printedIn = (status: Status, cells: Lot['cells'], pulses: Pulses): Pulses =>
  status === 'RUNNING' || (status === 'READY' && cells.some(({ key }) => pulses[key])) ? pulses : NO_PULSES;

const NO_PULSES: Pulses = {};

const lotView = (cells: Lot['cells'], clock: ViewClock, pulses: Pulses, base: string): TemplateResult =>
  html`<ul class="lot">${repeat(
    cells,
    ({ key }) => key,
    (cell) => cellView(cell, clock, pulses[cell.key], base),
  )}</ul>`;
