import { html, nothing, type TemplateResult } from 'lit';
import type { ConflictLine, Detail, ItemLine, RunLine } from '../detail.ts';
import { ruleNameWords } from '../policy-sentences.ts';
import { statWords } from '../sentences.ts';
import { deliveryWords, END_WORDS, verdictWords } from '../unit-sentences.ts';
import { moneyWords, usageDetailWords, usageWords } from '../usage-words.ts';
import type { Notice } from './action-form.ts';
import { OUR_PAGE, type Place } from './place.ts';
import { STATUS_NAMES, statusMark } from './status-mark.ts';
import type { UnitForms } from './unit-actions.ts';
import { unitRules } from './unit-rules.ts';
import { ago, when } from './when.ts';

/** Facts, items with their answers, runs and history of one unit. The transcript stands by itself. */
export function workUnit(
  detail: Detail,
  zone: number,
  forms: UnitForms | null,
  notice?: Notice,
  place: Place = OUR_PAGE,
): TemplateResult {
  return html`<section class="unit" aria-labelledby="unit-heading">
    <p class="headline">${statusMark(detail.status)} <strong>${STATUS_NAMES[detail.status]}</strong> · ${when(detail.since, zone)}${detail.why === '' ? nothing : html` · ${detail.why}`}</p>
    ${detail.title === '' ? nothing : html`<p class="title">${detail.title}</p>`}
    ${detail.goal === '' ? nothing : html`<p class="goal">${detail.goal}</p>`}
    <h3>Phases</h3>
    <ol class="steps">${detail.steps.map(
      ({ phase, command, state }) =>
        html`<li class="step"><span class="phase">${phase}</span> <span class="aside">· ${state === 'current' ? 'now' : state}${command === null ? ` · ${detail.agent ?? 'done elsewhere'}` : ''}</span>${command === null ? nothing : html`<pre tabindex="0">${command}</pre>`}</li>`,
    )}</ol>
    ${used(detail)} ${worktree(detail, place)} ${dependencies(detail, place)} ${conflicts(detail, place, forms)}
    ${unitRules(detail, forms !== null)}
    <h3>Questions and answers</h3>
    ${itemList(detail.items.filter(isByPerson), zone)} ${byRules(
      detail.items.filter((item) => !isByPerson(item)),
      zone,
    )}
    <h3>Runs</h3>
    ${detail.runs.length === 0 ? html`<p class="empty">None yet.</p>` : html`<ol class="runs">${detail.runs.map((run) => runView(`${place.base}/work-units/${detail.chunk}`, run, zone))}</ol>`}
    ${forms === null ? nothing : forms.unitActions(detail, notice)}
    <details class="history"><summary><h3>History <span class="count">${detail.history.length}</span></h3></summary>
      <ol>${detail.history.map(
        ({ at, who, door, what }) =>
          html`<li>${ago(at, zone)} <span class="who">${who}${door === 'daemon' ? '' : ` (${door})`}</span> <span class="what">${what}</span></li>`,
      )}</ol>
    </details>
  </section>`;
}

function used({ usage, budget }: Detail) {
  if (usage === null && budget === null) return nothing;
  return html`<h3>Cost</h3>
    <dl class="facts"><dt>used</dt><dd>${usage === null ? 'nothing reported yet' : usageDetailWords(usage)}</dd>${budget === null ? nothing : html`<dt>budget</dt><dd>${moneyWords(budget)}</dd>`}</dl>`;
}

function worktree({ chunk, work }: Detail, { base }: Place) {
  if (work === null) return nothing;
  const { branch, snapshot, end, path, pruned_at, kept } = work;
  return html`<h3>Worktree</h3>
    <dl class="facts">
      <dt>branch</dt><dd><bdi>${branch}</bdi>${work.base === null ? nothing : html` <span class="aside">returns to <bdi>${work.base}</bdi></span>`}</dd>
      <dt>folder</dt><dd><bdi>${pruned_at === null ? path : `removed; kept as ${kept ?? 'nothing'}`}</bdi></dd>
      ${snapshot === null ? nothing : html`<dt>changes</dt><dd><a href="${base}/work-units/${chunk}/diff">${statWords(snapshot)}</a>${end === null ? nothing : html` <span class="aside">${END_WORDS[end.how]}</span>`}</dd>`}
    </dl>`;
}

function dependencies({ after, before }: Detail, { base }: Place) {
  if (after.length + before.length === 0) return nothing;
  return html`<h3>Dependencies</h3>
    <dl class="facts">
      ${after.length === 0 ? nothing : html`<dt>waits for</dt><dd>${after.map(({ chunk, state }) => html`<a href="${base}/work-units/${chunk}">${chunk}</a> <span class="aside">${state === 'unknown' ? 'not added yet' : state}</span> `)}</dd>`}
      ${before.length === 0 ? nothing : html`<dt>unblocks</dt><dd>${before.map((chunk) => html`<a href="${base}/work-units/${chunk}">${chunk}</a> `)}</dd>`}
    </dl>`;
}

function conflicts(detail: Detail, place: Place, forms: UnitForms | null) {
  if (detail.conflicts.length === 0) return nothing;
  return html`<h3>Conflicts</h3>
    <ul class="items">${detail.conflicts.map((conflict) => conflictView(detail, conflict, place, forms))}</ul>`;
}

const conflictView = (
  detail: Detail,
  conflict: ConflictLine,
  { base }: Place,
  forms: UnitForms | null,
): TemplateResult =>
  html`<li>
    <p><a href="${base}/work-units/${conflict.chunk}">${conflict.chunk}</a>: ${verdictWords(conflict.verdict)} <span class="aside">${conflict.decided_by === 'operator' ? 'by you' : `found, confidence ${conflict.confidence.toFixed(2)}`}: ${conflict.reason}</span></p>
    ${conflict.overlapping_files.length === 0 ? nothing : html`<pre tabindex="0">${conflict.overlapping_files.join('\n')}</pre>`}
    ${conflict.dropped ? html`<p class="aside">Their order was dropped: it would have closed a cycle.</p>` : nothing}
    ${conflict.noted === '' ? nothing : html`<p class="aside">${conflict.noted}</p>`}
    ${detail.status === 'DONE' || forms === null ? nothing : forms.resolveForm(detail, conflict)}
  </li>`;

const isByPerson = ({ answered_by_rule }: ItemLine): boolean => answered_by_rule === null;

const itemList = (items: readonly ItemLine[], zone: number): TemplateResult =>
  items.length === 0
    ? html`<p class="empty">None yet.</p>`
    : html`<ol class="items">${items.map((item) => itemView(item, zone))}</ol>`;

/** There may be hundreds, and nobody had to read them. */
const byRules = (items: readonly ItemLine[], zone: number) =>
  items.length === 0
    ? nothing
    : html`<details class="history"><summary><h3>Answered by your rules <span class="count">${items.length}</span></h3></summary>${itemList(items, zone)}</details>`;

const itemView = (item: ItemLine, zone: number): TemplateResult =>
  html`<li>
    <p><span class="kind">${item.kind}</span> ${item.prompt} <span class="aside">${ago(item.asked_at, zone)}</span></p>
    <p class="said">${itemEnd(item)}</p>
  </li>`;

function itemEnd(item: ItemLine): string {
  switch (item.state) {
    case 'open':
      return 'Waiting for you.';
    case 'snoozed':
      return 'Snoozed.';
    case 'going-out':
      return `Sending “${item.said}”.`;
    case 'withdrawn':
      return `Withdrawn: ${item.withdrawn_why}.`;
    case 'answered':
      return [
        `“${item.said}” by ${item.answered_by_rule ? ruleNameWords(item.answered_by_rule) : `${item.answered_by} (${item.answered_via})`}`,
        deliveryWords(item),
      ]
        .filter((part) => part !== '')
        .join(', ');
  }
}

const runView = (unit: string, run: RunLine, zone: number): TemplateResult =>
  html`<li><a href="${unit}/runs/${run.number}">Run ${run.number}</a> · ${run.phase} · ${run.agent} · ${ago(run.started_at, zone)} · ${run.said}${run.usage === null ? nothing : html` · ${usageWords(run.usage)}`}</li>`;
