import { html, nothing, type TemplateResult } from 'lit';
import { sameValue } from '../actions.ts';
import { type Card, unitPath } from '../board.ts';
import type { QueueView } from './attention-queue.ts';

/** A notice about a form: an error or its progress; `field` names the field it is about. */
export interface Notice {
  /** `waits`: not sent yet, can be cancelled. */
  readonly tone: 'wrong' | 'busy' | 'ended' | 'waits';
  readonly message: string;
  readonly field: string | null;
  /** The group of buttons that was pressed: it is said under that. None: at the end of the form. */
  readonly group?: string | undefined;
}

type FormView = Pick<QueueView, 'notices' | 'others' | 'ticked' | 'textArea' | 'equal'>;
type Option = Card['options'][number];
type Group = 'options' | 'risky' | 'text';
type Part = TemplateResult | typeof nothing;

/**
 * The answer to an item, as a plain form: its choices are submit buttons, words are a text area. Under each group of
 * buttons is place for what is said of a press, so that nothing that can be pressed moves. An item that has ended keeps
 * its words, in the same node, and nothing else.
 */
export function actionForm(card: Card, view: FormView): TemplateResult {
  const isOpen = card.state === 'open' && !card.multiple;
  const safe = card.options.filter((option) => !isRisky(card, option));
  const risky = card.options.filter((option) => isRisky(card, option));
  const parts: Readonly<Record<Group, Part>> = {
    options: isOpen ? choices(safe, 'choices') : nothing,
    text: goAlong(card) ? nothing : ownWords(card, view),
    risky: isOpen ? choices(risky.map(lettingGo(card)), 'choices apart') : nothing,
  };
  const place = placeOf(parts, view.notices[card.id]);
  const group = (name: Group) =>
    parts[name] === nothing
      ? nothing
      : html`<div data-group=${name}>${parts[name]}<div class="told" role="status">${place === name ? noticeView(card.id, view.notices[card.id]) : nothing}</div></div>`;
  return html`<form class="answer" method="post" action="${unitPath(card)}/answer" name="answer-${card.id}">
    <input type="hidden" name="item" value=${card.id} />
    <input type="hidden" name="version" value=${card.version} />
    ${goAlong(card) ? ownWords(card, view) : nothing} ${card.state === 'open' ? sameFor(view.equal?.get(card.id) ?? []) : nothing}
    ${group('options')} ${group('text')} ${group('risky')}
  </form>`;
}

/** What is closed counts as done for those that wait for it. */
const lettingGo =
  ({ blocks_count: count }: Card) =>
  (option: Option): Option =>
    option.id === 'close' && count > 0
      ? { ...option, label: `${option.label} and let ${count} go on` }
      : option;

/** One answer for all that ask the same, if the operator says so. */
const sameFor = (others: readonly Card[]): Part =>
  others.length === 0
    ? nothing
    : html`<label class="check same"><input type="checkbox" name="same" value=${sameValue(others)} /> <span>the same for ${others.length} more: ${others.map(({ chunk }) => chunk).join(', ')}</span></label>`;

/** Under which group a notice stands: the one that was pressed, else the last. */
function placeOf(parts: Readonly<Record<Group, Part>>, notice: Notice | undefined): Group | undefined {
  const drawn = (['options', 'text', 'risky'] as const).filter((name) => parts[name] !== nothing);
  return drawn.find((name) => name === notice?.group) ?? drawn.at(-1);
}

export const noticeView = (item: string, notice: Notice | undefined) =>
  notice
    ? html`<p class="notice notice-${notice.tone}" id="notice-${item}">${notice.message}${notice.tone === 'waits' ? html` <button type="button" class="quiet" data-do="hold-back" value=${item}>Do not send</button>` : nothing}</p>`
    : nothing;

/** While it is on its way, and when the item has ended, the words stand as they are. */
function words(card: Card, { notices, others, textArea }: FormView): Part {
  if (!card.allows_text) return nothing;
  const notice = notices[card.id];
  const field = {
    id: `text-${card.id}`,
    name: 'text',
    rows: 1,
    ariaInvalid: notice?.field === 'text' ? 'true' : null,
    readOnly: card.state !== 'open' || notice?.tone === 'busy' || notice?.tone === 'waits',
    describedBy: notice ? `notice-${card.id}` : '',
    placeholder: textLabel(card),
  };
  return html`<label class="unseen" for="text-${card.id}">${textLabel(card)}</label>${textArea(field)}
    ${others?.[card.id]?.map((each) => html`<button type="button" class="quiet swap" data-do="swap" value=${each}>Typed in another window: “<bdi>${each}</bdi>”</button>`)}`;
}

/** One line that grows, with *Send* in it; before that, the options of which several may be chosen. */
function ownWords(card: Card, view: FormView): Part {
  const { multiple, allows_text } = card;
  if (!multiple && !allows_text) return nothing;
  const isAlone = multiple && !allows_text;
  return html`${multiple ? checkboxes(card, view) : nothing}<div class=${isAlone ? 'alone' : 'own'}>${words(card, view)}${buttonOf(card)}</div>`;
}

function buttonOf(card: Card): Part {
  const { state, multiple, options, allows_text } = card;
  if (state !== 'open')
    return allows_text
      ? html`<button type="button" class="send" data-do="copy">Copy my words</button>`
      : nothing;
  if (goAlong(card)) return nothing;
  return html`<button class=${multiple || options.length === 0 ? 'primary send' : 'send'}>Send</button>`;
}

/** Where words go along with a choice they are written first; elsewhere they stand in for one. */
const goAlong = ({ kind }: Card): boolean => kind === 'stuck' || kind === 'review';

function textLabel(card: Card): string {
  if (card.kind === 'stuck') return 'Guidance (optional)';
  if (card.kind === 'review') return 'What to change, if you send it back';
  return card.options.length > 0 ? 'Or your own answer' : 'Your answer';
}

/** Our own options that end the work on a unit, or throw some away. */
const RISKY = ['close', 'leave', 'discard'];
const isRisky = ({ kind }: Card, { id }: Option): boolean =>
  RISKY.includes(id) && kind !== 'question' && kind !== 'decision';

/** The browser's script knows of no ticks: a redraw leaves those that the server drew. */
const checkboxes = (card: Card, { ticked }: FormView): TemplateResult =>
  html`<fieldset ?disabled=${card.state !== 'open'}>
    <legend>Choose any</legend>
    ${card.options.map(
      ({ id, label, description }) =>
        html`<label class="check"><input type="checkbox" name="option" value=${id} ?checked=${ticked?.[card.id]?.includes(id)} /> <span dir="auto">${label}${describe(description)}</span></label>`,
    )}
  </fieldset>`;

const choices = (options: readonly Option[], name: string): Part =>
  options.length === 0 ? nothing : html`<div class=${name}>${options.map(choice)}</div>`;

const choice = ({ id, label, description }: Option): TemplateResult =>
  html`<button name="option" value=${id}><span class="label" dir="auto">${label}</span>${describe(description)}</button>`;

const describe = (description: string) =>
  description === '' ? nothing : html` <small dir="auto">${description}</small>`;
