/** Rows that change, numbered: whoever holds a number learns what has changed since. */
import { randomBytes } from 'node:crypto';
import { Signal } from '../server/system/signal.ts';
import type { News, Row, Snapshot } from '../shared/board.ts';

/** So many removals are remembered; who knows less gets a snapshot. */
const MOST_DROPS = 5000;

interface Kept {
  readonly row: Row;
  readonly seq: number;
}

export class ChangingRows {
  /** Another with the same number is another's. */
  readonly epoch = randomBytes(8).toString('hex');
  readonly #rows = new Map<string, Kept>();
  #drops: { readonly key: string; readonly seq: number }[] = [];
  /** The number before the first removal that is remembered. */
  #floor = 0;
  #seq = 1;
  #isChanged = false;
  readonly #signal = new Signal();

  get seq(): number {
    return this.#seq;
  }

  get rows(): readonly Row[] {
    return [...this.#rows.values()].map(({ row }) => row);
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key)?.row;
  }

  put(row: Row): void {
    this.#rows.set(row.key, { row, seq: this.#seq + 1 });
    this.#isChanged = true;
  }

  drop(key: string): void {
    if (!this.#rows.delete(key)) return;
    this.#drops.push({ key, seq: this.#seq + 1 });
    this.#isChanged = true;
  }

  /** What was put and dropped since the last time is one change. */
  commit(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    this.#seq++;
    const surplus = this.#drops.splice(0, Math.max(0, this.#drops.length - MOST_DROPS));
    this.#floor = surplus.at(-1)?.seq ?? this.#floor;
    this.#signal.ring();
  }

  snapshot(build: string): Snapshot {
    return { epoch: this.epoch, build, seq: this.#seq, rows: this.rows };
  }

  /** What changed after a number; null: that is not known any more. */
  since(seq: number): News | null {
    if (seq < this.#floor || seq > this.#seq) return null;
    const put = [...this.#rows.values()].filter((kept) => kept.seq > seq).map(({ row }) => row);
    const here = new Set(put.map(({ key }) => key));
    const gone = this.#drops.filter((drop) => drop.seq > seq && !here.has(drop.key));
    return { seq: this.#seq, put, drop: [...new Set(gone.map(({ key }) => key))] };
  }

  /** Resolves when there is more than a number says. */
  async after(seq: number, signal: AbortSignal): Promise<void> {
    while (this.#seq <= seq && !signal.aborted) await this.#signal.next(signal);
  }
}
