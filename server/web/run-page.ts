/** The page of one run: what it printed, from any place in it, without script too. */
import type { Snapshot } from '../../shared/board.ts';
import type { Detail, RunLine } from '../../shared/detail.ts';
import { plain } from '../../shared/terminal-text.ts';
import { ago } from '../../shared/views/when.ts';
import type { Assets } from './assets.ts';
import { escaped, markup, shell } from './document.ts';

/** A stretch of what a run printed. Offsets are bytes. */
export interface Printed {
  readonly run: number;
  readonly from: number;
  readonly to: number;
  /** How much there is in all; null: it is no longer kept. */
  readonly size: number | null;
  readonly text: string;
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
  readonly now: Date;
}

export function runPage(input: RunPageInput): string {
  const { assets, snapshot, detail, run, printed, now } = input;
  const zone = -now.getTimezoneOffset();
  const query = { chunk: detail.chunk };
  const data = { query, snapshot, pulses: {}, zone, notices: {}, detail: null };
  const facts = `${run.phase} · ${escaped(run.agent)} · ${markup(ago(run.started_at, zone))} · ${escaped(run.said)}`;
  const unit = `/work-units/${detail.chunk}`;
  const body = `<main class="one"><p class="back"><a href="${unit}">← All about ${detail.chunk}</a></p><h2 class="name" tabindex="-1">${detail.chunk}, run ${run.number}</h2><p class="aside">${facts}</p>${printed.size === null ? `<p class="empty">${escaped(goneWords(run))}</p>` : whole(input, unit)}</main>`;
  return shell({ assets, data, now, body, name: `${detail.chunk}, run ${run.number}` });
}

/** A run that never began has printed nothing, and there is no file. */
const goneWords = ({ number, outcome }: RunLine): string =>
  outcome?.exit === 'never-began'
    ? `Run ${number} has printed nothing.`
    : `What run ${number} printed is no longer kept.`;

function whole({ detail, run, printed, find, found }: RunPageInput, unit: string): string {
  const path = `${unit}/runs/${run.number}`;
  const search = `<form class="find" method="get" action="${path}"><label for="find">Find</label><input id="find" name="find" value="${escaped(find)}"><button>Find</button></form>`;
  return `<section class="transcript" aria-label="Transcript">${places(path, printed)}${search}${foundLine(path, find, found)}${printedMarkup(detail.chunk, printed, find)}</section>`;
}

/** Where else one can look. */
function places(path: string, { from, to, size }: Printed): string {
  const link = (query: string, words: string, isThere: boolean) =>
    isThere ? `<a href="${path}${query}">${words}</a>` : `<span class="aside">${words}</span>`;
  const links = [
    link('?from=0', 'Start', from > 0),
    link(`?before=${from}`, 'Earlier', from > 0),
    link(`?from=${to}`, 'Later', to < (size ?? 0)),
    link('', 'End', to < (size ?? 0)),
    `<a href="${path}/output" download>Download</a>`,
  ];
  return `<nav class="places" aria-label="Places in the transcript">${links.join('')}</nav>`;
}

function foundLine(path: string, find: string, found: number | null): string {
  if (find === '') return '';
  if (found === null) return `<p role="status">“${escaped(find)}” is not in there.</p>`;
  const next = new URLSearchParams({ find, from: String(found + 1) });
  return `<p role="status">Found. <a href="${path}?${escaped(next.toString())}">The next one</a></p>`;
}

/** What was printed, as text; alive where it ends at the end of a run that goes on. */
export function printedMarkup(chunk: string, printed: Printed, find = ''): string {
  const { run, from, to, size, text } = printed;
  if (size === null) return `<p class="empty">No longer kept.</p>`;
  const part =
    from > 0 || to < size
      ? `<p class="aside">Bytes ${grouped(from)} to ${grouped(to)} of ${grouped(size)}.</p>`
      : '';
  const still = to < size ? ' still' : '';
  return `${part}<run-transcript chunk="${chunk}" run="${run}" offset="${to}"${still}><pre tabindex="0" role="region" aria-label="Transcript">${marked(plain(text), find)}</pre></run-transcript>`;
}

const grouped = (count: number): string => count.toLocaleString('en');

/** Found in the text, not in its markup: “lt” does not stand in a “<”. */
function marked(text: string, find: string): string {
  const at = find === '' ? -1 : text.indexOf(find);
  if (at < 0) return escaped(text);
  return `${escaped(text.slice(0, at))}<mark>${escaped(find)}</mark>${escaped(text.slice(at + find.length))}`;
}
