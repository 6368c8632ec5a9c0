/** The page of one work unit: what it does on the left, facts and actions on the right. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import type { Detail } from '../../shared/detail.ts';
import type { DiffView } from '../../shared/diff.ts';
import { UNIT_PARTS } from '../../shared/views/unit-parts.ts';
import { clockAt } from '../../shared/views/when.ts';
import { diffPath } from './diff-address.ts';
import { diffView } from './diff-view.ts';
import { type Drawn, shell } from './document.ts';
import { dataOf, formErrorBlock, type PageInput, queueView, waitedLine } from './page.ts';
import { type Printed, printedView } from './run-page.ts';

export interface UnitPageInput extends PageInput {
  readonly detail: Detail;
  /** What its latest run printed; null: it has not run yet. */
  readonly printed: Printed | null;
  /** What it changed; a sentence: why that cannot be shown here; null: it has changed nothing. */
  readonly changes: DiffView | string | null;
  /** The event before which the history stops; null: it goes up to the last one. */
  readonly before: number | null;
}

export function unitPage(input: UnitPageInput): string {
  const { printed, detail, changes, before } = input;
  const data = dataOf(input, detail.chunk, detail);
  const setting = { clock: clockAt(input.now, data.zone), notice: undefined, before };
  const part = (name: keyof typeof UNIT_PARTS) =>
    html`<work-unit data-part="${name}">${UNIT_PARTS[name](detail, setting)}</work-unit>`;
  const head = html`<div class="does-head"><div class="does-name"><p class="back"><a href="${under('/')}">← All work units</a></p><h2 class="name" id="unit-heading" tabindex="-1"><bdi>${detail.chunk}</bdi></h2>${formErrorBlock(input, data)}</div>${part('head')}</div>`;
  const body = html`<main class="of-unit" data-before="${before ?? nothing}">${head}${part('actions')}<attention-queue>${queueView(input, data)}</attention-queue>${printed === null ? nothing : output(detail, printed)}${changes === null ? nothing : changesView(detail, changes)}${part('story')}${part('facts')}${waitedLine(input)}</main>`;
  return shell({ ...input, data, body, skipTo: { id: 'unit-heading', label: 'Skip to the unit' } });
}

const output = (detail: Detail, printed: Printed): TemplateResult =>
  html`<section class="transcript" aria-labelledby="transcript-heading"><h2 id="transcript-heading">Output of run ${printed.run}</h2>${printedView(detail.chunk, printed)}</section>`;

function changesView({ chunk, work }: Detail, changes: DiffView | string): TemplateResult {
  const path = under(diffPath(chunk));
  const body: Drawn =
    typeof changes === 'string'
      ? html`<p class="empty">${changes}</p>`
      : diffView(changes, { path, draft: null });
  return html`<section class="changes" aria-labelledby="changes-heading" data-snapshot="${work?.snapshot?.commit ?? ''}"><h2 id="changes-heading">Changes</h2>${body}<p class="aside"><a href="${path}">Line by line, with comments</a></p></section>`;
}
