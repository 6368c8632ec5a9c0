import type { TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../../server/api/router.ts';
import type { ItemState } from '../../shared/board.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { Outbox } from '../link/outbox.ts';
import { type Order, orderOf } from '../link/submit.ts';
import type { AnswerWords } from './answer-words.ts';
import type { Draft } from './drafts.ts';
import { EndedItems } from './ended-items.ts';
import type { ItemNotices } from './item-notices.ts';
import type { QueueArrangement } from './queue-arrangement.ts';
import { SentAnswers } from './sent-answers.ts';

/** The queue that contains the forms. */
export interface QueueOfForms {
  stateOf(item: string): ItemState | null;
  readonly connected: LiveBoards | null;
  requestUpdate(): void;
}

/** Forms of items that were sent from here: what is under way and what came of it. Of use only with a connection. */
export class ItemSubmissions {
  readonly #queue: QueueOfForms;
  readonly #words: AnswerWords;
  readonly outbox: Outbox;
  readonly answers = new SentAnswers();
  readonly ended: EndedItems;
  readonly #notices: ItemNotices;

  constructor(queue: QueueOfForms, words: AnswerWords, notices: ItemNotices, arrangement: QueueArrangement) {
    this.#queue = queue;
    this.#words = words;
    this.#notices = notices;
    this.ended = new EndedItems(queue, arrangement, words, this);
    this.outbox = new Outbox(() => queue.requestUpdate());
  }

  /** By item. */
  get notices(): Readonly<Record<string, Notice>> {
    return { ...this.#notices.all, ...this.outbox.notices() };
  }

  /** Whether the answer that is being sent for it came from this window. */
  isOurs(item: string): boolean {
    return this.answers.has(item) || this.outbox.has(item);
  }

  /** No form navigates: an answer waits here until it can be sent; other actions fail with a notice. */
  submit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    const order = orderOf(form, event.submitter);
    if (!order) return;
    event.preventDefault();
    if (order.words === null || this.#queue.stateOf(order.item) === 'open') this.send(order, form);
  }

  /** Ignores a press while a form of the same item is being sent. */
  send(order: Order, form?: HTMLFormElement): void {
    const { item, words } = order;
    if (this.outbox.has(item)) return;
    this.#notices.set(item, null);
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
    this.#notices.set(order.item, null);
  }

  /** Shows the card as it is now, with the text in it, even if it had left the board. */
  #failed(order: Order, error: TRPCClientError<AppRouter>): void {
    const { item, words } = order;
    if (words !== null) {
      this.answers.drop(item);
      this.#words.want({ ...draftIn(order), version: 0 });
      this.#words.keepDraft(draftIn(order));
      if (this.#queue.stateOf(item) === null) this.ended.lookUp(item);
    }
    const { message = error.message, field = null } = error.data?.refusal ?? {};
    this.#notices.set(item, { tone: 'wrong', message, field });
  }
}

/** The words and choices of an answer that was sent. */
function draftIn({ item, input, words }: Order): Draft {
  const options = (input.options ?? []) as readonly string[];
  return { item, version: Number(input.version), text: words ?? '', options, order: null };
}
