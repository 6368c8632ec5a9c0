import type { PropertyValues, TemplateResult } from 'lit';
import { type Board, type Card, cardsOf, hiddenItems, type ItemState } from '../../shared/board.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import { attentionQueue } from '../../shared/views/attention-queue.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { type Order, orderOf } from '../link/submit.ts';
import { AnswerWords, copyText } from './answer-words.ts';
import { Arming, TOO_SOON } from './arming.ts';
import { BoardElement } from './board-element.ts';
import { clearDrafts, type Draft, type DraftKeeper, draftFieldsIn } from './drafts.ts';
import { ItemSubmissions } from './item-submissions.ts';
import { QueueArrangement } from './queue-arrangement.ts';
import { submitByKeys } from './submit-by-keys.ts';
import { textArea } from './text-area.ts';

/** After a failed look-up. */
const RETRY_MS = 1000;

/**
 * The queue of items that need the operator. Its order is frozen while a card holds a draft, focus or mouse; a card that
 * somebody else has ended stays while it holds a draft.
 */
export class AttentionQueue extends BoardElement {
  readonly #arrangement = new QueueArrangement();
  readonly #arming = new Arming(undefined, '.card', isFinal);
  #others: Readonly<Record<string, readonly string[]>> = {};
  readonly #words = new AnswerWords(this);
  readonly #submissions = new ItemSubmissions(this, this.#words);
  /** The card under the mouse; touch pointers do not count. */
  #pointed: HTMLElement | null = null;

  /** Notices that the server drew beside refused fields. */
  set notices(notices: Readonly<Record<string, Notice>>) {
    this.#submissions.notices = notices;
    for (const item of Object.keys(notices)) this.#arrangement.open(`item:${item}`);
  }

  /** Where drafts are saved; what has been typed so far is saved at once. */
  set keeper(keeper: DraftKeeper) {
    this.#words.keeper = keeper;
    this.keepAll();
  }

  keepAll(): void {
    this.#words.keepAll((item) => this.#submissions.outbox.has(item));
  }

  override join(live: LiveBoards, query: BoardElement['query'], zone: number): void {
    super.join(live, query, zone);
    this.#submissions.outbox.connection = live.connection;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#arming.start(this.renderRoot, (form) => this.#submissions.setNotice(itemOf(form), TOO_SOON));
    this.listen('submit', this.#submit);
    this.listen('click', this.#click);
    this.listen('input', this.#input);
    this.listen('keydown', submitByKeys);
    this.listen('focusout', this.#settle);
    this.listen('pointerover', this.#point);
    this.listen('pointerout', this.#settle);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#arming.stop();
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
      this.#submissions.answers.add(item, text, true);
    else this.#words.want(draft);
    this.#arrangement.open(`item:${item}`);
    this.requestUpdate();
  }

  /** Sends an order again whose outcome is unknown. */
  resume(order: Order): void {
    this.#submissions.send(order);
  }

  /** Shows a notice beside an item. */
  tell(item: string, message: string): void {
    this.#submissions.setNotice(item, { tone: 'ended', message, field: null });
  }

  /** Shows how an item ended for which a draft is kept. */
  showEnded(card: Card): void {
    this.#arrangement.ending(card.key);
    this.#ended(card);
  }

  protected override view(board: Board): TemplateResult {
    const drafts = this.#words.cards();
    const cards = cardsOf(board).map((card) =>
      this.#isTaken(card, drafts) ? { ...card, state: 'answered' as const } : card,
    );
    this.#lookUpEnded(cards, drafts);
    const shown = this.#arrangement.arrange(cards, drafts, this.#focusKey());
    return attentionQueue({
      ...shown,
      zone: this.zone,
      only: this.query.chunk ?? '',
      hidden: hiddenItems(board, this.query),
      notices: this.#submissions.notices,
      others: this.#others,
      textArea,
      place: this.place,
    });
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.#submissions.answers.compare(this, this.#words);
    this.#words.putBack();
  }

  /** After an answer, focus moves to the next card. */
  protected override heirOf(gone: Element): Element | null {
    const key = this.#arrangement.heirOf(gone.closest<HTMLElement>('.card')?.dataset.key);
    return this.renderRoot.querySelector(`.card${key ? `[data-key="${CSS.escape(key)}"]` : ''} summary`);
  }

  /** The card or button under the focus or the mouse, which must not move; null: none. */
  #focusKey(): string | null {
    const pointed = this.#pointed?.isConnected ? this.#pointed : null;
    const around = this.focused?.closest<HTMLElement>('.card, [data-do]') ?? pointed;
    return around?.dataset.key ?? around?.dataset.do ?? null;
  }

  /** Somebody else has answered while the card holds a draft. */
  #isTaken({ key, id, state }: Card, drafts: ReadonlySet<string>): boolean {
    return state === 'going-out' && drafts.has(key) && !this.#submissions.isOurs(id);
  }

  /** Asks for cards with a draft that left the board: who ended them, and how. */
  #lookUpEnded(cards: readonly Card[], drafts: ReadonlySet<string>): void {
    const here = new Set(cards.map(({ key }) => key));
    for (const key of drafts) {
      const id = key.slice('item:'.length);
      if (here.has(key) || this.isEnded(id) || this.#submissions.answers.has(id)) continue;
      this.lookUp(id);
    }
  }

  /** Asks the daemon how an item that is no longer on the board has ended. */
  lookUp(item: string): void {
    const key = `item:${item}`;
    this.#arrangement.ending(key);
    this.live?.connection.client.board.now.query({ item }).then(
      ({ rows }) => {
        for (const row of rows) if (row.row === 'item') this.#ended(row);
      },
      () => {
        this.#arrangement.dismiss(key);
        setTimeout(() => this.requestUpdate(), RETRY_MS);
      },
    );
  }

  #ended(card: Card): void {
    this.#arrangement.ended(card);
    this.#arrangement.open(card.key);
    if (card.state === 'answered' || card.state === 'withdrawn') this.#words.forget(card.id);
    this.requestUpdate();
  }

  /** No form navigates: an answer waits here until it can be sent; other actions fail with a notice. */
  #submit = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    const order = orderOf(form, event.submitter);
    if (!order) return;
    event.preventDefault();
    if (order.words === null || this.stateOf(order.item) === 'open') this.#submissions.send(order, form);
  };

  #input = ({ target }: Event): void => {
    const form = target instanceof Element ? target.closest<HTMLFormElement>('form.answer') : null;
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
    else if (what === 'hold-back') this.#submissions.outbox.cancel(value);
    else if (form && what === 'copy') copyText(form);
    this.requestUpdate();
  }

  #dismiss(button: HTMLButtonElement): void {
    const card = button.closest('.card');
    if (card) clearDrafts(card);
    this.#words.drop(button.value.slice('item:'.length));
    this.#arrangement.dismiss(button.value);
  }

  #point = ({ target, pointerType }: PointerEvent): void => {
    const isMouse = pointerType === 'mouse' && target instanceof Element;
    this.#pointed = isMouse ? target.closest<HTMLElement>('.card') : null;
  };

  /** Redraws when focus or mouse leave the list: the order may change then. */
  #settle = (event: FocusEvent | PointerEvent): void => {
    if (event.relatedTarget instanceof Node && this.renderRoot.contains(event.relatedTarget)) return;
    if (event.type === 'pointerout') this.#pointed = null;
    queueMicrotask(() => this.requestUpdate());
  };
}

/** Actions that cannot be undone. */
const isFinal = ({ action }: HTMLFormElement): boolean => /\/(answer|withdraw)$/.test(action);

const itemOf = (form: HTMLFormElement): string => String(new FormData(form).get('item'));
