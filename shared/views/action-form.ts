import { html, nothing, type TemplateResult } from 'lit';
import type { Card } from '../board.ts';
import type { QueueView } from './attention-queue.ts';

/** A notice about a form: an error or its progress; `field` names the field it is about. */
export interface Notice {
  /** `waits`: not sent yet, can be cancelled. */
  readonly tone: 'wrong' | 'busy' | 'ended' | 'waits';
  readonly message: string;
  readonly field: string | null;
}

type FormView = Pick<QueueView, 'notices' | 'others' | 'ticked' | 'textArea'>;

/**
 * The answer to an item, as a plain form: its choices are submit buttons, words are a text area. What is said of it
 * stands last, in place kept for it: nothing that can be pressed moves. An item that has ended keeps its words, and
 * nothing else.
 */
export function actionForm(card: Card, view: FormView): TemplateResult {
  const isOpen = card.state === 'open';
  const options = card.multiple ? checkboxes(card, view) : isOpen ? choices(card) : nothing;
  const text = words(card, view);
  const end = isOpen ? send(card) : card.allows_text ? copy : nothing;
  const parts = goAlong(card) ? [text, options, isOpen ? nothing : end] : [options, text, end];
  return html`<form class="answer" method="post" action="/work-units/${card.chunk}/answer" name="answer-${card.id}">
    <input type="hidden" name="item" value=${card.id} />
    <input type="hidden" name="version" value=${card.version} />
    ${parts}
    <div class="told">${noticeView(card.id, view.notices[card.id])}</div>
  </form>`;
}

export const noticeView = (item: string, notice: Notice | undefined) =>
  notice
    ? html`<p class="notice notice-${notice.tone}" id="notice-${item}" role="alert">${notice.message}${notice.tone === 'waits' ? html` <button type="button" class="quiet" data-do="hold-back" value=${item}>Do not send</button>` : nothing}</p>`
    : nothing;

/** While it is on its way, and when the item has ended, the words stand as they are. */
function words(card: Card, { notices, others, textArea }: FormView) {
  if (!card.allows_text) return nothing;
  const notice = notices[card.id];
  const field = {
    id: `text-${card.id}`,
    name: 'text',
    rows: 3,
    ariaInvalid: notice?.field === 'text' ? 'true' : null,
    readOnly: card.state !== 'open' || notice?.tone === 'busy' || notice?.tone === 'waits',
    describedBy: notice ? `notice-${card.id}` : '',
  };
  return html`<label for="text-${card.id}">${textLabel(card)}</label>
    ${textArea(field)}
    ${others?.[card.id]?.map((each) => html`<button type="button" class="quiet" data-do="swap" value=${each}>Typed in another window: “${each}”</button>`)}`;
}

const copy = html`<div class="choices"><button type="button" class="quiet" data-do="copy">Copy text</button></div>`;

/** Where words go along with a choice they are written first; elsewhere they stand in for one. */
const goAlong = ({ kind }: Card): boolean => kind === 'stuck' || kind === 'review';

function textLabel(card: Card): string {
  if (card.kind === 'stuck') return 'Guidance (optional)';
  if (card.kind === 'review') return 'What to change, if you send it back';
  return card.options.length > 0 ? 'Or your own answer' : 'Your answer';
}

/** The browser's script knows of no ticks: a redraw leaves those that the server drew. */
const checkboxes = (card: Card, { ticked }: FormView): TemplateResult =>
  html`<fieldset ?disabled=${card.state !== 'open'}>
    <legend>Choose any</legend>
    ${card.options.map(
      ({ id, label, description }) =>
        html`<label class="check"><input type="checkbox" name="option" value=${id} ?checked=${ticked?.[card.id]?.includes(id)} /> <span>${label}${describe(description)}</span></label>`,
    )}
  </fieldset>`;

const choices = ({ options }: Card) =>
  options.length === 0 ? nothing : html`<div class="choices">${options.map(choice)}</div>`;

const choice = ({ id, label, description }: Card['options'][number]): TemplateResult =>
  html`<button name="option" value=${id}>${label}${describe(description)}</button>`;

const describe = (description: string) =>
  description === '' ? nothing : html` <small>${description}</small>`;

function send({ multiple, options, allows_text }: Card) {
  if (!multiple && !allows_text) return nothing;
  const primary = multiple || options.length === 0;
  return html`<div class="choices"><button class=${primary ? 'primary' : 'quiet'}>Send</button></div>`;
}
