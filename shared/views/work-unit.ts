import { html, nothing, type TemplateResult } from 'lit';
import type { Detail, ItemLine, RunLine } from '../detail.ts';
import { outcomeWords } from '../sentences.ts';
import { STATUS_NAMES, statusMark } from './status-mark.ts';
import { ago, when } from './when.ts';

/** Facts, items with their answers, runs and history of one unit. The transcript stands by itself. */
export function workUnit(detail: Detail, zone: number): TemplateResult {
  return html`<section class="unit" aria-labelledby="unit-heading">
    <p class="headline">${statusMark(detail.status)} <strong>${STATUS_NAMES[detail.status]}</strong> · ${when(detail.since, zone)}${detail.why === '' ? nothing : html` · ${detail.why}`}</p>
    ${detail.title === '' ? nothing : html`<p class="title">${detail.title}</p>`}
    ${detail.goal === '' ? nothing : html`<p class="goal">${detail.goal}</p>`}
    <h3>Phases</h3>
    <ol class="steps">${detail.steps.map(
      ({ phase, command, state }) =>
        html`<li class="step"><span class="phase">${phase}</span> <span class="aside">${state}</span><pre tabindex="0">${command}</pre></li>`,
    )}</ol>
    ${dependencies(detail)}
    <h3>Questions and answers</h3>
    ${detail.items.length === 0 ? html`<p class="empty">None so far.</p>` : html`<ol class="items">${detail.items.map((item) => itemView(item, zone))}</ol>`}
    <h3>Runs</h3>
    ${detail.runs.length === 0 ? html`<p class="empty">None so far.</p>` : html`<ol class="runs">${detail.runs.map((run) => runView(run, zone))}</ol>`}
    ${closing(detail)}
    <details class="history"><summary><h3>History <span class="count">${detail.history.length}</span></h3></summary>
      <ol>${detail.history.map(
        ({ at, who, door, what }) =>
          html`<li>${ago(at, zone)} <span class="who">${who}${door === 'daemon' ? '' : ` (${door})`}</span> <span class="what">${what}</span></li>`,
      )}</ol>
    </details>
  </section>`;
}

function dependencies({ after, before }: Detail) {
  if (after.length + before.length === 0) return nothing;
  return html`<h3>Dependencies</h3>
    <dl class="facts">
      ${after.length === 0 ? nothing : html`<dt>waits for</dt><dd>${after.map(({ chunk, state }) => html`<a href="/work-units/${chunk}">${chunk}</a> <span class="aside">${state === 'unknown' ? 'not added yet' : state}</span> `)}</dd>`}
      ${before.length === 0 ? nothing : html`<dt>unblocks</dt><dd>${before.map((chunk) => html`<a href="/work-units/${chunk}">${chunk}</a> `)}</dd>`}
    </dl>`;
}

const itemView = (item: ItemLine, zone: number): TemplateResult =>
  html`<li>
    <p><span class="kind">${item.kind}</span> ${item.prompt} <span class="aside">${ago(item.asked_at, zone)}</span></p>
    <p class="said">${itemEnd(item)}</p>
  </li>`;

function itemEnd(item: ItemLine): string {
  switch (item.state) {
    case 'open':
      return 'Waits for you.';
    case 'going-out':
      return `“${item.said}” is going out.`;
    case 'withdrawn':
      return `Withdrawn: ${item.withdrawn_why}.`;
    case 'answered':
      return `“${item.said}” by ${item.answered_by} (${item.answered_via})${item.delivered_to === null ? ', not delivered yet' : ''}`;
  }
}

const runView = (run: RunLine, zone: number): TemplateResult =>
  html`<li>Run ${run.number} · ${run.phase} · ${run.agent} · ${ago(run.started_at, zone)} · ${run.outcome ? outcomeWords(run.outcome) : 'live'}</li>`;

function closing({ chunk, status }: Detail) {
  if (status === 'DONE') return nothing;
  return html`<details class="closing"><summary>Close this unit</summary>
    <form method="post" action="/work-units/${chunk}/close" name="close-${chunk}">
      <label for="reason">Why? It counts as done then.</label>
      <input id="reason" name="reason" />
      <button>Close ${chunk}</button>
    </form>
  </details>`;
}
