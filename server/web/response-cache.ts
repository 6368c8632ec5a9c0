const KEPT_MS = 1000;
const MOST = 32;

/**
 * Caches responses while nothing has changed: for one state, and for
 * at most a second, as what live runs print changes without an event. The same body is the same buffer.
 */
export class ResponseCache {
  readonly #bodies = new Map<string, Buffer>();
  #seq = -1;
  #timer: NodeJS.Timeout | null = null;

  /** The response `key` for the state `seq`; drawn if it is not cached. */
  at(seq: number, key: string, draw: () => string): Buffer {
    if (seq !== this.#seq || this.#bodies.size >= MOST) this.#forget();
    this.#seq = seq;
    const body = this.#bodies.get(key) ?? Buffer.from(draw());
    this.#bodies.set(key, body);
    this.#timer ??= setTimeout(() => this.#forget(), KEPT_MS).unref();
    return body;
  }

  #forget(): void {
    this.#bodies.clear();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
