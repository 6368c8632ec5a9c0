import { html, nothing, type TemplateResult } from 'lit';
import type { Card } from '../board.ts';

/** What went wrong with an answer, or how far it is; and whether that is about one field. */
export interface Notice {
  readonly tone: 'wrong' | 'busy' | 'ended';
  readonly sentence: string;
  readonly field: string | null;
}

/**
 * The answer to an item, as a plain form: its choices are submit buttons, words are a text area. What the
 * operator types is never bound: a redraw must not touch it. `page.ts` puts kept words into the text area.
 */
export function actionForm(card: Card, notice: Notice | undefined): TemplateResult {
  const options = card.multiple ? checkboxes(card) : choices(card);
  const parts = goAlong(card) ? [words(card, notice), options] : [options, words(card, notice), send(card)];
  return html`<form class="answer" method="post" action="/work-units/${card.chunk}/answer" name="answer-${card.id}">
    <input type="hidden" name="item" value=${card.id} />
    <input type="hidden" name="version" value=${card.version} />
    ${noticeView(card.id, notice)}
    ${parts}
  </form>`;
}

export const noticeView = (item: string, notice: Notice | undefined) =>
  notice
    ? html`<p class="notice notice-${notice.tone}" id="notice-${item}" role="alert">${notice.sentence}</p>`
    : nothing;

function words(card: Card, notice: Notice | undefined) {
  if (!card.allows_text) return nothing;
  const hint = notice ? `notice-${card.id}` : nothing;
  return html`<label for="text-${card.id}">${textLabel(card)}</label>
    <textarea id="text-${card.id}" name="text" rows="3" aria-describedby=${hint} ?aria-invalid=${notice?.field === 'text'}></textarea>`;
}

/** Where words go along with a choice they are written first; elsewhere they stand in for one. */
const goAlong = ({ kind }: Card): boolean => kind === 'stuck' || kind === 'review';

function textLabel(card: Card): string {
  if (card.kind === 'stuck') return 'Guidance, if it needs any';
  if (card.kind === 'review') return 'What is missing, if you send it back';
  return card.options.length > 0 ? 'Or in your own words' : 'Your answer';
}

const checkboxes = (card: Card): TemplateResult =>
  html`<fieldset>
    <legend>Choose any</legend>
    ${card.options.map(
      ({ id, label, description }) =>
        html`<label class="check"><input type="checkbox" name="option" value=${id} /> <span>${label}${describe(description)}</span></label>`,
    )}
  </fieldset>`;

const choices = ({ options }: Card) =>
  options.length === 0 ? nothing : html`<div class="choices">${options.map(choice)}</div>`;

const choice = ({ id, label, description }: Card['options'][number]): TemplateResult =>
  html`<button name="option" value=${id}>${label}${describe(description)}</button>`;

const describe = (description: string) =>
  description === '' ? nothing : html`<small>${description}</small>`;

function send({ multiple, options, allows_text }: Card) {
  if (!multiple && !allows_text) return nothing;
  const primary = multiple || options.length === 0;
  return html`<div class="choices"><button class=${primary ? 'primary' : 'quiet'}>Send</button></div>`;
}
