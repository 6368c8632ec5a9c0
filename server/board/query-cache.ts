/** Of more queries nothing is kept. */
const MOST = 200;

/** What was made for a query, as long as the state is the same. */
export class QueryCache<T> {
  readonly #known = new Map<string, T>();

  get(key: string, make: () => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    // Cleared when it is full: what is in use is soon made again.
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(key, made);
    return made;
  }

  clear(): void {
    this.#known.clear();
  }
}
