/**
 * Stores drafts of our own page in the browser, through a reload, a closed tab or a crash.
 * In IndexedDB, because browsers write its commits to disk at once, but localStorage
 * up to a minute later. Never loaded on other sites.
 */
import type { AttentionQueue } from '../elements/attention-queue.ts';
import type { Draft } from '../elements/drafts.ts';
import type { Connection } from '../link/connection.ts';
import { DraftStore, type KeptDraft } from './draft-store.ts';

/** The window's id in sessionStorage, while a tab moves from one page to the next. */
const WINDOW = 'signalbox-window';
/** Age at which drafts of unknown items are deleted. */
const LONGEST_MS = 30 * 24 * 60 * 60_000;
const NOT_KNOWN =
  'Sent from another window, or before the browser was closed. Whether it arrived is not known. It is a draft here.';

/** Starts to store the drafts of a queue, and restores the stored ones. */
export async function keepDrafts(queue: AttentionQueue, connection: Connection): Promise<void> {
  const store = await DraftStore.open();
  const all = await store.all();
  const drafts = new SavedDrafts(queue, connection, store);
  for (const item of new Set(all.map((draft) => draft.item)))
    drafts.giveBack(all.filter((draft) => draft.item === item));
  addEventListener('pagehide', () => queue.keepAll());
  addEventListener('beforeunload', (event) => {
    // Warns before leaving only if the browser does not store them.
    if (store.loses && queue.holdsDrafts) event.preventDefault();
  });
  forgetAtSignOut(connection, store);
}

/** The id of this window, taken over from the page before it in the same tab; a duplicated tab gets a new one. */
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
  /** Drafts of other windows, by item. */
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

  /** Restores the latest draft of this window; without one, the latest of any window. Offers the others. */
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
    // An order of another window may still wait in its outbox, and can be cancelled there.
    if (order && isOwn(first)) this.#queue.resume(order);
    else if (!isHere) void this.#lookUp(sorted);
    else if (order) this.#queue.tell(item, NOT_KNOWN);
  }

  /** The draft now belongs to this window, so that deleting it here is final. Sent ones stay with theirs. */
  #takeOver(first: KeptDraft, drafts: readonly KeptDraft[]): void {
    const id = this.#id(first.item);
    for (const same of drafts)
      if (same.id !== id && same.text === first.text && !same.order)
        this.#store.move(same, { ...first, order: null, id, window: this.#window });
  }

  /** The item has ended, or this page does not show it. The draft is shown once, with who ended the item. */
  async #lookUp(drafts: readonly KeptDraft[]): Promise<void> {
    const [{ item, at }] = drafts as readonly [KeptDraft];
    const found = await this.#connection.client.board.now.query({ item }).catch(() => null);
    const card = found?.rows.find((row) => row.row === 'item');
    const isOver = card?.state === 'answered' || card?.state === 'withdrawn';
    // The answer is this draft, so nothing is lost.
    if (isOver && drafts.some(({ text }) => text !== card.answer?.text)) this.#queue.showEnded(card);
    const isOld = found !== null && !card && Date.now() - at > LONGEST_MS;
    if (isOver || isOld) for (const { id } of drafts) this.#store.remove(id);
  }

  #offer(item: string, others: readonly string[]): void {
    this.#others = { ...this.#others, [item]: others };
    this.#queue.others = this.#others;
  }

  /** Swaps another draft of the item with the one in the field. */
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

/** Signing out deletes all drafts; other windows are signed out by the daemon. */
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
