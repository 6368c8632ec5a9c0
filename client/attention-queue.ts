import type { TRPCClientError } from '@trpc/client';
import type { PropertyValues, TemplateResult } from 'lit';
import type { AppRouter } from '../server/router.ts';
import { type Board, type Card, cardsOf, hiddenItems } from '../shared/board.ts';
import type { Notice } from '../shared/views/action-form.ts';
import { attentionQueue } from '../shared/views/attention-queue.ts';
import { Arming } from './arming.ts';
import { Arrangement } from './arrangement.ts';
import type { Connection } from './connection.ts';
import { clearDrafts, draftFieldsIn } from './drafts.ts';
import { Panel } from './panel.ts';
import { submitForm } from './submit.ts';

/** An answer given here, as long as its words may be wanted again. */
interface Sent {
  readonly words: string;
  /** It has been seen going out. */
  readonly went: boolean;
  /** The daemon has said yes. */
  readonly settled: boolean;
}

const AGAIN_MS = 1000;
const NOT_ARMED: Notice = {
  tone: 'wrong',
  sentence:
    'Not sent: this had only just come into sight, moved or changed. Look again, then press once more.',
  field: null,
};
const NOT_CONNECTED: Notice = {
  tone: 'wrong',
  sentence: 'Not connected, so not sent. Your words are kept; try again.',
  field: null,
};

/**
 * What needs the operator. While somebody types or stands in the list its order is frozen; a card that
 * somebody else has ended stays as long as it holds words.
 */
export class AttentionQueue extends Panel {
  readonly #arrangement = new Arrangement();
  readonly #arming = new Arming();
  #notices: Readonly<Record<string, Notice>> = {};
  readonly #sent = new Map<string, Sent>();
  /** Items whose form is under way: a second press is not a second answer. */
  readonly #sending = new Set<string>();

  /** What the server drew beside a field that was refused. */
  set notices(notices: Readonly<Record<string, Notice>>) {
    this.#notices = { ...notices };
    for (const item of Object.keys(notices)) this.#arrangement.open(`item:${item}`);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#arming.start(this.renderRoot);
    this.listen('submit', this.#submit);
    this.listen('click', this.#click);
    this.listen('keydown', this.#key);
    this.listen('focusout', this.#settle);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#arming.stop();
  }

  /** Whether the card around something takes an answer now. */
  isArmed(within: Element): boolean {
    const card = within.closest('.card');
    return card !== null && this.#arming.isArmed(card);
  }

  protected override view(board: Board): TemplateResult {
    const drafts = this.#draftKeys();
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
      notices: this.#notices,
      place: this.place,
    });
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.#restoreWords();
  }

  /** After an answer, the next card. */
  protected override heirOf(): Element | null {
    return this.renderRoot.querySelector('.card summary');
  }

  /** Cards that hold words or ticks: not to be moved or taken away. */
  #draftKeys(): ReadonlySet<string> {
    const cards = draftFieldsIn(this.renderRoot).map(
      (field) => field.closest<HTMLElement>('.card')?.dataset.key,
    );
    return new Set(cards.filter((key) => key !== undefined));
  }

  /** Where in the list the focus stands; null: elsewhere. */
  #focusKey(): string | null {
    const around = this.focused?.closest<HTMLElement>('.card, [data-do]');
    return around?.dataset.key ?? around?.dataset.do ?? null;
  }

  /** Somebody else's answer is going out while words stand in the card. */
  #isTaken({ key, id, state }: Card, drafts: ReadonlySet<string>): boolean {
    return state === 'going-out' && drafts.has(key) && !this.#sent.has(id);
  }

  /** A card with words has gone: ask who ended it, and how. */
  #lookUpEnded(cards: readonly Card[], drafts: ReadonlySet<string>): void {
    const here = new Set(cards.map(({ key }) => key));
    for (const key of drafts) {
      const id = key.slice('item:'.length);
      if (here.has(key) || this.#arrangement.isEnded(key) || this.#sent.has(id)) continue;
      this.#arrangement.ending(key);
      this.live?.connection.client.board.now.query({ item: id }).then(
        ({ rows }) => {
          for (const row of rows) if (row.row === 'item') this.#arrangement.ended(row);
          this.requestUpdate();
        },
        () => this.#askAgain(key),
      );
    }
  }

  #askAgain(key: string): void {
    this.#arrangement.dismiss(key);
    setTimeout(() => this.requestUpdate(), AGAIN_MS);
  }

  /** With a connection, the form posts over it; without one, the browser posts it where the page is ours. */
  #submit = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    const { live } = this;
    const isOpen = live?.connection.isOpen === true;
    const notice = this.#noticeBefore(form, isOpen);
    if (notice || isOpen) event.preventDefault();
    if (notice) this.#notice(itemOf(form), notice);
    else if (live && isOpen && !this.#sending.has(itemOf(form)))
      this.#send(live.connection, form, event.submitter);
  };

  /** Why a form is not sent now; null: it is, by us or by the browser. */
  #noticeBefore(form: HTMLFormElement, isOpen: boolean): Notice | null {
    if (form.action.endsWith('/answer') && !this.isArmed(form)) return NOT_ARMED;
    return this.isAbroad && !isOpen ? NOT_CONNECTED : null;
  }

  #send(connection: Connection, form: HTMLFormElement, submitter: HTMLElement | null): void {
    const sending = submitForm(connection, form, submitter);
    if (!sending) return;
    const { item, words } = sending;
    this.#sending.add(item);
    this.#notice(item, { tone: 'busy', sentence: 'Sending …', field: null });
    if (words !== null) this.#sent.set(item, { words, went: false, settled: false });
    sending.outcome
      .then(() => this.#accepted(item))
      .catch((error: TRPCClientError<AppRouter>) => this.#failed(item, words !== null, error))
      .finally(() => this.#sending.delete(item));
  }

  #accepted(item: string): void {
    const sent = this.#sent.get(item);
    if (sent) this.#sent.set(item, { ...sent, settled: true });
    this.#notice(item, null);
  }

  #failed(item: string, wasAnswer: boolean, error: TRPCClientError<AppRouter>): void {
    if (wasAnswer) this.#sent.delete(item);
    const refusal = error.data?.refusal;
    const sentence = refusal?.sentence ?? `Not sent: ${error.message}. Your words are kept; try again.`;
    this.#notice(item, { tone: 'wrong', sentence, field: refusal?.field ?? null });
  }

  #notice(item: string, notice: Notice | null): void {
    const { [item]: _, ...others } = this.#notices;
    this.#notices = notice ? { ...others, [item]: notice } : others;
    this.requestUpdate();
  }

  /** An answer taken back finds its words in the form again; one that is out needs them no more. */
  #restoreWords(): void {
    for (const [item, sent] of this.#sent) {
      const card = this.board?.rows.get(`item:${item}`);
      const open = card?.row === 'item' && card.state === 'open';
      if (card && !open) this.#sent.set(item, { ...sent, went: true });
      else if (open && sent.went) {
        const field = this.renderRoot.querySelector<HTMLTextAreaElement>(`#${CSS.escape(`text-${item}`)}`);
        if (field && field.value === '') field.value = sent.words;
        this.#sent.delete(item);
      } else if (!card && (sent.went || sent.settled)) this.#sent.delete(item);
    }
  }

  #click = (event: Event): void => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-do]') : null;
    if (!button) return;
    if (button.dataset.do === 'dismiss') this.#dismiss(button);
    else this.#arrangement.reorder();
    this.requestUpdate();
  };

  #dismiss(button: HTMLButtonElement): void {
    const card = button.closest('.card');
    if (card) clearDrafts(card);
    this.#arrangement.dismiss(button.value);
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target instanceof HTMLTextAreaElement ? event.target.form : null;
    const button =
      form?.querySelector<HTMLButtonElement>('button:not([name])') ?? form?.querySelector('button');
    if (form && button) form.requestSubmit(button);
  };

  /** The focus has left for good: the order may change. While it only moves within, nothing does. */
  #settle = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && this.renderRoot.contains(event.relatedTarget)) return;
    queueMicrotask(() => this.requestUpdate());
  };
}

const itemOf = (form: HTMLFormElement): string => String(new FormData(form).get('item'));
