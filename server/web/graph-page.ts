/** The page of the dependency picture: what waits for what, as a picture and as a list of links. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import type { Cell, Counts, Snapshot } from '../../shared/board.ts';
import { LONGEST_SEARCH } from '../../shared/query.ts';
import { STATUS_NAMES, statusMark } from '../../shared/views/status-mark.ts';
import { STATUSES, type Status } from '../../shared/words.ts';
import { type Dependencies, waitersOf } from '../board/dependencies.ts';
import type { Assets } from './assets.ts';
import { type Drawn, shell } from './document.ts';
import { drawing, FIRST_NODE, type Focus } from './graph-drawing.ts';
import { type GraphQuery, graphAddress, ZOOMS } from './graph-query.ts';
import { plainData } from './page-data.ts';

/** More nodes than these are not drawn: the page says how to narrow. */
export const MOST_NODES = 1500;
/** Of more nodes, the picture may begin out of sight. */
const MANY_NODES = 60;
const MOST_LISTED = 200;
const MOST_HOLDING = 20;

export interface GraphPageInput {
  readonly assets: Assets;
  readonly project: string;
  /** Counts only. */
  readonly snapshot: Snapshot;
  readonly counts: Counts['units'];
  readonly query: GraphQuery;
  /** What is drawn: units that wait, or are waited for. */
  readonly dependencies: Dependencies;
  readonly focus: Focus | null;
  /** Units that are shown, wait for nothing shown, and hold nothing. */
  readonly loose: readonly Cell[];
  readonly now: Date;
}

export function graphPage(input: GraphPageInput): string {
  const { assets, now, query } = input;
  const name = query.unit === null ? 'Dependencies' : `Dependencies of ${query.unit}`;
  const data = plainData(input, name);
  const body = html`<main class="of-graph" data-later><p class="back"><a href="${under('/')}">← All work units</a></p><h2 id="graph-heading" tabindex="-1">${name}</h2>${controls(input)}<section class="graph" aria-labelledby="graph-heading">${facts(input)}${picture(input)}</section>${others(input)}</main>`;
  return shell({ assets, data, now, body, skipTo: { id: 'graph-heading', label: 'Skip to the picture' } });
}

function controls({ query, counts }: GraphPageInput): TemplateResult {
  const link = (to: Partial<GraphQuery>, words: Drawn, isNow: boolean) =>
    html`<li><a href="${under(graphAddress({ ...query, ...to }))}" aria-current="${isNow ? 'true' : 'false'}">${words}</a></li>`;
  const status = (each: Status) =>
    link(
      { status: [each] },
      html`${statusMark(each)} ${STATUS_NAMES[each]} <span class="count">${counts[each]}</span> `,
      query.status?.includes(each) ?? false,
    );
  const filters = [link({ status: undefined }, 'All', query.status === undefined), ...STATUSES.map(status)];
  const zooms = ZOOMS.map((zoom) =>
    link({ zoom }, zoom === 'fit' ? 'Fit' : `${zoom} %`, zoom === query.zoom),
  );
  const hidden = Object.entries({
    unit: query.unit ?? '',
    status: (query.status ?? []).join(',').toLowerCase(),
    done: query.done ? 'true' : '',
    zoom: query.zoom === '100' ? '' : query.zoom,
  }).flatMap(([field, value]) =>
    value === '' ? [] : [html`<input type="hidden" name="${field}" value="${value}">`],
  );
  const done = query.done
    ? link({ done: false }, 'Fold done units', false)
    : link({ done: true }, html`Show done units <span class="count">${counts.DONE}</span> `, false);
  return html`<div class="controls"><form class="find" method="get" action="${under('/graph')}" role="search">${hidden}<label class="unseen" for="search">Find units</label><input id="search" name="q" type="search" placeholder="Find" value="${query.q ?? ''}" maxlength="${LONGEST_SEARCH}"><button>Find</button></form><nav class="filter" aria-label="Filter by status"><ul>${filters}</ul></nav><nav class="filter" aria-label="Size of the picture"><ul>${zooms}</ul></nav>${counts.DONE === 0 ? nothing : html`<nav class="filter" aria-label="Done units"><ul>${done}</ul></nav>`}</div>`;
}

const units = (count: number): string => (count === 1 ? '1 unit' : `${count} units`);

function facts({ query, dependencies, focus }: GraphPageInput): TemplateResult {
  const all = html`<a href="${under(graphAddress({ ...query, unit: null }))}">Show all</a>`;
  const words = focus
    ? html`<strong>${query.unit}</strong> done sets ${focus.frees.size === 0 ? 'nothing' : units(focus.frees.size)} free. ${all} `
    : `${units(dependencies.units.length)} wait or are waited for. A line leads from a unit to one that waits for it.`;
  const count = dependencies.units.length;
  const start =
    count > MANY_NODES && count <= MOST_NODES ? html`<a href="#${FIRST_NODE}">Where it begins</a>` : nothing;
  return html`<p class="aside" id="graph-facts">${words} ${start} </p>`;
}

function picture({ dependencies, focus, query }: GraphPageInput): TemplateResult {
  const count = dependencies.units.length;
  if (count === 0)
    return html`<p class="empty" id="graph-drawing">No unit that is shown waits for another. <a href="${under('/graph')}">Show all</a></p>`;
  if (count > MOST_NODES) return tooMany(dependencies);
  const zoom = query.zoom === 'fit' ? null : Number(query.zoom);
  return html`<div class="scene" tabindex="0" role="region" aria-label="Picture, scrolls">${drawing(dependencies, focus, zoom)}</div>`;
}

/** Those that hold the most lead to pictures of their own. */
function tooMany(dependencies: Dependencies): TemplateResult {
  const waiters = waitersOf(dependencies);
  const most = dependencies.units
    .map((unit, at) => ({ unit, count: waiters[at] ?? 0 }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_HOLDING)
    .map(
      ({ unit, count }) =>
        html`<li><a href="${under(`/graph?unit=${unit.chunk}`)}">${unit.chunk}</a> <span class="aside">${units(count)} waiting directly</span></li>`,
    );
  return html`<div class="empty" id="graph-drawing"><p>${units(dependencies.units.length)} are too many for one picture: at most ${MOST_NODES}. Narrow it by status or by words, or look at one of those that hold the most:</p><ul>${most}</ul></div>`;
}

function others({ loose, focus }: GraphPageInput): TemplateResult | typeof nothing {
  if (loose.length === 0 || focus) return nothing;
  const listed = loose
    .slice(0, MOST_LISTED)
    .map(
      ({ chunk, status }) =>
        html`<li>${statusMark(status)} <a href="${under(`/work-units/${chunk}`)}">${chunk}</a></li>`,
    );
  const more = loose.length > MOST_LISTED ? html`<li>and ${loose.length - MOST_LISTED} more</li>` : nothing;
  return html`<details class="loose" id="graph-others"><summary><h3>Alone <span class="count">${loose.length}</span></h3></summary><ul>${listed}${more}</ul></details>`;
}
