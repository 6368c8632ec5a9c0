import { html, nothing, type TemplateResult } from 'lit';
import { actorWords } from '../actor-words.ts';
import type { Detail, HistoryLine } from '../detail.ts';
import type { Event } from '../events.ts';
import { isWell } from '../is-well.ts';
import type { Place } from './place.ts';
import { inlineMarkdown } from './simple-markdown.ts';
import { age, type ViewClock } from './when.ts';

/** Of no interest to a person who asks what happened; `signalbox history` prints them, too. */
const LEFT_OUT: ReadonlySet<Event['type']> = new Set([
  'run.spawned',
  'run.told',
  'run.submitted',
  'item.released',
  'item.given',
  'run.used',
]);

const MARKS: Readonly<Partial<Record<Event['type'], string>>> = {
  'item.asked': '?',
  'item.answered': '↩',
  'item.withdrawn': '×',
  'run.started': '▶',
  'run.ended': '■',
  'phase.finished': '✓',
  'work.snapshot': '±',
  'merge.ended': '✓',
  'comment.added': '“',
  'unit.held': '‖',
  'unit.closed': '✓',
};

/** `before`: the number before which the history stops; null: it is the latest part. */
export function unitTimeline(
  detail: Detail,
  clock: ViewClock,
  { base }: Place,
  before: number | null,
): TemplateResult {
  const { chunk, history, earlier } = detail;
  const page = `${base}/work-units/${chunk}`;
  const lines = history.filter(({ type }) => !LEFT_OUT.has(type)).reverse();
  return html`<section class="story" aria-labelledby="story-heading">
    <h2 id="story-heading" tabindex="-1">What happened</h2>
    <ol class="timeline">${lines.map((line) => lineView(detail, line, clock, page))}</ol>
    ${
      earlier === null && before === null
        ? nothing
        : html`<nav class="places" aria-label="Parts of the history">${before === null ? nothing : html`<a href="${page}#story-heading">Latest</a>`} ${earlier === null ? nothing : html`<a href="${page}?before=${earlier}#story-heading">Earlier</a>`}</nav>`
    }
  </section>`;
}

function lineView(detail: Detail, line: HistoryLine, clock: ViewClock, page: string): TemplateResult {
  const { type, at, who, door, what, run } = line;
  const by = actorWords(who, door);
  const isLinked = run !== null && (type === 'run.started' || type === 'run.ended');
  return html`<li class="event ${toneOf(detail, line)}"><span class="at" aria-hidden="true">${MARKS[type] ?? '·'}</span>
    <div><p class="what" dir="auto">${inlineMarkdown(what)}</p>
    <p class="aside">${by === '' ? nothing : html`<span class="who"><bdi>${by}</bdi></span> · `}${isLinked ? html`<a href="${page}/runs/${run}">output of run ${run}</a> · ` : nothing}${age('ago', at, clock)}</p></div></li>`;
}

/** What the operator did stands out, and so does what went wrong. */
function toneOf({ runs }: Detail, { type, who, run }: HistoryLine): string {
  if (type === 'item.asked') return 'event-asked';
  if (type === 'run.ended') {
    const outcome = runs.find(({ number }) => number === run)?.outcome;
    return outcome && !isWell(outcome) ? 'event-failed' : 'event-ended';
  }
  return who === 'operator' ? 'event-yours' : '';
}
