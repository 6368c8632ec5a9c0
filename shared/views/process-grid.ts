import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Cell, Counts, Pulses } from '../board.ts';
import { STATUSES, type Status } from '../words.ts';
import { STATUS_NAMES, statusMark } from './status-mark.ts';
import { when } from './when.ts';

export interface GridView {
  readonly cells: readonly Cell[];
  readonly counts: Counts | undefined;
  readonly zone: number;
  /** The filter in force; none: all. */
  readonly status: readonly Status[];
  readonly pulses: Pulses;
}

export function processGrid(view: GridView): TemplateResult {
  const shown = view.status.length > 0 ? view.status : STATUSES;
  return html`<section class="grid" aria-labelledby="grid-heading">
    <h2 id="grid-heading" tabindex="-1">Work units</h2>
    ${filter(view)}
    ${view.cells.length === 0 ? empty(view) : shown.map((status) => section(status, view))}
  </section>`;
}

const filter = ({ counts, status }: GridView): TemplateResult =>
  html`<nav class="filter" aria-label="Filter by status"><ul>
    <li><a href="/" aria-current=${status.length === 0 ? 'true' : 'false'}>All <span class="count">${total(counts)}</span></a></li>
    ${STATUSES.map(
      (each) =>
        html`<li><a href="/?status=${each.toLowerCase()}" aria-current=${status.includes(each) ? 'true' : 'false'}>${statusMark(each)} ${STATUS_NAMES[each]} <span class="count">${counts?.units[each] ?? 0}</span></a></li>`,
    )}
  </ul></nav>`;

const total = (counts: Counts | undefined): number =>
  STATUSES.reduce((sum, status) => sum + (counts?.units[status] ?? 0), 0);

const empty = ({ status }: GridView): TemplateResult =>
  status.length > 0
    ? html`<p class="empty">No unit is ${status.map((each) => STATUS_NAMES[each].toLowerCase()).join(' or ')} now. <a href="/">Show all</a></p>`
    : html`<p class="empty">No work yet. Add some: <code>signalbox add NAME --command "…"</code>, or start with <code>--plan FILE</code>.</p>`;

function section(status: Status, { cells, zone, status: filter, pulses }: GridView) {
  const here = cells.filter((cell) => cell.status === status);
  if (here.length === 0) return nothing;
  const list = html`<ul class="cells">${repeat(
    here,
    ({ key }) => key,
    (cell) => cellView(cell, zone, pulses[cell.key]),
  )}</ul>`;
  const heading = html`${statusMark(status)} ${STATUS_NAMES[status]} <span class="count">${here.length}</span>`;
  return status === 'DONE'
    ? html`<details class="group" ?open=${filter.length > 0}><summary><h3>${heading}</h3></summary>${list}</details>`
    : html`<div class="group"><h3>${heading}</h3>${list}</div>`;
}

const cellView = (cell: Cell, zone: number, pulse: string | undefined): TemplateResult =>
  html`<li class="cell cell-${cell.status.toLowerCase()}">
    <a href="/work-units/${cell.chunk}">${cell.chunk}</a>
    <span class="phase">${cell.phase}${cell.phases > 1 ? ` ${Math.min(cell.finished + 1, cell.phases)} of ${cell.phases}` : ''}${cell.run > 1 ? ` · run ${cell.run}` : ''}${cell.agent === '' || cell.agent === 'shell' ? '' : ` · ${cell.agent}`}</span>
    ${when(cell.since, zone)}
    ${cell.title === '' ? nothing : html`<span class="title">${cell.title}</span>`}
    ${cell.why === '' ? nothing : html`<span class="why">${cell.why}</span>`}
    ${isLive(cell) ? html`<span class="pulse">${pulse ?? ''}</span>` : nothing}
  </li>`;

/** Only what is at work prints; the line keeps its place before the first word, so that nothing moves. */
const isLive = ({ status }: Cell): boolean => status === 'RUNNING';
