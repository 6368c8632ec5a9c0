import type { TRPCClientError } from '@trpc/client';
import type { PropertyValues, TemplateResult } from 'lit';
import type { AppRouter } from '../server/router.ts';
import { type Board, type Card, cardsOf } from '../shared/board.ts';
import type { Notice } from '../shared/views/action-form.ts';
import { attentionQueue } from '../shared/views/attention-queue.ts';
import { Arrangement } from './arrangement.ts';
import { Panel } from './panel.ts';
import { type Sent, submitForm } from './submit.ts';

/**
 * What needs the operator. While somebody types or stands in the list its order is frozen; a card that
 * somebody else has ended stays as long as it holds words.
 */
export class AttentionQueue extends Panel {
  readonly #arrangement = new Arrangement();
  #notices: Record<string, Notice> = {};
  /** Answers from here, by item, as long as their words may be wanted again. */
  readonly #sent = new Map<string, Sent>();
  /** Where the focus was, should the redraw take it away. */
  #focused: string | null = null;

  /** What the server drew beside a field that was refused. */
  set notices(notices: Readonly<Record<string, Notice>>) {
    this.#notices = { ...notices };
    for (const item of Object.keys(notices)) this.#arrangement.open(`item:${item}`);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('submit', this.#submit);
    this.addEventListener('click', this.#click);
    this.addEventListener('keydown', this.#key);
    this.addEventListener('focusout', this.#settle);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('submit', this.#submit);
    this.removeEventListener('click', this.#click);
    this.removeEventListener('keydown', this.#key);
    this.removeEventListener('focusout', this.#settle);
  }

  protected override view(board: Board): TemplateResult {
    const busy = this.#busyKeys();
    const cards = cardsOf(board).map((card) =>
      this.#isTaken(card, busy) ? { ...card, state: 'answered' as const } : card,
    );
    this.#lookUpEnded(cards, busy);
    const shown = this.#arrangement.arrange(cards, busy);
    return attentionQueue({
      ...shown,
      zone: this.zone,
      only: this.query.chunk ?? '',
      notices: this.#notices,
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.#focused = this.contains(document.activeElement) ? keyAround(document.activeElement) : null;
  }

  /** Focus never falls to the body: when its card has left, it goes to the next one, or to the heading. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.#restoreWords();
    if (this.#focused === null || document.activeElement !== document.body) return;
    const next = this.querySelector<HTMLElement>('.card summary') ?? this.querySelector<HTMLElement>('h2');
    next?.focus();
  }

  /** Cards that hold the focus or words: not to be moved or taken away. */
  #busyKeys(): ReadonlySet<string> {
    const busy = new Set<string>();
    for (const field of this.querySelectorAll<HTMLTextAreaElement>('.card textarea'))
      if (field.value !== '') busy.add(keyAround(field) ?? '');
    const box = this.querySelector('.card input[type=checkbox]:checked');
    if (box) busy.add(keyAround(box) ?? '');
    if (this.contains(document.activeElement)) busy.add(keyAround(document.activeElement) ?? '');
    busy.delete('');
    return busy;
  }

  /** Somebody else's answer is going out while words stand in the card. */
  #isTaken({ key, id, state }: Card, busy: ReadonlySet<string>): boolean {
    return state === 'going-out' && busy.has(key) && !this.#sent.has(id);
  }

  /** A card with words has gone: ask who ended it, and how. */
  #lookUpEnded(cards: readonly Card[], busy: ReadonlySet<string>): void {
    const keys = new Set(cards.map(({ key }) => key));
    for (const key of busy) {
      const id = key.slice('item:'.length);
      if (keys.has(key) || this.#arrangement.isEnded(key) || this.#sent.has(id)) continue;
      this.#arrangement.ending(key);
      void this.live?.connection.client.board.now.query({ item: id }).then(({ rows }) => {
        const [card] = rows;
        if (card?.row === 'item') this.#arrangement.ended(card);
        this.requestUpdate();
      });
    }
  }

  /** With a connection, the form posts over it; without one, the browser posts it. */
  #submit = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    const { live } = this;
    if (!live?.connection.isOpen) return;
    event.preventDefault();
    const sending = submitForm(live.connection, form, event.submitter);
    if (!sending) return;
    const { item, words } = sending;
    this.#notice(item, { tone: 'busy', sentence: 'Sending …', field: null });
    if (words !== null) this.#sent.set(item, { words });
    sending.outcome.then(
      () => this.#notice(item, null),
      (error: TRPCClientError<AppRouter>) => this.#failed(item, error),
    );
  };

  #failed(item: string, error: TRPCClientError<AppRouter>): void {
    this.#sent.delete(item);
    const refusal = error.data?.refusal;
    const sentence = refusal?.sentence ?? `Not sent: ${error.message}. Your words are kept; try again.`;
    this.#notice(item, { tone: 'wrong', sentence, field: refusal?.field ?? null });
  }

  #notice(item: string, notice: Notice | null): void {
    const { [item]: _, ...others } = this.#notices;
    this.#notices = notice ? { ...others, [item]: notice } : others;
    this.requestUpdate();
  }

  /** An answer taken back, or one that the daemon refused, finds its words in the form again. */
  #restoreWords(): void {
    for (const [item, { words }] of this.#sent) {
      const card = this.board?.rows.get(`item:${item}`);
      if (card?.row === 'item' && card.state === 'going-out') this.#sent.set(item, { words, went: true });
      else if (this.#sent.get(item)?.went && card) {
        const field = this.querySelector<HTMLTextAreaElement>(`#${CSS.escape(`text-${item}`)}`);
        if (field && field.value === '') field.value = words;
        this.#sent.delete(item);
      }
    }
  }

  #click = (event: Event): void => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-do]') : null;
    if (!button) return;
    if (button.dataset.do === 'dismiss') this.#dismiss(button.value);
    this.#arrangement.reorder();
    this.requestUpdate();
  };

  #dismiss(key: string): void {
    this.#arrangement.dismiss(key);
    this.#focused = key;
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target instanceof HTMLTextAreaElement ? event.target.form : null;
    const button =
      form?.querySelector<HTMLButtonElement>('button:not([name])') ?? form?.querySelector('button');
    if (form && button) form.requestSubmit(button);
  };

  /** The focus may have left for good: then the order may change. */
  #settle = (): void => {
    queueMicrotask(() => this.requestUpdate());
  };
}

const keyAround = (node: Element | null): string | null =>
  node?.closest<HTMLElement>('[data-key]')?.dataset.key ?? null;
