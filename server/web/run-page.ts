/** The page of one run: what it printed, from any place in it, without script too. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import type { Snapshot } from '../../shared/board.ts';
import type { Detail, RunLine } from '../../shared/detail.ts';
import { plain } from '../../shared/terminal-text.ts';
import { age, clockAt } from '../../shared/views/when.ts';
import type { Assets } from './assets.ts';
import { type Drawn, shell } from './document.ts';
import { plainData } from './page-data.ts';

/** A stretch of what a run printed. Offsets are bytes. */
export interface Printed {
  readonly run: number;
  readonly from: number;
  readonly to: number;
  /** How much there is in all; null: it is no longer kept. */
  readonly size: number | null;
  readonly text: string;
  /** Printed by the driver of an agent: who said what, which tool, what came back. */
  readonly isTalk: boolean;
  /** The run goes on. */
  readonly isLive: boolean;
}

export interface RunPageInput {
  readonly assets: Assets;
  readonly snapshot: Snapshot;
  readonly detail: Detail;
  readonly run: RunLine;
  readonly printed: Printed;
  /** What was looked for, and where it was found; null: nowhere from there on. */
  readonly find: string;
  readonly found: number | null;
  /** The project's name. */
  readonly project: string;
  readonly now: Date;
}

export function runPage(input: RunPageInput): string {
  const { assets, detail, run, printed, now } = input;
  const data = plainData(input, `${detail.chunk}, run ${run.number}`, { chunk: detail.chunk });
  const unit = under(`/work-units/${detail.chunk}`);
  const body = html`<main class="one of-run"><p class="back"><a href="${unit}">← Unit ${detail.chunk}</a></p><h2 class="name" id="run-heading" tabindex="-1"><bdi>${detail.chunk}</bdi>, run ${run.number}</h2><p class="aside">${run.phase} · ${run.agent} · ${age('ago', run.started_at, clockAt(now, data.zone))} · ${run.said}</p>${printed.size === null ? html`<p class="empty">${goneWords(run)}</p>` : whole(input, unit)}</main>`;
  return shell({ assets, data, now, body, skipTo: { id: 'run-heading', label: 'Skip to the run' } });
}

/** A run that never began has printed nothing, and there is no file. */
const goneWords = ({ number, outcome }: RunLine): string =>
  outcome?.exit === 'never-began'
    ? `Run ${number} has printed nothing.`
    : `The output of run ${number} is no longer kept.`;

function whole({ detail, run, printed, find, found }: RunPageInput, unit: string): TemplateResult {
  const path = `${unit}/runs/${run.number}`;
  return html`<section class="transcript" aria-label="Transcript">${places(path, printed)}${foundLine(path, find, found)}${printedView(detail.chunk, printed, find)}</section>`;
}

/** Where else one can look. */
function places(path: string, { from, to, size }: Printed): TemplateResult {
  const link = (query: string, words: string, isThere: boolean) =>
    isThere ? html`<a href="${path}${query}">${words}</a>` : html`<span class="aside">${words}</span>`;
  const links = [
    link('?from=0', 'Start', from > 0),
    link(`?before=${from}`, 'Earlier', from > 0),
    link(`?from=${to}`, 'Later', to < (size ?? 0)),
    link('', 'End', to < (size ?? 0)),
  ];
  return html`<nav class="places" aria-label="Places in the transcript">${links}</nav>`;
}

function foundLine(path: string, find: string, found: number | null): Drawn {
  if (find === '') return nothing;
  if (found === null) return html`<p role="status">“${find}” was not found.</p>`;
  const next = new URLSearchParams({ find, from: String(found + 1) });
  return html`<p role="status">Found. <a href="${path}?${next.toString()}">Find next</a></p>`;
}

/**
 * What was printed, as text; alive where it ends at the end of a run that goes on. Without script it opens at its end,
 * save where something was looked for.
 */
export function printedView(chunk: string, printed: Printed, find = ''): TemplateResult {
  const { run, from, to, size, text, isTalk, isLive } = printed;
  if (size === null) return html`<p class="empty">No longer kept.</p>`;
  const shown = marked(plain(text), find);
  const end = typeof shown === 'string' && to === size ? ' from-end' : '';
  const more = `${end}${isTalk ? ' of-talk' : ''}${isLive ? ' of-live' : ''}`;
  return html`<run-transcript chunk="${chunk}" run="${run}" from="${from}" to="${to}" size="${size}" ?talk=${isTalk}>${tools(chunk, printed, find)}<pre class="screen${more}" tabindex="0" role="region" aria-label="What run ${run} printed">${shown}</pre></run-transcript>`;
}

/** The search leads to the page of the run. Buttons that need script are seen once it is there; their place is kept. */
function tools(chunk: string, { run, from, to, size }: Printed, find: string): TemplateResult {
  const path = under(`/work-units/${chunk}/runs/${run}`);
  const part =
    size === null || (from === 0 && to === size)
      ? nothing
      : html`<a class="part" href="${path}?before=${from}">Bytes ${grouped(from)} to ${grouped(to)} of ${grouped(size)}.</a>`;
  return html`<div class="tools"><form class="find" method="get" action="${path}" role="search" aria-label="In the output"><input id="find" name="find" type="search" value="${find}" aria-label="Find in the output" placeholder="Find" maxlength="200" dir="auto"><button>Find</button><button name="back" value="true">Previous</button></form>${part}<span class="room"></span><a class="download" href="${path}/output" download>Download</a></div>`;
}

const grouped = (count: number): string => count.toLocaleString('en');

/** Found in the text, not in its markup: “lt” does not stand in a “<”. */
function marked(text: string, find: string): Drawn {
  const at = find === '' ? -1 : text.toLowerCase().indexOf(find.toLowerCase());
  if (at < 0) return text;
  const end = at + find.length;
  return [text.slice(0, at), html`<mark>${text.slice(at, end)}</mark>`, text.slice(end)];
}
