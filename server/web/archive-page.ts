/** The page of archived units: a search, and a list of links, the latest first. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import type { Snapshot } from '../../shared/board.ts';
import { LONGEST_SEARCH } from '../../shared/query.ts';
import { clockAt, shortMoment, type ViewClock } from '../../shared/views/when.ts';
import type { ArchivedUnit } from '../store/journal.ts';
import type { Assets } from './assets.ts';
import { type Drawn, shell } from './document.ts';
import { plainData } from './page-data.ts';

export interface ArchivePageInput {
  readonly assets: Assets;
  readonly project: string;
  /** Counts only. */
  readonly snapshot: Snapshot;
  readonly q: string;
  /** How many there are, whatever is searched. */
  readonly total: number;
  readonly units: readonly ArchivedUnit[];
  /** Where the list goes on; null: it ends here. */
  readonly next: number | null;
  readonly now: Date;
}

export function archivePage(input: ArchivePageInput): string {
  const { assets, now } = input;
  const data = plainData(input, 'Archived units');
  const body = html`<main class="one" data-later><p class="back"><a href=${under('/')}>← All work units</a></p><h2 id="archive-heading" tabindex="-1">Archived units <span class="count">${input.total}</span></h2>${search(input)}${list(input, clockAt(now, data.zone))}${more(input)}</main>`;
  return shell({ assets, data, now, body, skipTo: { id: 'archive-heading', label: 'Skip to the units' } });
}

const search = ({ q }: ArchivePageInput): TemplateResult =>
  html`<form class="find" method="get" action=${under('/archive')} role="search"><label for="archive-q">Name or title</label><input id="archive-q" name="q" type="search" maxlength="${LONGEST_SEARCH}" value="${q}"><button>Search</button></form>`;

function list({ q, units, total }: ArchivePageInput, clock: ViewClock): TemplateResult {
  if (units.length > 0) return html`<ul class="units">${units.map((unit) => line(unit, clock))}</ul>`;
  if (q !== '' && total > 0)
    return html`<p class="empty">No archived unit matches. <a href=${under('/archive')}>Show all</a></p>`;
  return html`<p class="empty">No unit is archived yet. Units that are done leave the dashboard after a time; <a href=${under('/settings')}>Settings</a> say when.</p>`;
}

const line = ({ chunk, title, over_at }: ArchivedUnit, clock: ViewClock): TemplateResult =>
  html`<li><a href=${under(`/work-units/${chunk}`)}><bdi>${chunk}</bdi></a> <span class="aside">done ${shortMoment(over_at, clock)}</span>${title === '' ? nothing : html` <span dir="auto">${title}</span>`}</li>`;

const more = ({ q, next }: ArchivePageInput): Drawn =>
  next === null
    ? nothing
    : html`<p class="pages"><a href=${under(`/archive?${new URLSearchParams({ ...(q !== '' && { q }), before: String(next) })}`)}>Earlier ones</a></p>`;
