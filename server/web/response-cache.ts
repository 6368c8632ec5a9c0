const KEPT_MS = 1000;
const MOST = 32;

/**
 * What was drawn a moment ago, for whoever asks for the same while nothing has changed: of one state, and for
 * at most a second, as what live runs print changes without an event. The same body is the same buffer.
 */
export class ResponseCache {
  readonly #bodies = new Map<string, Buffer>();
  #seq = -1;
  #timer: NodeJS.Timeout | null = null;

  /** What is called `key` as of `seq`; drawn unless that has just been done. */
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
