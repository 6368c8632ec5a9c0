import type { TemplateResult } from 'lit';
import {
  type Board,
  type Card,
  cardsOf,
  hiddenItems,
  type ItemState,
  type Pulses,
  tailsOf,
} from '../../shared/board.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import { attentionQueue, type QueueForms } from '../../shared/views/attention-queue.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import type { Order } from '../link/submit.ts';
import { AnswerWords, copyText } from './answer-words.ts';
import { Arming, TOO_SOON } from './arming.ts';
import { BoardElement } from './board-element.ts';
import { clearDrafts, type Draft, type DraftKeeper, draftFieldsIn } from './drafts.ts';
import { ItemNotices } from './item-notices.ts';
import type { ItemSubmissions } from './item-submissions.ts';
import type { OpenCards } from './open-cards.ts';
import { PointedCard } from './pointed-card.ts';
import { QueueArrangement } from './queue-arrangement.ts';
import { submitByKeys } from './submit-by-keys.ts';
import { growWithWords, textArea } from './text-area.ts';

/**
 * The queue of items that need the operator. Its order is frozen while a card holds a draft, focus or mouse; a card that
 * somebody else has ended stays while it holds a draft.
 */
export class AttentionQueue extends BoardElement {
  /** Set on our own page, where the operator may do more than answer. */
  static forms: QueueForms | null = null;
  /** Set on our own page, where the open card may stand beside the list. */
  static openCards: ((...given: ConstructorParameters<typeof OpenCards>) => OpenCards) | null = null;
  /** Set before there is a connection. */
  static submissions: ((...given: ConstructorParameters<typeof ItemSubmissions>) => ItemSubmissions) | null =
    null;
  readonly #arrangement = new QueueArrangement();
  readonly #arming = new Arming(undefined, '.card', isFinal);
  #others: Readonly<Record<string, readonly string[]>> = {};
  readonly #words = new AnswerWords(this);
  readonly #notices = new ItemNotices(() => this.requestUpdate());
  /** Null: not connected yet. */
  #submissions: ItemSubmissions | null = null;
  readonly #openCards = AttentionQueue.openCards?.(this.#arrangement, () => this.requestUpdate());
  readonly #pointer = new PointedCard(() => this.requestUpdate());
  #pulses: Pulses = {};
  #isFirst = true;

  /** Notices that the server drew beside refused fields. */
  set notices(notices: Readonly<Record<string, Notice>>) {
    this.#notices.all = notices;
    for (const item of Object.keys(notices)) this.#arrangement.open(`item:${item}`);
  }

  /** What runs printed last, those that wait for an answer among them. */
  set pulses(pulses: Pulses) {
    this.#pulses = pulses;
    this.requestUpdate();
  }

  /** Where drafts are saved; what has been typed so far is saved at once. */
  set keeper(keeper: DraftKeeper) {
    this.#words.keeper = keeper;
    this.keepAll();
  }

  keepAll(): void {
    this.#words.keepAll((item) => this.#submissions?.outbox.has(item) ?? false);
  }

  override join(live: LiveBoards, query: BoardElement['query'], zone: number): void {
    super.join(live, query, zone);
    live.whenConnected((connection) => {
      const { submissions } = AttentionQueue;
      this.#submissions ??= submissions?.(this, this.#words, this.#notices, this.#arrangement) ?? null;
      if (this.#submissions) this.#submissions.outbox.connection = connection;
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#arming.start(this.renderRoot, (form, button) => {
      const group = button?.closest<HTMLElement>('[data-group]')?.dataset.group;
      this.#notices.set(itemOf(form), { ...TOO_SOON, group });
    });
    this.listen('submit', this.#submit);
    this.listen('click', this.#click);
    this.listen('input', this.#input);
    this.listen('keydown', submitByKeys);
    this.#pointer.start(this.renderRoot);
    this.#openCards?.start(this.renderRoot);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#arming.stop();
    this.#pointer.stop();
    this.#openCards?.stop();
  }

  /** Whether the card around an element accepts an answer now. */
  isArmed(within: Element): boolean {
    return this.#arming.isArmed(within);
  }

  /** The state of an item; null: it is not on the board. */
  stateOf(item: string): ItemState | null {
    const row = this.board?.rows.get(`item:${item}`);
    return row?.row === 'item' ? row.state : null;
  }

  /** Whether an item's card stays only for the words in it. */
  isEnded(item: string): boolean {
    return this.#arrangement.isEnded(`item:${item}`);
  }

  /** Drafts of other windows, by item. */
  set others(others: Readonly<Record<string, readonly string[]>>) {
    this.#others = others;
    this.requestUpdate();
  }

  get holdsDrafts(): boolean {
    return draftFieldsIn(this.renderRoot).length > 0;
  }

  restore(draft: Draft): void {
    const { item, text } = draft;
    const row = this.board?.rows.get(`item:${item}`);
    // The draft was sent and can still be undone.
    if (row?.row === 'item' && row.answer && (text === '' || row.answer.text === text))
      this.#submissions?.answers.add(item, text, true);
    else this.#words.want(draft);
    this.#arrangement.open(`item:${item}`);
    this.requestUpdate();
  }

  /** Sends an order again whose outcome is unknown. */
  resume(order: Order): void {
    this.#submissions?.send(order);
  }

  /** Shows a notice beside an item. */
  tell(item: string, message: string): void {
    this.#notices.set(item, { tone: 'ended', message, field: null });
  }

  /** Shows how an item ended for which a draft is kept. */
  showEnded(card: Card): void {
    this.#arrangement.ending(card.key);
    this.#submissions?.ended.show(card);
  }

  protected override view(board: Board): TemplateResult {
    const drafts = this.#words.cards();
    const submissions = this.#submissions;
    const cards = submissions?.ended.mark(cardsOf(board), drafts) ?? cardsOf(board);
    const oneOpen = this.#hasOneOpen;
    const shown = this.#arrangement.arrange(cards, drafts, this.#focusKey(), oneOpen);
    return attentionQueue({
      ...shown,
      oneOpen,
      clock: this.clock,
      tails: tailsOf(board, this.#pulses),
      only: this.query.chunk ?? '',
      hidden: hiddenItems(board, this.query),
      notices: submissions?.notices ?? this.#notices.all,
      others: this.#others,
      textArea,
      place: this.place,
      forms: this.isAbroad ? null : AttentionQueue.forms,
    });
  }

  get #hasOneOpen(): boolean {
    const beside = !this.isAbroad && this.query.chunk === undefined && this.#openCards;
    return beside ? beside.isBeside || !this.hasUpdated : false;
  }

  protected override updated(): void {
    super.updated();
    // Drawn as the server did; where several cards may be open, once more.
    if (this.#isFirst && !this.#hasOneOpen) queueMicrotask(() => this.requestUpdate());
    this.#isFirst = false;
    this.#submissions?.answers.compare(this, this.#words);
    this.#words.putBack();
  }

  /** After an answer, focus moves to the next card. */
  protected override heirOf(gone: Element): Element | null {
    const key = this.#arrangement.heirOf(gone.closest<HTMLElement>('.card')?.dataset.key);
    return this.renderRoot.querySelector(`[data-key="${key}"] summary`);
  }

  /** The card or button under the focus or the mouse, which must not move; null: none. */
  #focusKey(): string | null {
    const around = this.focused?.closest<HTMLElement>('.card, [data-do]') ?? this.#pointer.card;
    return around?.dataset.key ?? around?.dataset.do ?? null;
  }

  /** Before there is a connection the browser sends the form. */
  #submit = (event: SubmitEvent): void => {
    if (this.live?.isConnected) this.#submissions?.submit(event);
  };

  #input = ({ target }: Event): void => {
    const form = target instanceof Element ? target.closest<HTMLFormElement>('form.answer') : null;
    if (target instanceof HTMLTextAreaElement) growWithWords(target);
    if (form) this.#words.keep(form);
  };

  #click = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button') : null;
    if (button?.dataset.do) this.#do(button, button.dataset.do);
  };

  /** Buttons that work only with script. */
  #do(button: HTMLButtonElement, what: string): void {
    const { form, value } = button;
    if (what === 'reorder') this.#arrangement.reorder();
    else if (what === 'dismiss') this.#dismiss(button);
    else if (what === 'hold-back') this.#submissions?.outbox.cancel(value);
    else if (form && what === 'copy') copyText(form);
    this.requestUpdate();
  }

  #dismiss(button: HTMLButtonElement): void {
    const card = button.closest('.card');
    if (card) clearDrafts(card);
    this.#words.drop(button.value.slice('item:'.length));
    this.#arrangement.dismiss(button.value);
  }
}

/** Actions that cannot be undone. */
const isFinal = ({ action }: HTMLFormElement): boolean => /\/(answer|withdraw)$/.test(action);

const itemOf = (form: HTMLFormElement): string => String(new FormData(form).get('item'));
