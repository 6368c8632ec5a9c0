import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Card, Pulse } from '../board.ts';
import { askingKey } from '../item-words.ts';
import type { Notice } from './action-form.ts';
import { cardView } from './attention-card.ts';
import { cardUnit } from './card-unit.ts';
import { goingOut } from './going-out.ts';
import { OUR_PAGE, type Place } from './place.ts';
import { firstLine, inlineMarkdown } from './simple-markdown.ts';
import type { TextArea } from './text-area.ts';
import { moment, type ViewClock } from './when.ts';

/** What the queue shows. The order is the board's, save where somebody is typing (`client/elements/attention-queue.ts`). */
export interface QueueView {
  readonly cards: readonly Card[];
  readonly clock: ViewClock;
  /** On the page of one unit: its chunk. Then an empty queue says nothing. */
  readonly only: string;
  /** Keys of the expanded cards. */
  readonly opened: ReadonlySet<string>;
  /** Whether at most one card is open: opening one closes the other. */
  readonly oneOpen: boolean;
  readonly notices: Readonly<Record<string, Notice>>;
  /** Drafts of other windows, by item. */
  readonly others?: Readonly<Record<string, readonly string[]>>;
  /** By item: the options chosen in an answer that could not be taken. */
  readonly ticked?: Readonly<Record<string, readonly string[]>>;
  /** By item: the others that ask the same. */
  readonly equal?: ReadonlyMap<string, readonly Card[]>;
  /** By the path of the unit: the last lines of the run that waits for an answer. */
  readonly tails: Readonly<Record<string, Pulse>>;
  readonly textArea: TextArea;
  /** How many cards came while the order stood still. */
  readonly waiting: number;
  /** How many open items the filter leaves out. */
  readonly hidden: number;
  readonly place: Place;
  /** Null: not our own page. */
  readonly forms: QueueForms | null;
}

/** What the operator may do to an item beside answering it. Given to the view, so that other sites load none of it. */
export interface QueueForms {
  /** Snooze or withdraw an open item. */
  later(card: Card): TemplateResult;
  /** Bring a snoozed one back; `about` says which. */
  wake(card: Card, about: TemplateResult): TemplateResult;
  /** On the page of one project: a way to new work, where nothing waits. */
  begin?(): TemplateResult;
  /** On a page of several projects: says of which the card is. */
  mark?(card: Card, clock: ViewClock): TemplateResult;
}

export function attentionQueue(given: QueueView): TemplateResult {
  const view = { ...given, equal: equalOnes(given.cards.filter(isOpen)) };
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
          : empty(view.forms)
        : html`<ol class="cards">${repeat(
            open,
            ({ key }) => key,
            (card) => cardView(card, view),
          )}</ol>`
    }
    ${asleep.length === 0 ? nothing : snoozed(asleep, view)}
    ${going.length === 0 ? nothing : goingOut(going, view)}
  </section>`;
}

function equalOnes(cards: readonly Card[]): ReadonlyMap<string, readonly Card[]> {
  const asked = new Map<string, readonly Card[]>();
  const keyOf = (card: Card) => card.place?.base + askingKey(card);
  for (const card of cards) asked.set(keyOf(card), [...(asked.get(keyOf(card)) ?? []), card]);
  return new Map(
    cards.map((card) => [card.id, asked.get(keyOf(card))?.filter(({ id }) => id !== card.id) ?? []]),
  );
}

/** The view as the server draws it: open stand the cards with a notice, else the first. */
export function freshQueue(fresh: Omit<QueueView, 'opened' | 'oneOpen' | 'waiting' | 'place'>): QueueView {
  const { cards, notices } = fresh;
  const told = cards.filter(({ id }) => id in notices);
  const opened = (told.length > 0 ? told : cards.filter(isOpen).slice(0, 1)).map(({ key }) => key);
  return { ...fresh, opened: new Set(opened), oneOpen: fresh.only === '', waiting: 0, place: OUR_PAGE };
}

const isOpen = ({ state }: Card): boolean => state === 'open';

/** With a filter, an empty queue says how many items it hides. */
const hidden = (count: number, { base }: Place): TemplateResult =>
  html`<p class="aside narrowed">This filter hides ${count} ${count === 1 ? 'item' : 'items'}. <a href="${base}/">Show all</a></p>`;

const empty = (forms: QueueForms | null): TemplateResult =>
  html`<div class="empty"><p><strong>Nothing needs you.</strong></p>
    <p>Questions of agents, permissions, reviews, conflicts and stuck units appear here, what frees the most first.</p>
    ${forms?.begin?.() ?? nothing}</div>`;

/** Out of the way, but never out of sight. */
const snoozed = (cards: readonly Card[], view: QueueView): TemplateResult =>
  html`<details class="snoozed"><summary><h3>Snoozed <span class="count">${cards.length}</span></h3></summary>
    <ul class="asleep">${repeat(
      cards,
      ({ key }) => key,
      (card) =>
        html`<li>${view.forms?.wake(card, asleepUntil(card, view)) ?? html`<p class="undo">${asleepUntil(card, view)}</p>`}</li>`,
    )}</ul>
  </details>`;

const asleepUntil = (card: Card, view: QueueView): TemplateResult =>
  html`<span>${cardUnit(card, view)} <bdi>${inlineMarkdown(firstLine(card.prompt))}</bdi> <span class="aside">${card.snoozed_for === null ? html`until ${moment(card.snoozed_until ?? '', view.clock.zone)}` : `until ${card.snoozed_for} is done`}</span></span>`;
