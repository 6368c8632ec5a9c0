import type { ItemState } from '../../shared/board.ts';
import type { Order } from '../link/submit.ts';
import { type Draft, type DraftKeeper, draftFieldsIn, draftOf } from './drafts.ts';

/** The queue in which the forms of answers stand. */
export interface AnswerQueue {
  readonly renderRoot: ParentNode;
  stateOf(item: string): ItemState | null;
  /** Whether the item's card stays only for the words in it. */
  isEnded(item: string): boolean;
  tell(item: string, message: string): void;
}

/** The text in the answer forms: restores earlier text and saves what is typed. */
export class AnswerWords {
  readonly #queue: AnswerQueue;
  /** Drafts to put into the form of their item as soon as it is drawn. */
  readonly #wanted = new Map<string, Draft>();
  #keeper: DraftKeeper | null = null;

  constructor(queue: AnswerQueue) {
    this.#queue = queue;
  }

  set keeper(keeper: DraftKeeper) {
    this.#keeper = keeper;
  }

  /** Saves what the forms hold now, except answers that are being sent. */
  keepAll(isSending: (item: string) => boolean): void {
    for (const form of this.#queue.renderRoot.querySelectorAll<HTMLFormElement>('form.answer')) {
      const { item } = draftOf(form, null);
      if (draftFieldsIn(form).length > 0 && this.#queue.stateOf(item) === 'open' && !isSending(item))
        this.keep(form);
    }
  }

  keep(form: HTMLFormElement, order: Order | null = null): void {
    this.keepDraft(draftOf(form, order));
  }

  keepDraft(draft: Draft): void {
    this.#keeper?.keep(draft);
  }

  forget(item: string): void {
    this.#keeper?.forget(item);
  }

  want(draft: Draft): void {
    this.#wanted.set(draft.item, draft);
  }

  drop(item: string): void {
    this.#wanted.delete(item);
  }

  /** Keys of the cards that hold a draft, or will after the next render: these must not move or disappear. */
  cards(): ReadonlySet<string> {
    const queue = this.#queue;
    const hold = draftFieldsIn(queue.renderRoot).map(
      (field) => field.closest<HTMLElement>('.card')?.dataset.key,
    );
    const hasForm = (item: string) =>
      ['open', 'going-out'].includes(queue.stateOf(item) ?? '') || queue.isEnded(item);
    const will = [...this.#wanted.keys()].filter(hasForm).map((item) => `item:${item}`);
    return new Set([...hold.filter((key) => key !== undefined), ...will]);
  }

  putBack(): void {
    for (const draft of this.#wanted.values()) this.#putBack(draft);
  }

  /** Fills only an empty field: text typed since then wins. Ticks are restored only for the same version. */
  #putBack(draft: Draft): void {
    const { item, version } = draft;
    const form = this.#formOf(item);
    if (!form) return;
    const now = draftOf(form, null);
    const isSame = version === 0 || version === now.version;
    if (now.text === '' && draft.text !== '') setText(form, draft.text);
    if (isSame)
      for (const box of form.querySelectorAll<HTMLInputElement>('input[type=checkbox]'))
        box.checked ||= draft.options.includes(box.value);
    // An ended card stays only while its draft is wanted.
    if (this.#queue.isEnded(item)) return;
    this.#wanted.delete(item);
    if (!isSame) this.#queue.tell(item, 'You wrote this for an earlier version of the question.');
  }

  #formOf(item: string): HTMLFormElement | null {
    return this.#queue.renderRoot.querySelector<HTMLFormElement>(`form[name="answer-${CSS.escape(item)}"]`);
  }
}

const fieldIn = (form: HTMLFormElement): HTMLTextAreaElement | null => form.querySelector('textarea');

function setText(form: HTMLFormElement, text: string): void {
  const field = fieldIn(form);
  if (field) field.value = text;
}

/** Copies by the selection: the clipboard API needs TLS. */
export function copyText(form: HTMLFormElement): void {
  fieldIn(form)?.select();
  document.execCommand('copy');
}
