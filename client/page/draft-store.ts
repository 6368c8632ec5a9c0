import { under } from '../../shared/base-path.ts';
import type { Draft } from '../elements/drafts.ts';

/** Pages under another path of this host may be those of another project: what they keep is called otherwise. */
const DATABASE = 'signalbox';
const STORE = 'drafts';

/** A draft of one window: two windows may hold different drafts of one item. */
export interface KeptDraft extends Draft {
  readonly id: string;
  readonly window: string;
  readonly at: number;
}

/** Drafts in IndexedDB. If it is unavailable nothing is stored, and the page works without. */
export class DraftStore {
  readonly #database: IDBDatabase | null;
  /** Whether drafts are not being stored. */
  loses: boolean;
  /** Stops storing. */
  #isClosed = false;

  private constructor(database: IDBDatabase | null) {
    this.#database = database;
    this.loses = database === null;
  }

  static async open(): Promise<DraftStore> {
    return new DraftStore(await open());
  }

  async all(): Promise<readonly KeptDraft[]> {
    const found = await this.#do('readonly', (store) => store.getAll());
    return (found ?? []) as readonly KeptDraft[];
  }

  put(draft: KeptDraft): void {
    if (!this.#isClosed) void this.#do('readwrite', (store) => store.put(draft));
  }

  remove(id: string | IDBKeyRange): void {
    void this.#do('readwrite', (store) => store.delete(id));
  }

  /** In one transaction, so that the draft is always under one of the two names. */
  move(from: KeptDraft, to: KeptDraft): void {
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

  /** Resolves when committed; null: it failed, for example on a full disk. */
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

/** Null: the browser stores nothing here, as in some private windows. */
function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open(DATABASE + under(''), 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
