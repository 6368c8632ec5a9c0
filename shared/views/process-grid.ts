/** Renders all units by status, with the filter and the bulk actions. */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Cell, Counts, Page, Pulses } from '../board.ts';
import { ITEM_KINDS } from '../item-words.ts';
import { addressOf, LONGEST_SEARCH, type Query } from '../query.ts';
import type { Lot, Section } from '../sections.ts';
import { statWords } from '../sentences.ts';
import { phaseCount } from '../unit-sentences.ts';
import { usageWords } from '../usage-words.ts';
import { STATUSES, type Status } from '../words.ts';
import { type Notice, noticeView } from './action-form.ts';
import type { Place } from './place.ts';
import { STATUS_NAMES, statusMark } from './status-mark.ts';
import { when } from './when.ts';

export interface GridView {
  /** Those that have a unit; of their lots, those that are to be drawn by now. */
  readonly sections: readonly Section[];
  readonly counts: Counts | undefined;
  readonly zone: number;
  /** The filter in force. */
  readonly query: Query;
  /** Which page of how many this is; none: everything is here. */
  readonly page: Page | undefined;
  readonly pulses: Pulses;
  /** What came of an action on all that is shown. */
  readonly notice?: Notice | undefined;
  /** None: our own page. */
  readonly place?: Place | undefined;
}

export function processGrid(view: GridView): TemplateResult {
  const { sections } = view;
  return html`<section class="grid" aria-labelledby="grid-heading">
    <h2 id="grid-heading" tabindex="-1">Work units</h2>
    ${isOurs(view) ? html`${filter(view)} ${search(view.query)}` : nothing}
    ${isOurs(view) && isFiltered(view.query) && sections.length > 0 ? bulk(view) : nothing}
    ${
      sections.length === 0
        ? empty(view)
        : repeat(
            sections,
            ({ status }) => status,
            (section) => sectionView(section, view),
          )
    }
    ${view.page && view.page.pages > 1 ? pages(view.page, view) : nothing}
  </section>`;
}

/** On somebody else's page that page says what is shown. */
const isOurs = ({ place }: GridView): boolean => place === undefined;

const filter = ({ counts, query }: GridView): TemplateResult =>
  html`<nav class="filter" aria-label="Filter by status"><ul>
    <li><a href=${narrowed(query, undefined)} aria-current=${query.status ? 'false' : 'true'}>All <span class="count">${total(counts)}</span></a></li>
    ${STATUSES.map(
      (each) =>
        html`<li><a href=${narrowed(query, each)} aria-current=${query.status?.includes(each) ? 'true' : 'false'}>${statusMark(each)} ${STATUS_NAMES[each]} <span class="count">${counts?.units[each] ?? 0}</span></a></li>`,
    )}
  </ul></nav>`;

const total = (counts: Counts | undefined): number =>
  STATUSES.reduce((sum, status) => sum + (counts?.units[status] ?? 0), 0);

/** The same search with another status, from its first page. */
const narrowed = (query: Query, status: Status | undefined): string =>
  addressOf({ ...query, status: status && [status], page: undefined });

/** Words to look for, and a kind of item; what else the filter says goes along. */
const search = ({ q, kind, status }: Query): TemplateResult =>
  html`<form class="find" method="get" action="/" role="search">
    ${status ? html`<input type="hidden" name="status" value=${status.join(',').toLowerCase()} />` : nothing}
    <label class="unseen" for="search">Find units and items</label><input id="search" name="q" type="search" placeholder="Find" value=${q ?? ''} maxlength=${LONGEST_SEARCH} />
    <label class="unseen" for="search-kind">Kind of item</label><select id="search-kind" name="kind">
      <option value="">any item</option>
      ${ITEM_KINDS.map((each) => html`<option value=${each} ?selected=${kind?.includes(each) ?? false}>${each}</option>`)}
    </select>
    <button>Find</button>
  </form>`;

const isFiltered = ({ status, kind, q }: Query): boolean => Boolean(status || kind || q);

/** One thing, done to all that the filter shows; never to everything. */
const bulk = ({ query, sections, page, notice }: GridView): TemplateResult =>
  html`<details class="bulk" ?open=${notice !== undefined}><summary>Actions on all ${page?.total ?? sections.reduce((sum, { size }) => sum + size, 0)} units</summary>
    <form class="steer" method="post" action="/bulk">
      <input type="hidden" name="status" value=${(query.status ?? []).join(',').toLowerCase()} /><input type="hidden" name="kind" value=${(query.kind ?? []).join(',')} /><input type="hidden" name="q" value=${query.q ?? ''} />
      <label for="bulk-why">Reason for holding</label><input id="bulk-why" name="why" />
      <label for="bulk-minutes">Minutes to snooze</label><input id="bulk-minutes" name="minutes" inputmode="numeric" placeholder="60" />
      <div class="choices"><button name="what" value="retry">Try again</button><button name="what" value="hold">Hold</button><button name="what" value="release">Release</button><button name="what" value="snooze">Snooze</button></div>
    </form>
    <div class="told">${noticeView('bulk', notice)}</div>
  </details>`;

function pages({ page, pages: count, total: units }: Page, { query, place }: GridView): TemplateResult {
  const link = (to: number, words: string, isThere: boolean) =>
    isThere
      ? html`<a href="${place?.base ?? ''}${addressOf({ ...query, page: to })}">${words}</a>`
      : html`<span class="aside">${words}</span>`;
  return html`<nav class="pages" aria-label="Pages">
    ${link(page - 1, 'Earlier', page > 1)} <span>Page ${page} of ${count}, ${units} units</span> ${link(page + 1, 'Later', page < count)}
  </nav>`;
}

const isNarrow = ({ status, kind, q, page }: Query): boolean =>
  status !== undefined || kind !== undefined || q !== undefined || (page ?? 1) > 1;

const empty = ({ query, place }: GridView): TemplateResult =>
  isNarrow(query)
    ? html`<p class="empty">No unit matches this filter. <a href="${place?.base ?? ''}/">Show all</a></p>`
    : html`<p class="empty">No units yet. ${place ? nothing : html`<a href="/new">New unit</a>, or at the terminal: `}<code>signalbox add NAME --command "…"</code>, or start with <code>--plan FILE</code>.</p>`;

function sectionView(
  { status, size, lots }: Section,
  { zone, query, pulses, counts, page, place }: GridView,
) {
  if (lots.length === 0) return nothing;
  const all = counts?.units[status] ?? size;
  // On one page of several, what stands here may be a part of it.
  const count = (page?.pages ?? 1) > 1 && !query.q && !query.kind ? `${size} of ${all}` : String(size);
  const list = html`<div class="cells">${repeat(
    lots,
    ({ key }) => key,
    ({ cells }) => {
      const printed = printedIn(status, cells, pulses);
      return guard([cells, printed, zone], () => lotView(cells, zone, printed, place?.base ?? ''));
    },
  )}</div>`;
  const heading = html`${statusMark(status)} ${STATUS_NAMES[status]} <span class="count">${count}</span>`;
  return status === 'DONE'
    ? html`<details class="group" ?open=${isNarrow(query)}><summary><h3>${heading}</h3></summary>${list}</details>`
    : html`<div class="group"><h3>${heading}</h3>${list}</div>`;
}

/** What runs prints, and what is made ready to run says how far it is; elsewhere a pulse changes nothing. */
const printedIn = (status: Status, cells: Lot['cells'], pulses: Pulses): Pulses =>
  status === 'RUNNING' || (status === 'READY' && cells.some(({ key }) => pulses[key])) ? pulses : NO_PULSES;

const NO_PULSES: Pulses = {};

const lotView = (cells: Lot['cells'], zone: number, pulses: Pulses, base: string): TemplateResult =>
  html`<ul class="lot">${repeat(
    cells,
    ({ key }) => key,
    (cell) => cellView(cell, zone, pulses[cell.key], base),
  )}</ul>`;

const cellView = (cell: Cell, zone: number, pulse: string | undefined, base: string): TemplateResult =>
  html`<li class="cell cell-${cell.status.toLowerCase()}">
    <a href="${base}/work-units/${cell.chunk}">${cell.chunk}</a>
    <span class="phase">${cell.phase}${phaseOf(cell)}${cell.run > 1 ? ` · run ${cell.run}` : ''}${cell.agent === '' || cell.agent === 'shell' ? '' : ` · ${cell.agent}`}</span>
    ${when(cell.since, zone)}
    ${cell.changes?.files ? html`<a class="changes" href="${base}/work-units/${cell.chunk}/diff">${statWords(cell.changes)}</a>` : nothing}
    ${cell.usage === null ? nothing : html`<span class="aside">${usageWords(cell.usage)}</span>`}
    ${cell.title === '' ? nothing : html`<span class="title">${cell.title}</span>`}
    ${cell.why === '' ? nothing : html`<span class="why">${cell.why}</span>`}
    ${isLive(cell) || pulse ? html`<span class="pulse">${pulse ?? ''}</span>` : nothing}
  </li>`;

function phaseOf(cell: Cell): string {
  const count = phaseCount(cell);
  return count ? ` ${count.at} of ${count.of}` : '';
}

/** Only what is at work prints; the line keeps its place before the first word, so that nothing moves. */
const isLive = ({ status }: Cell): boolean => status === 'RUNNING';
