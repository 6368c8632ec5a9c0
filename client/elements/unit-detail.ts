import type { Detail } from '../../shared/detail.ts';
import type { LiveBoards } from '../link/live-boards.ts';

const ASK_MS = 10_000;
/** How the time went changes without an event. */
const OLD_MS = 60_000;

/** All about one unit, fetched again when its row on the board has changed: once for all parts of its page. */
export class UnitDetail {
  #detail: Detail | null;
  #asking = false;
  readonly #before: number | null;
  readonly #listeners = new Set<() => void>();

  /** `before`: the event before which its history stops; null: it goes up to the last one. */
  constructor(detail: Detail | null = null, before: number | null = null) {
    this.#detail = detail;
    this.#before = before;
  }

  get detail(): Detail | null {
    return this.#detail;
  }

  get before(): number | null {
    return this.#before;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One request at a time; who finds that it came too early asks again. */
  ask(live: LiveBoards, chunk: string): void {
    if (this.#asking) return;
    this.#asking = true;
    const input = this.#before === null ? { chunk } : { chunk, before: this.#before };
    live.connection.client.unit
      .query(input, { signal: AbortSignal.timeout(ASK_MS) })
      .then((detail) => {
        this.#detail = detail;
      })
      .catch(() => {})
      .finally(() => {
        this.#asking = false;
        for (const listener of this.#listeners) listener();
      });
  }

  /** Asks now and then while somebody looks. */
  keepFresh(live: LiveBoards, chunk: string): void {
    setInterval(() => {
      if (document.visibilityState === 'visible') this.ask(live, chunk);
    }, OLD_MS);
  }
}
