import type { TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../../server/api/router.ts';
import type { ItemState } from '../../shared/board.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import { Outbox } from '../link/outbox.ts';
import type { Order } from '../link/submit.ts';
import type { AnswerWords } from './answer-words.ts';
import type { Draft } from './drafts.ts';
import { SentAnswers } from './sent-answers.ts';

/** The queue that contains the forms. */
export interface QueueOfForms {
  stateOf(item: string): ItemState | null;
  /** Finds out how an item that is no longer on the board has ended. */
  lookUp(item: string): void;
  requestUpdate(): void;
}

/** Forms of items that were sent from here: what is under way, what came of it, and the notice beside each form. */
export class ItemSubmissions {
  readonly #queue: QueueOfForms;
  readonly #words: AnswerWords;
  readonly outbox: Outbox;
  readonly answers = new SentAnswers();
  #notices: Readonly<Record<string, Notice>> = {};

  constructor(queue: QueueOfForms, words: AnswerWords) {
    this.#queue = queue;
    this.#words = words;
    this.outbox = new Outbox(() => queue.requestUpdate());
  }

  /** By item. */
  get notices(): Readonly<Record<string, Notice>> {
    return { ...this.#notices, ...this.outbox.notices() };
  }

  set notices(notices: Readonly<Record<string, Notice>>) {
    this.#notices = { ...notices };
  }

  setNotice(item: string, notice: Notice | null): void {
    const { [item]: _, ...others } = this.#notices;
    this.#notices = notice ? { ...others, [item]: notice } : others;
    this.#queue.requestUpdate();
  }

  /** Whether the answer that is being sent for it came from this window. */
  isOurs(item: string): boolean {
    return this.answers.has(item) || this.outbox.has(item);
  }

  /** Ignores a press while a form of the same item is being sent. */
  send(order: Order, form?: HTMLFormElement): void {
    const { item, words } = order;
    if (this.outbox.has(item)) return;
    this.setNotice(item, null);
    if (words !== null) {
      this.answers.add(item, words);
      if (form) this.#words.keep(form, order);
    }
    this.outbox.send(order).then(
      () => this.#accepted(order),
      (error: TRPCClientError<AppRouter>) => this.#failed(order, error),
    );
  }

  #accepted(order: Order): void {
    this.answers.settle(order.item);
    // Until the answer is out it may be taken back, after a reload of the page, too.
    if (this.answers.has(order.item)) this.#words.keepDraft(draftIn(order));
    this.setNotice(order.item, null);
  }

  /** Shows the card as it is now, with the text in it, even if it had left the board. */
  #failed(order: Order, error: TRPCClientError<AppRouter>): void {
    const { item, words } = order;
    if (words !== null) {
      this.answers.drop(item);
      this.#words.want({ ...draftIn(order), version: 0 });
      this.#words.keepDraft(draftIn(order));
      if (this.#queue.stateOf(item) === null) this.#queue.lookUp(item);
    }
    const { message = error.message, field = null } = error.data?.refusal ?? {};
    this.setNotice(item, { tone: 'wrong', message, field });
  }
}

/** The words and choices of an answer that was sent. */
function draftIn({ item, input, words }: Order): Draft {
  const options = (input.options ?? []) as readonly string[];
  return { item, version: Number(input.version), text: words ?? '', options, order: null };
}
