import { html, nothing, type TemplateResult } from 'lit';
import { under } from '../base-path.ts';
import type { ConflictLine, Detail, ItemLine, RunLine } from '../detail.ts';
import { statWords } from '../sentences.ts';
import { deliveryWords, END_WORDS, verdictWords } from '../unit-sentences.ts';
import { moneyWords, usageDetailWords, usageWords } from '../usage-words.ts';
import { type Notice, noticeView } from './action-form.ts';
import { OUR_PAGE, type Place } from './place.ts';
import { resolveForm } from './unit-actions.ts';
import { unitRules } from './unit-rules.ts';
import { age, type ViewClock } from './when.ts';

/** Older runs are in the timeline. */
const RUNS_SHOWN = 6;

export interface FactsSetting {
  readonly clock: ViewClock;
  readonly notice: Notice | undefined;
  /** How the time went. */
  readonly strip: TemplateResult | typeof nothing;
}

/** What is known of a unit beside what it does: where it works, whom it waits for, its runs. */
export function unitFacts(detail: Detail, { clock, notice, strip }: FactsSetting): TemplateResult {
  const { goal, agent, external, priority, paths, added_at } = detail;
  return html`<section class="unit-facts" aria-labelledby="facts-heading">
    <h2 id="facts-heading">Facts</h2>
    ${strip}
    <dl class="facts">
      ${goal === '' ? nothing : html`<dt>goal</dt><dd class="goal" dir="auto">${goal}</dd>`}
      <dt>done by</dt><dd><bdi>${agent ?? (external ? 'somebody else, who reports' : 'commands')}</bdi></dd>
      ${commands(detail)} ${worktreeFacts(detail, OUR_PAGE)} ${notBrought(detail)} ${dependencyFacts(detail, OUR_PAGE)}
      ${priority === 0 ? nothing : html`<dt>priority</dt><dd>${priority}</dd>`}
      ${paths.length === 0 ? nothing : html`<dt>paths</dt><dd>${paths.map((path) => html`<code>${path}</code> `)}</dd>`}
      ${runs(detail)} ${cost(detail)} ${undelivered(detail)}
      <dt>added</dt><dd>${age('ago', added_at, clock)}</dd>
    </dl>
    ${conflicts(detail)} ${unitRules(detail, true)}
    <div class="told" role="status">${noticeView('conflict', notice)}</div>
  </section>`;
}

/** Where each phase has a command of its own. */
function commands({ steps }: Detail) {
  const own = steps.filter(({ command }) => command !== null);
  if (own.length === 0) return nothing;
  return html`<dt>${own.length === 1 ? 'command' : 'commands'}</dt><dd>${own.map(
    ({ phase, command }) =>
      html`${own.length === 1 ? nothing : html`<span class="phase">${phase}</span>`}<pre tabindex="0" role="region" aria-label=${`Command of ${phase}`}>${command}</pre>`,
  )}</dd>`;
}

export function worktreeFacts({ chunk, work }: Detail, { base }: Place) {
  if (work === null) return nothing;
  const { branch, snapshot, end, path, pruned_at, kept } = work;
  return html`<dt>branch</dt><dd><bdi>${branch}</bdi>${work.base === null ? nothing : html` <span class="aside">returns to <bdi>${work.base}</bdi></span>`}</dd>
    <dt>folder</dt><dd><bdi dir="ltr">${pruned_at === null ? path : `removed; kept as ${kept ?? 'nothing'}`}</bdi></dd>
    ${snapshot === null ? nothing : html`<dt>changes</dt><dd><a href="${base}/work-units/${chunk}/diff">${statWords(snapshot)}</a>${end === null ? nothing : html` <span class="aside">${END_WORDS[end.how]}</span>`}</dd>`}`;
}

/** What the repository has, and this worktree only if a setup brought it. */
const notBrought = ({ work }: Detail) =>
  work === null || work.not_brought.length === 0
    ? nothing
    : html`<dt>not brought</dt><dd>${work.not_brought.join(', ')}</dd>`;

export function dependencyFacts({ after, before }: Detail, { base }: Place) {
  const link = (chunk: string) => html`<a href="${base}/work-units/${chunk}">${chunk}</a>`;
  return html`${after.length === 0 ? nothing : html`<dt>waits for</dt><dd><ul class="names">${after.map(({ chunk, state }) => html`<li>${link(chunk)}${state === 'open' ? nothing : html` <span class="aside">${state === 'unknown' ? 'not added yet' : 'done'}</span>`}</li>`)}</ul></dd>`}
    ${before.length === 0 ? nothing : html`<dt>unblocks</dt><dd><ul class="names">${before.slice(0, MOST_NAMES).map((chunk) => html`<li>${link(chunk)}</li>`)}${before.length <= MOST_NAMES ? nothing : html`<li class="aside">and ${before.length - MOST_NAMES} more</li>`}</ul></dd>`}`;
}

const MOST_NAMES = 20;

function runs({ chunk, runs, steps }: Detail) {
  if (runs.length === 0) return nothing;
  const shown = runs.slice(-RUNS_SHOWN).reverse();
  const path = under(`/work-units/${chunk}/runs/`);
  return html`<dt>runs</dt><dd><ol class="runs">${shown.map((run) => runView(path, run, steps.length > 1))}</ol>${runs.length === shown.length ? nothing : html`<p class="aside">and ${runs.length - shown.length} earlier, in <a href="#story-heading">what happened</a></p>`}</dd>`;
}

/** Without times: they stand in the timeline, and here a shorter one would move what is below. */
const runView = (path: string, { number, phase, agent, said, usage }: RunLine, isOneOfMany: boolean) =>
  html`<li><a href="${path}${number}">Run ${number}</a> <span class="aside">${isOneOfMany ? html`${phase}, ` : nothing}<bdi>${agent}</bdi>, ${said}${usage === null ? '' : `, ${usageWords(usage)}`}</span></li>`;

/** As agents report it, and what it may cost before the operator is asked. */
const cost = ({ usage, budget }: Detail) =>
  html`${usage === null ? nothing : html`<dt>used</dt><dd>${usageDetailWords(usage)}</dd>`}
    ${budget === null ? nothing : html`<dt>budget</dt><dd>${moneyWords(budget)}</dd>`}`;

/** Answers that nobody has got yet, or never will. */
function undelivered({ items }: Detail) {
  const late = items.filter(({ delivery }) => delivery !== null && delivery !== 'delivered');
  if (late.length === 0) return nothing;
  return html`<dt>answers</dt><dd><ul>${late.map(lateView)}</ul></dd>`;
}

const lateView = (item: ItemLine): TemplateResult =>
  html`<li>“<bdi>${item.said}</bdi>” <span class="aside">${deliveryWords(item)}</span></li>`;

function conflicts(detail: Detail) {
  if (detail.conflicts.length === 0) return nothing;
  return html`<h3>Conflicts</h3>
    <ul class="items">${detail.conflicts.map((conflict) => conflictView(detail, conflict))}</ul>`;
}

const conflictView = (detail: Detail, conflict: ConflictLine): TemplateResult =>
  html`<li>
    <p><a href="${under(`/work-units/${conflict.chunk}`)}">${conflict.chunk}</a>: ${verdictWords(conflict.verdict)} <span class="aside" dir="auto">${conflict.decided_by === 'operator' ? 'by you' : `found, confidence ${conflict.confidence.toFixed(2)}`}: ${conflict.reason}</span></p>
    ${conflict.overlapping_files.length === 0 ? nothing : html`<pre tabindex="0" role="region" aria-label=${`Files in common with ${conflict.chunk}`}>${conflict.overlapping_files.join('\n')}</pre>`}
    ${conflict.overlapping_lines === '' ? nothing : html`<details class="context"><summary>Conflicting lines</summary><pre tabindex="0" role="region" aria-label=${`Lines in conflict with ${conflict.chunk}`}>${conflict.overlapping_lines}</pre></details>`}
    ${conflict.dropped ? html`<p class="aside">Their order was dropped: it would have closed a cycle.</p>` : nothing}
    ${conflict.noted === '' ? nothing : html`<p class="aside">${conflict.noted}</p>`}
    ${detail.status === 'DONE' ? nothing : resolveForm(detail, conflict)}
  </li>`;
