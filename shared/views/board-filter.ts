/** The line above queue and units: search, kind of item, status. It filters both, lives in the address, and needs no script. */
import { html, nothing, type TemplateResult } from 'lit';
import { under } from '../base-path.ts';
import type { Counts } from '../board.ts';
import { ITEM_KINDS } from '../item-words.ts';
import { addressOf, LONGEST_SEARCH, type Query } from '../query.ts';
import { STATUSES, type Status } from '../words.ts';
import { STATUS_NAMES, statusMark } from './status-mark.ts';

export interface FilterView {
  readonly counts: Counts | undefined;
  /** The filter in force. */
  readonly query: Query;
}

export const boardFilter = (view: FilterView): TemplateResult =>
  html`${search(view.query)} ${byStatus(view)} ${parts(view)}`;

/** On a narrow screen, at its foot: the two parts of the page. */
const parts = ({ counts }: FilterView): TemplateResult =>
  html`<nav class="parts" aria-label="Parts of this page"><a href="#queue-heading">Needs you <span class="count">${counts?.items ?? 0}</span></a><a href="#grid-heading">Units <span class="count">${total(counts)}</span></a></nav>`;

/** Words to look for, and a kind of item; what else the filter says goes along. */
const search = ({ q, kind, status, project }: Query): TemplateResult =>
  html`<form class="find" method="get" action="${under('/')}" role="search">
    ${Object.entries({ status: status?.join().toLowerCase(), project }).map(([name, value]) => (value ? html`<input type="hidden" name=${name} value=${value} />` : nothing))}
    <label class="unseen" for="search">Find units and items</label><input id="search" name="q" type="search" dir="auto" placeholder="Find" value=${q ?? ''} maxlength=${LONGEST_SEARCH} />
    <label class="unseen" for="search-kind">Kind of item</label><select id="search-kind" name="kind">
      <option value="">any item</option>
      ${ITEM_KINDS.map((each) => html`<option value=${each} ?selected=${kind?.includes(each) ?? false}>${each}</option>`)}
    </select>
    <button>Find</button>
  </form>`;

/** How many units each status has; with a search, how many of those that it finds. */
const byStatus = ({ counts, query }: FilterView): TemplateResult =>
  html`<nav class="filter" aria-label="Filter by status"><ul>
    <li><a href=${narrowed(query, undefined)} aria-current=${query.status ? 'false' : 'true'}>All <span class="count">${total(counts)}</span></a></li>
    ${STATUSES.map(
      (each) =>
        html`<li><a href=${narrowed(query, each)} aria-current=${query.status?.includes(each) ? 'true' : 'false'}>${statusMark(each)} ${STATUS_NAMES[each]} <span class="count">${unitsOf(counts)?.[each] ?? 0}</span></a></li>`,
    )}
  </ul></nav>`;

const unitsOf = (counts: Counts | undefined) => counts?.found ?? counts?.units;

const total = (counts: Counts | undefined): number =>
  STATUSES.reduce((sum, status) => sum + (unitsOf(counts)?.[status] ?? 0), 0);

/** The same search with another status, from its first page. */
const narrowed = (query: Query, status: Status | undefined): string =>
  under(addressOf({ ...query, status: status && [status], page: undefined }));
