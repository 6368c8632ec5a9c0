import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Card } from '../board.ts';
import { saidWords } from '../sentences.ts';
import { actionForm, type Notice, noticeView } from './action-form.ts';
import { optionsList } from './options-list.ts';
import { OUR_PAGE, type Place } from './place.ts';
import type { TextArea } from './text-area.ts';
import { moment, when } from './when.ts';

/** What the queue shows. The order is the board's, save where somebody is typing (`client/elements/attention-queue.ts`). */
export interface QueueView {
  readonly cards: readonly Card[];
  readonly zone: number;
  /** On the page of one unit: its chunk. Then an empty queue says nothing. */
  readonly only: string;
  /** Keys of the expanded cards. */
  readonly opened: ReadonlySet<string>;
  readonly notices: Readonly<Record<string, Notice>>;
  /** Drafts of other windows, by item. */
  readonly others?: Readonly<Record<string, readonly string[]>>;
  /** By item: the options chosen in an answer that could not be taken. */
  readonly ticked?: Readonly<Record<string, readonly string[]>>;
  readonly textArea: TextArea;
  /** How many cards came while the order stood still. */
  readonly waiting: number;
  /** How many open items the filter leaves out. */
  readonly hidden: number;
  readonly place: Place;
}

export function attentionQueue(view: QueueView): TemplateResult {
  const open = view.cards.filter(({ state }) => state !== 'going-out' && state !== 'snoozed');
  const asleep = view.cards.filter(({ state }) => state === 'snoozed');
  const going = view.cards.filter((card) => card.state === 'going-out');
  if (view.only !== '' && view.cards.length === 0) return html``;
  return html`<section class="queue" aria-labelledby="queue-heading">
    <div class="heading"><h2 id="queue-heading" tabindex="-1">Needs you <span class="count">${open.filter(isOpen).length}</span></h2>
    ${view.waiting > 0 ? html`<button type="button" class="quiet" data-do="reorder">${view.waiting} new: show in order</button>` : nothing}</div>
    ${view.hidden > 0 ? hidden(view.hidden, view.place) : nothing}
    ${
      open.length === 0
        ? view.hidden > 0
          ? nothing
          : empty()
        : html`<ol class="cards">${repeat(
            open,
            ({ key }) => key,
            (card) => cardView(card, view),
          )}</ol>`
    }
    ${going.length === 0 ? nothing : goingOut(going, view)}
    ${asleep.length === 0 ? nothing : snoozed(asleep, view)}
  </section>`;
}

/** The view as the server draws it: open stand the first card and those with a notice. */
export function freshQueue(fresh: Omit<QueueView, 'opened' | 'waiting' | 'place'>): QueueView {
  const { cards, notices } = fresh;
  const first = cards.find(isOpen);
  const opened = cards.filter((card) => card === first || card.id in notices).map(({ key }) => key);
  return { ...fresh, opened: new Set(opened), waiting: 0, place: OUR_PAGE };
}

const isOpen = ({ state }: Card): boolean => state === 'open';

/** With a filter, an empty queue says how many items it hides. */
const hidden = (count: number, { base }: Place): TemplateResult =>
  html`<p class="empty">This filter hides ${count} ${count === 1 ? 'item' : 'items'}. <a href="${base}/">Show all</a></p>`;

const empty = (): TemplateResult =>
  html`<p class="empty">Nothing needs you. Questions and stuck units appear here.</p>`;

function cardView(card: Card, view: QueueView): TemplateResult {
  const { base, may } = view.place;
  const ended = isOpen(card) ? nothing : endedNote(card);
  return html`<li class="card card-${card.kind}" id="item-${card.id}" data-key=${card.key}>
    <details ?open=${view.opened.has(card.key)}>
      <summary>
        <span class="kind">${card.kind}</span>
        <strong class="chunk">${card.chunk}</strong>
        <span class="phase">${card.phase}</span>
        <span class="waits">waiting ${when(card.asked_at, view.zone)}</span>
        ${card.unblocks === '' ? nothing : html`<span class="unblocks">${card.unblocks}</span>`}
        <span class="prompt">${card.prompt}</span>
      </summary>
      ${ended}
      ${card.context.map(contextView)}
      ${card.run_ended === '' ? nothing : html`<p class="aside">${card.run_ended}</p>`}
      ${may === 'read' ? optionsList(card, view.place) : actionForm(card, view)}
      ${isOpen(card) && may === 'all' ? snoozeForm(card) : nothing}
      <p class="aside">asked by ${card.asked_by}${card.run > 0 ? `, run ${card.run}` : ''} · <a href="${base}/work-units/${card.chunk}">details of ${card.chunk}</a>${card.blocks_count > 0 ? html` · <a href="${base}/graph?unit=${card.chunk}">what it frees</a>` : nothing}${card.code?.startsWith('merge-') ? html` · <a href="${base}/work-units/${card.chunk}/diff">changes, line by line</a>` : nothing}</p>
    </details>
  </li>`;
}

/** What is long is folded away. */
const contextView = ({ label, text }: Card['context'][number]): TemplateResult =>
  html`<details class="context" ?open=${text.split('\n').length <= MOST_LINES}><summary><h3>${label}</h3></summary><pre tabindex="0">${text}</pre></details>`;

const MOST_LINES = 12;

const DURATIONS = [
  [15, '15 minutes'],
  [60, '1 hour'],
  [240, '4 hours'],
  [1440, '1 day'],
  [10_080, '1 week'],
] as const;

const snoozeForm = (card: Card): TemplateResult =>
  html`<details class="later"><summary>Not now</summary>
    <form class="snooze" method="post" action="/work-units/${card.chunk}/snooze" name="snooze-${card.id}">
      <input type="hidden" name="item" value=${card.id} />
      <input type="hidden" name="version" value=${card.version} />
      <label>Snooze for <select name="minutes">${DURATIONS.map(([minutes, label]) => html`<option value=${minutes}>${label}</option>`)}</select></label>
      <label>or until this unit is done <input name="until_done" /></label>
      <button class="quiet">Snooze</button>
    </form>
    ${card.kind === 'question' || card.kind === 'decision' ? withdrawForm(card) : nothing}
  </details>`;

/** The asker is told that there will be no answer. */
const withdrawForm = (card: Card): TemplateResult =>
  html`<form class="snooze" method="post" action="/work-units/${card.chunk}/withdraw" name="withdraw-${card.id}">
      <input type="hidden" name="item" value=${card.id} />
      <input type="hidden" name="seen" value=${card.seq} />
      <label>Withdraw because <input name="why" /></label>
      <button class="quiet">Withdraw</button>
    </form>`;

/** Out of the way, but never out of sight. */
const snoozed = (cards: readonly Card[], view: QueueView): TemplateResult =>
  html`<details class="snoozed"><summary><h3>Snoozed <span class="count">${cards.length}</span></h3></summary>
    <ul class="going-out">${repeat(
      cards,
      ({ key }) => key,
      (card) =>
        html`<li>${view.place.may === 'all' ? wakeForm(card, view) : html`<p class="undo">${asleepUntil(card, view)}</p>`}</li>`,
    )}</ul>
  </details>`;

const wakeForm = (card: Card, view: QueueView): TemplateResult =>
  html`<form class="undo" method="post" action="/work-units/${card.chunk}/wake" name="wake-${card.id}">
          <input type="hidden" name="item" value=${card.id} />
          <input type="hidden" name="seen" value=${card.seq} />
          ${asleepUntil(card, view)}
          <button class="quiet">Wake</button>
        </form>`;

const asleepUntil = (card: Card, { zone }: QueueView): TemplateResult =>
  html`<span><strong>${card.chunk}</strong> ${card.prompt} <span class="aside">${card.snoozed_for === null ? html`until ${moment(card.snoozed_until ?? '', zone)}` : `until ${card.snoozed_for} is done`}</span></span>`;

/** A card that somebody else has ended stays while it holds words that were not sent. */
const endedNote = (card: Card): TemplateResult =>
  html`<p class="notice notice-ended" role="alert">${
    card.state === 'withdrawn'
      ? `Withdrawn: ${card.withdrawn_why}.`
      : `Answered by ${card.answered_by} (${card.answered_via}): ${saidWords(card)}.`
  } Your text was not sent. <button type="button" class="quiet" data-do="dismiss" value=${card.key}>Dismiss</button></p>`;

const goingOut = (cards: readonly Card[], { notices, place }: QueueView): TemplateResult =>
  html`<h3 class="going-heading">Going out</h3>
    <ul class="going-out">${repeat(
      cards,
      ({ key }) => key,
      (card) => html`<li data-key=${card.key}>
        ${place.may === 'read' ? html`<p class="undo">${goes(card)}</p>` : undoForm(card)}
        ${noticeView(card.id, notices[card.id])}
      </li>`,
    )}</ul>`;

const undoForm = (card: Card): TemplateResult =>
  html`<form class="undo" method="post" action="/work-units/${card.chunk}/undo" name="undo-${card.id}">
          <input type="hidden" name="item" value=${card.id} />
          <input type="hidden" name="version" value=${card.version} />
          ${goes(card)}
          <button class="quiet">Undo</button>
        </form>`;

const goes = (card: Card): TemplateResult =>
  html`<span>Sending “${saidWords(card)}” to <strong>${card.chunk}</strong></span>`;
