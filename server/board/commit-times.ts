/** When the latest commits were: how long news of them took is measured from there. */
const MOST = 512;

export class CommitTimes {
  readonly #times: { readonly seq: number; readonly at: number }[] = [];

  /** Everything up to this number is committed now. */
  add(seq: number): void {
    this.#times.push({ seq, at: performance.now() });
    if (this.#times.length > MOST) this.#times.splice(0, MOST / 2);
  }

  /** When the first commit after a number was; null: that is no longer known. */
  after(seq: number): number | null {
    const nth = this.#times.findIndex((each) => each.seq > seq);
    const [first] = this.#times;
    return first === undefined || (nth === 0 && first.seq > seq + 1) ? null : (this.#times[nth]?.at ?? null);
  }
}
