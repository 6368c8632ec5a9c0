/**
 * What is typed on our own page, kept by the browser: through a reload, a closed tab, a browser that falls.
 * In IndexedDB, since what is committed there is on its way to the disk at once; browsers write the storage that
 * is simpler to use up to a minute later. Never loaded on a page that is not ours.
 */
import type { AttentionQueue } from './attention-queue.ts';
import type { Connection } from './connection.ts';
import type { Draft, DraftKeeper } from './drafts.ts';

const DATABASE = 'signalbox';
const STORE = 'drafts';
/** In the storage of a tab, only between two of its pages. */
const WINDOW = 'signalbox-window';
/** Of an item that nobody knows any more. */
const LONGEST_MS = 30 * 24 * 60 * 60_000;

/** A draft as one window typed it: two windows may hold two of one item. */
interface Kept extends Draft {
  readonly id: string;
  readonly window: string;
  readonly at: number;
}

/** Keeps the drafts of a queue from now on, and gives it those that were kept. */
export async function keepDrafts(queue: AttentionQueue, connection: Connection): Promise<void> {
  const store = new DraftStore(await open());
  const own = windowName();
  const keeper = keeperOf(store, own);
  const drafts = await store.all();
  queue.keeper = keeper;
  for (const item of new Set(drafts.map((draft) => draft.item)))
    giveBack(queue, connection, store, own, drafts.filter((draft) => draft.item === item));
  addEventListener('pagehide', () => queue.keepAll());
  warnBeforeLoss(queue, store);
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

const keeperOf = (store: DraftStore, window: string): DraftKeeper => ({
  keep(draft) {
    const id = idOf(draft.item, window);
    const isEmpty = draft.text === '' && draft.options.length === 0 && !draft.order;
    if (isEmpty) store.remove(id);
    else store.put({ ...draft, id, window, at: Date.now() });
  },
  setAside: (draft) => store.put({ ...draft, id: `${idOf(draft.item, window)} ${Date.now()}`, window, at: Date.now() }),
  forget: (item) => store.remove(IDBKeyRange.bound(idOf(item, window), `${idOf(item, window)} \uffff`)),
});

const idOf = (item: string, window: string): string => `${item} ${window}`;

/** The latest draft of this window, or else of any; the others to choose from. */
function giveBack(
  queue: AttentionQueue,
  connection: Connection,
  store: DraftStore,
  own: string,
  drafts: readonly Kept[],
): void {
  const sorted = [...drafts].sort((a, b) => Number(b.window === own) - Number(a.window === own) || b.at - a.at);
  const [first] = sorted;
  if (!first) return;
  const { id: _id, window, at: _at, order, ...words } = first;
  const draft: Draft = { ...words, order: null };
  const texts = new Set(sorted.map(({ text }) => text));
  const others = [...texts].filter((text) => text !== '' && text !== first.text);
  queue.restore(draft, others);
  // From now on it is this window's: what is deleted here does not come back.
  if (queue.stateOf(draft.item) !== null)
    for (const same of sorted.filter(({ id, text }) => id !== idOf(first.item, own) && text === first.text))
      store.move(same, { ...first, id: idOf(first.item, own), window: own });
  // What another window sent may still wait there, and be held back there.
  if (order && window === own) return queue.resume(order);
  if (queue.stateOf(draft.item) === null) void lookUp(queue, connection, store, sorted);
  else if (order) queue.tell(draft.item, 'Sent from another window, or before the browser was closed; whether it arrived is not known. It is a draft here.');
}

/** It has ended, or this page does not show it. Who ended it is said once, with the words. */
async function lookUp(
  queue: AttentionQueue,
  { client }: Connection,
  store: DraftStore,
  drafts: readonly Kept[],
): Promise<void> {
  const [{ item, at }] = drafts as readonly [Kept];
  const found = await client.board.now.query({ item }).catch(() => null);
  const card = found?.rows.find((row) => row.row === 'item');
  const isOver = card?.state === 'answered' || card?.state === 'withdrawn';
  // What was said is what was sent.
  if (isOver && drafts.some(({ text }) => text !== card.answer?.text)) queue.showEnded(card);
  const isOld = found !== null && !card && Date.now() - at > LONGEST_MS;
  if (isOver || isOld) for (const { id } of drafts) store.remove(id);
}

/** Only where the browser does not keep them. */
function warnBeforeLoss(queue: AttentionQueue, store: DraftStore): void {
  addEventListener('beforeunload', (event) => {
    if (store.loses && queue.holdsDrafts) event.preventDefault();
  });
}

/** Whoever signs out leaves nothing behind; other windows hear of it from the daemon. */
function forgetAtSignOut(connection: Connection, store: DraftStore): void {
  const forget = () => {
    if (connection.life === 'signed-out') store.clear();
  };
  connection.onChange(forget);
  addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.action.endsWith('/sign-out') || event.defaultPrevented) return;
    event.preventDefault();
    void store.clear().finally(() => {
      store.loses = false;
      form.submit();
    });
  });
}

/** Where nothing can be kept, nothing is; the page works as well. */
class DraftStore {
  readonly #database: IDBDatabase | null;
  /** Whether what is typed now is in the page alone. */
  loses: boolean;
  /** Nothing is kept any more. */
  #isClosed = false;

  constructor(database: IDBDatabase | null) {
    this.#database = database;
    this.loses = database === null;
  }

  async all(): Promise<readonly Kept[]> {
    const found = await this.#do('readonly', (store) => store.getAll());
    return (found ?? []) as readonly Kept[];
  }

  put(draft: Kept): void {
    if (!this.#isClosed) void this.#do('readwrite', (store) => store.put(draft));
  }

  remove(id: string | IDBKeyRange): void {
    void this.#do('readwrite', (store) => store.delete(id));
  }

  /** As one: a draft is in one of the two, whatever happens. */
  move(from: Kept, to: Kept): void {
    if (this.#isClosed) return;
    void this.#do('readwrite', (store) => {
      store.delete(from.id);
      return store.put(to);
    });
  }

  async clear(): Promise<void> {
    this.#isClosed = true;
    this.loses = true;
    await this.#do('readwrite', (store) => store.clear());
  }

  /** Resolves when it is committed; null: it could not be done, as on a full disk. */
  #do(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    return new Promise((resolve) => {
      const fail = () => {
        this.loses = true;
        resolve(null);
      };
      try {
        const transaction = this.#database?.transaction(STORE, mode, { durability: 'strict' });
        if (!transaction) return resolve(null);
        const request = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => {
          this.loses = this.#isClosed;
          resolve(request.result);
        };
        transaction.onabort = fail;
        transaction.commit();
      } catch {
        fail();
      }
    });
  }
}

/** Null: the browser keeps nothing here, as in some private windows. */
function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
