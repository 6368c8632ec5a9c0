/** The bar at the foot of the queue: answers that can still be taken back. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type Card, unitPath } from '../board.ts';
import { saidWords } from '../sentences.ts';
import { noticeView } from './action-form.ts';
import type { QueueView } from './attention-queue.ts';
import { cardUnit } from './card-unit.ts';
import { age } from './when.ts';

/** So many have a line; the others are counted, and unfold. */
const MOST_LINES = 3;

export function goingOut(cards: readonly Card[], view: QueueView): TemplateResult {
  const more = cards.slice(MOST_LINES);
  return html`<section class="going" aria-label="Answers being sent">
    ${list(cards.slice(0, MOST_LINES), view)}
    ${more.length === 0 ? nothing : html`<details class="more"><summary>and ${more.length} more</summary>${list(more, view)}</details>`}
  </section>`;
}

const list = (cards: readonly Card[], view: QueueView): TemplateResult =>
  html`<ul class="going-out">${repeat(
    cards,
    ({ key }) => key,
    (card) => html`<li data-key=${card.key}>
        ${(card.place ?? view.place).may === 'read' ? html`<p class="undo">${goes(card, view)}</p>` : undoForm(card, view)}
        ${noticeView(card.id, view.notices[card.id])}
      </li>`,
  )}</ul>`;

const undoForm = (card: Card, view: QueueView): TemplateResult =>
  html`<form class="undo" method="post" action="${unitPath(card)}/undo" name="undo-${card.id}">
          <input type="hidden" name="item" value=${card.id} />
          <input type="hidden" name="version" value=${card.version} />
          ${goes(card, view)}
          <button class="quiet">Undo <kbd aria-hidden="true">z</kbd></button>
        </form>`;

const goes = (card: Card, view: QueueView): TemplateResult =>
  html`<span class="goes">Sending “<bdi>${saidWords(card)}</bdi>” to ${cardUnit(card, view)}${card.release_due === null ? nothing : html` · ${age('left', card.release_due, view.clock)}`}</span>`;
