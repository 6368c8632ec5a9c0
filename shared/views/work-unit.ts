import { html, nothing, type TemplateResult } from 'lit';
import type { Detail } from '../detail.ts';
import { MERGE } from '../work-words.ts';
import type { Place } from './place.ts';
import { STATUS_NAMES, statusMark } from './status-mark.ts';
import { dependencyFacts, worktreeFacts } from './unit-facts.ts';
import { unitTimeline } from './unit-timeline.ts';
import { age, shortMoment, type ViewClock } from './when.ts';

/** A whole unit, for other sites: our own page draws its parts in two columns. */
export const workUnit = (detail: Detail, clock: ViewClock, place: Place): TemplateResult =>
  html`<section class="unit" aria-labelledby="unit-heading">${unitHead(detail, clock)} <dl class="facts">${worktreeFacts(detail, place)} ${dependencyFacts(detail, place)}</dl> ${unitTimeline(detail, clock, place, null)}</section>`;

/** What a unit is and how far it has come. Its name stands above. */
export function unitHead(detail: Detail, clock: ViewClock): TemplateResult {
  const { status, why, title } = detail;
  return html`<div class="unit-head">
    <p class="headline">${statusMark(status)} <strong>${STATUS_NAMES[status]}</strong>${whereabouts(detail)} <span class="aside">·</span> ${elapsed(detail, clock)}</p>
    ${detail.archived_at === null ? nothing : html`<p class="aside">Archived since ${shortMoment(detail.archived_at, clock)}. It can be read, and nothing more happens to it.</p>`}
    ${why === '' || status === 'NEEDS_ATTENTION' ? nothing : html`<p class="why" dir="auto">${why}</p>`}
    ${title === '' ? nothing : html`<p class="title" dir="auto">${title}</p>`}
    ${stepper(detail)}
  </div>`;
}

/** What the time means depends on the status. */
function elapsed({ status, since }: Detail, clock: ViewClock): TemplateResult {
  const kind = status === 'DONE' ? 'ago' : status === 'NEEDS_ATTENTION' ? 'waits' : 'for';
  return html`<span class="elapsed">${age(kind, since, clock)}</span>`;
}

function whereabouts({ agent, live, work }: Detail): TemplateResult {
  const branch = work === null || work.pruned_at !== null ? null : work.branch;
  return html`<span class="aside">${live === null ? nothing : html` · run ${live}`}${agent === null ? nothing : html` · <bdi>${agent}</bdi>`}${branch === null ? nothing : html` · on <bdi>${branch}</bdi>`}</span>`;
}

interface StepView {
  readonly phase: string;
  readonly state: Detail['steps'][number]['state'];
}

const SHAPES = { finished: '✓', current: '●', 'to come': '○' } as const;
const STATES = { finished: 'finished', current: 'now', 'to come': 'to come' } as const;

/** The way of a unit in one line. Of a unit with one phase there is no way to show. */
function stepper(detail: Detail) {
  const steps = stepsOf(detail);
  if (steps.length < 2) return nothing;
  return html`<ol class="stepper" aria-label="Phases">${steps.map(
    ({ phase, state }) =>
      html`<li class="step step-${state.replace(' ', '-')}" aria-current=${state === 'current' ? 'step' : 'false'}><span aria-hidden="true">${SHAPES[state]}</span> ${phase}<span class="unseen">, ${STATES[state]}</span></li>`,
  )}</ol>`;
}

/** With a change set, the merge is the last step. */
function stepsOf({ steps, work, status, closed }: Detail): readonly StepView[] {
  if (work === null || (work.snapshot?.files ?? 0) === 0 || closed !== null) return steps;
  const isThrough = steps.every(({ state }) => state === 'finished');
  const state = work.end !== null || status === 'DONE' ? 'finished' : isThrough ? 'current' : 'to come';
  return [...steps, { phase: MERGE, state }];
}
