/**
 * What is typed on our own page, kept by the browser: through a reload, a closed tab, a browser that falls.
 * In IndexedDB, since what is committed there is on its way to the disk at once; browsers write the storage that
 * is simpler to use up to a minute later. Never loaded on a page that is not ours.
 */
import type { AttentionQueue } from '../elements/attention-queue.ts';
import type { Draft } from '../elements/drafts.ts';
import type { Connection } from '../link/connection.ts';
import { DraftStore, type KeptDraft } from './draft-store.ts';

/** In the storage of a tab, only between two of its pages. */
const WINDOW = 'signalbox-window';
/** Of an item that nobody knows any more. */
const LONGEST_MS = 30 * 24 * 60 * 60_000;
const NOT_KNOWN =
  'Sent from another window, or before the browser was closed. Whether it arrived is not known. It is a draft here.';

/** Keeps the drafts of a queue from now on, and gives it those that were kept. */
export async function keepDrafts(queue: AttentionQueue, connection: Connection): Promise<void> {
  const store = await DraftStore.open();
  const all = await store.all();
  const drafts = new SavedDrafts(queue, connection, store);
  for (const item of new Set(all.map((draft) => draft.item)))
    drafts.giveBack(all.filter((draft) => draft.item === item));
  addEventListener('pagehide', () => queue.keepAll());
  addEventListener('beforeunload', (event) => {
    // Only where the browser does not keep them.
    if (store.loses && queue.holdsDrafts) event.preventDefault();
  });
  forgetAtSignOut(connection, store);
}

/** The name of this window, which the page before it in the same tab has left; a copied tab has its own. */
function windowName(): string {
  const fresh = Math.random().toString(36).slice(2);
  try {
    const name = sessionStorage.getItem(WINDOW) ?? fresh;
    sessionStorage.removeItem(WINDOW);
    addEventListener('pagehide', () => sessionStorage.setItem(WINDOW, name));
    return name;
  } catch {
    return fresh;
  }
}

class SavedDrafts {
  readonly #queue: AttentionQueue;
  readonly #connection: Connection;
  readonly #store: DraftStore;
  readonly #window = windowName();
  /** By item: what was typed for it in other windows. */
  #others: Readonly<Record<string, readonly string[]>> = {};

  constructor(queue: AttentionQueue, connection: Connection, store: DraftStore) {
    this.#queue = queue;
    this.#connection = connection;
    this.#store = store;
    queue.keeper = {
      keep: (draft) => this.#keep(draft),
      forget: (item) => store.remove(IDBKeyRange.bound(this.#id(item), `${this.#id(item)} \uffff`)),
    };
    queue.addEventListener('click', this.#swap);
  }

  #id(item: string): string {
    return `${item} ${this.#window}`;
  }

  #keep(draft: Draft): void {
    const id = this.#id(draft.item);
    const isEmpty = draft.text === '' && draft.options.length === 0 && !draft.order;
    if (isEmpty) this.#store.remove(id);
    else this.#store.put({ ...draft, id, window: this.#window, at: Date.now() });
  }

  /** The latest draft of this window, or else of any; the others to choose from. */
  giveBack(drafts: readonly KeptDraft[]): void {
    const isOwn = ({ window }: KeptDraft) => Number(window === this.#window);
    const sorted = [...drafts].sort((a, b) => isOwn(b) - isOwn(a) || b.at - a.at);
    const [first] = sorted;
    if (!first) return;
    const { item, version, text, options, order } = first;
    const others = new Set(sorted.map((draft) => draft.text).filter((each) => each !== '' && each !== text));
    const isHere = this.#queue.stateOf(item) !== null;
    this.#queue.restore({ item, version, text, options, order: null });
    this.#offer(item, [...others]);
    if (isHere) this.#takeOver(first, sorted);
    // What another window sent may still wait there, and be held back there.
    if (order && isOwn(first)) this.#queue.resume(order);
    else if (!isHere) void this.#lookUp(sorted);
    else if (order) this.#queue.tell(item, NOT_KNOWN);
  }

  /** From now on it is this window's: what is deleted here does not come back. What was sent stays where it is. */
  #takeOver(first: KeptDraft, drafts: readonly KeptDraft[]): void {
    const id = this.#id(first.item);
    for (const same of drafts)
      if (same.id !== id && same.text === first.text && !same.order)
        this.#store.move(same, { ...first, order: null, id, window: this.#window });
  }

  /** It has ended, or this page does not show it. Who ended it is said once, with the words. */
  async #lookUp(drafts: readonly KeptDraft[]): Promise<void> {
    const [{ item, at }] = drafts as readonly [KeptDraft];
    const found = await this.#connection.client.board.now.query({ item }).catch(() => null);
    const card = found?.rows.find((row) => row.row === 'item');
    const isOver = card?.state === 'answered' || card?.state === 'withdrawn';
    // What was said is what was sent.
    if (isOver && drafts.some(({ text }) => text !== card.answer?.text)) this.#queue.showEnded(card);
    const isOld = found !== null && !card && Date.now() - at > LONGEST_MS;
    if (isOver || isOld) for (const { id } of drafts) this.#store.remove(id);
  }

  #offer(item: string, others: readonly string[]): void {
    this.#others = { ...this.#others, [item]: others };
    this.#queue.others = this.#others;
  }

  /** Another draft of the item for the one in its field, which stays to be had again. */
  #swap = ({ target }: Event): void => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>('[data-do=swap]') : null;
    const field = button?.form?.querySelector('textarea');
    if (!button?.form || !field) return;
    const item = String(new FormData(button.form).get('item'));
    const left = (this.#others[item] ?? []).filter((each) => each !== button.value);
    const { value } = field;
    if (value !== '') this.#setAside(item, value);
    this.#offer(item, value === '' ? left : [...left, value]);
    field.value = button.value;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  };

  #setAside(item: string, text: string): void {
    const at = Date.now();
    const id = `${this.#id(item)} ${at}`;
    this.#store.put({ id, item, version: 0, text, options: [], order: null, window: this.#window, at });
  }
}

/** Whoever signs out leaves nothing behind; other windows hear of it from the daemon. */
function forgetAtSignOut(connection: Connection, store: DraftStore): void {
  connection.onChange(() => {
    if (connection.life === 'signed-out') void store.clear();
  });
  addEventListener('submit', (event) => {
    const form = event.target;
    const isSignOut = form instanceof HTMLFormElement && form.action.endsWith('/sign-out');
    if (!isSignOut || event.defaultPrevented) return;
    event.preventDefault();
    void store.clear().finally(() => {
      store.loses = false;
      form.submit();
    });
  });
}
