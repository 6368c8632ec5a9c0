/** One item of the queue: two lines while it is closed; what one has to know, and the form, when it is open. */
import { html, nothing, type TemplateResult } from 'lit';
import { type Card, type Pulse, unitPath } from '../board.ts';
import { saidWords } from '../sentences.ts';
import { actionForm } from './action-form.ts';
import type { QueueView } from './attention-queue.ts';
import { contextView } from './card-context.ts';
import { cardUnit } from './card-unit.ts';
import { optionsList } from './options-list.ts';
import { firstLine, inlineMarkdown, simpleMarkdown } from './simple-markdown.ts';
import { age } from './when.ts';

export function cardView(card: Card, view: QueueView): TemplateResult {
  const { may } = card.place ?? view.place;
  const isOpen = card.state === 'open';
  return html`<li class="card card-${card.kind}" id="item-${card.id}" data-key=${card.key}>
    <details name=${view.oneOpen ? 'card' : nothing} ?open=${view.opened.has(card.key)}>
      <summary>
        <span class="kind">${card.kind}</span>
        ${cardUnit(card, view)}
        ${card.blocks_count > 0 ? html`<span class="frees">frees ${card.blocks_count}</span>` : nothing}
        ${card.unblocks && html`<span class="unblocks">${card.unblocks}</span>`}
        <span class="waits">${age('waits', card.asked_at, view.clock)}</span>
        <span class="prompt" dir="auto">${inlineMarkdown(firstLine(card.prompt))}</span>
      </summary>
      <div class="body" id="open-${card.id}">
        ${isOpen ? nothing : endedNote(card)}
        <div class="asked" dir="auto">${simpleMarkdown(card.prompt)}</div>
        ${card.context.map(contextView)}
        ${tailView(card, view.tails[unitPath(card)])}
        ${card.run_ended && html`<p class="aside">${card.run_ended}</p>`}
        ${card.wait && html`<p class="aside"><bdi>${card.wait.who}</bdi> waits ${age('until', card.wait.until, view.clock)}. ${card.wait.after}</p>`}
        ${may === 'read' ? optionsList(card, view.place) : actionForm(card, view)}
        ${footer(card, view)}
      </div>
    </details>
  </li>`;
}

/** What the run that waits printed before it asked; a card with lines of its own needs no others. */
const tailView = ({ kind, run }: Card, tail: Pulse | undefined) =>
  tail === undefined || tail.lines.length === 0 || kind === 'stuck' || kind === 'review'
    ? nothing
    : html`<figure class="tail"><figcaption>Last lines of run ${run}</figcaption><pre tabindex="0" dir="auto">${tail.lines.join('\n')}</pre></figure>`;

/** The unit's own page needs no link to itself. */
const footer = (card: Card, { place: { base }, forms, only }: QueueView): TemplateResult =>
  html`<div class="foot-of-card">
    ${card.state === 'open' ? forms?.later(card) : nothing}
    <p class="aside">${card.phases > 1 ? `${card.phase} · ` : ''}asked by <bdi>${card.asked_by}</bdi>${card.run > 0 ? `, run ${card.run}` : ''}${only === '' || base !== '' ? html` · <a href=${unitPath(card, base)}>details of ${card.chunk}</a>` : nothing}${card.code?.startsWith('merge-') ? html` · <a href="${unitPath(card, base)}/diff">changes, line by line</a>` : nothing}</p>
  </div>`;

/** A card that somebody else has ended stays while it holds words that were not sent. */
const endedNote = (card: Card): TemplateResult =>
  html`<p class="notice notice-ended" role="status">${
    card.state === 'withdrawn'
      ? `Withdrawn: ${card.withdrawn_why}.`
      : html`Answered by <bdi>${card.answered_by}</bdi> (${card.answered_via}): <bdi>${saidWords(card)}</bdi>.`
  } Your text was not sent. <button type="button" class="quiet" data-do="dismiss" value=${card.key}>Dismiss</button></p>`;
