/** Snooze, withdraw and wake: forms of an item beside its answer, on our own pages. */
import { html, nothing, type TemplateResult } from 'lit';
import { under } from '../base-path.ts';
import { type Card, unitPath } from '../board.ts';
import type { QueueForms } from './attention-queue.ts';
import { baseOf } from './place.ts';

const DURATIONS = [
  [15, '15 minutes'],
  [60, '1 hour'],
  [240, '4 hours'],
  [1440, '1 day'],
  [10_080, '1 week'],
] as const;

const later = (card: Card): TemplateResult =>
  html`<details class="later"><summary>Not now</summary>
    <form class="snooze" method="post" action="${unitPath(card)}/snooze" name="snooze-${card.id}">
      <input type="hidden" name="item" value=${card.id} />
      <input type="hidden" name="version" value=${card.version} />
      <label>Snooze for <select name="minutes">${DURATIONS.map(([minutes, label]) => html`<option value=${minutes}>${label}</option>`)}</select></label>
      <label>or until this unit is done <input name="until_done" /></label>
      <button class="quiet">Snooze</button>
    </form>
    ${card.kind === 'question' || card.kind === 'decision' ? withdrawForm(card) : nothing}
  </details>${card.blocks_count > 0 ? html`<p class="aside"><a href="${baseOf(card.place)}/graph?unit=${card.chunk}">See what it frees</a></p>` : nothing}`;

/** The asker is told that there will be no answer. */
const withdrawForm = (card: Card): TemplateResult =>
  html`<form class="snooze" method="post" action="${unitPath(card)}/withdraw" name="withdraw-${card.id}">
      <input type="hidden" name="item" value=${card.id} />
      <input type="hidden" name="seen" value=${card.seq} />
      <label>Withdraw because <input name="why" dir="auto" /></label>
      <button class="quiet">Withdraw</button>
    </form>`;

const wake = (card: Card, about: TemplateResult): TemplateResult =>
  html`<form class="undo" method="post" action="${unitPath(card)}/wake" name="wake-${card.id}">
          <input type="hidden" name="item" value=${card.id} />
          <input type="hidden" name="seen" value=${card.seq} />
          ${about}
          <button class="quiet">Wake</button>
        </form>`;

const begin = (): TemplateResult => html`<p><a href="${under('/new')}">New unit</a></p>`;

export const QUEUE_FORMS: QueueForms = { later, wake, begin };
