/** Reads the last output line of each live run, and how far the making of worktrees is, for the boards that show it. */
import type { Pulses } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { Run } from '../../shared/words.ts';
import { unitKey } from '../board/board-rows.ts';
import { tendedRun } from '../domain/state.ts';
import { statusOf } from '../domain/status.ts';
import type { Store } from '../store/store.ts';
import { runFiles } from '../system/run-files.ts';
import { Signal } from '../system/signal.ts';
import { lastLines, sizeOf } from './tail.ts';

const BEAT_MS = 1000;
const LONGEST = 200;

interface Pulse {
  /** Null: nothing runs yet; its folder is being made. */
  readonly run: Run | null;
  readonly size: number;
  readonly line: string;
  /** The tick at which the line last changed. */
  readonly beat: number;
}

/** By unit: how far it is with something of which no run tells. Whoever does it sets the line and deletes it. */
export type ProgressLines = ReadonlyMap<number, string>;

/**
 * The last output line of each live run, or how far the unit is without one: read once a second for all viewers, and only while there are
 * any. Never an event and never stored; each viewer gets what changed since its last message.
 */
export class LastLines {
  readonly #store: Store;
  readonly #runs: string;
  readonly #pulses = new Map<number, Pulse>();
  readonly #beats = new Signal();
  #beat = 0;
  #watching = 0;
  #timer: NodeJS.Timeout | null = null;

  readonly #progress: ProgressLines;

  constructor(store: Store, runs: string, progress: ProgressLines = new Map()) {
    this.#store = store;
    this.#runs = runs;
    this.#progress = progress;
  }

  /** The current lines, for the units of a query. */
  now(query: Query): Pulses {
    this.#look();
    return this.#news(query, new Map());
  }

  /** Yields all lines, then changes, at most once a second, until `signal` aborts. */
  async *follow(query: Query, signal: AbortSignal): AsyncGenerator<Pulses> {
    this.#join();
    try {
      this.#look();
      const told = new Map<number, number>();
      while (!signal.aborted) {
        const news = this.#news(query, told);
        if (Object.keys(news).length > 0) yield news;
        await this.#beats.next(signal);
      }
    } finally {
      this.#leave();
    }
  }

  #join(): void {
    this.#watching++;
    this.#timer ??= setInterval(() => this.#tick(), BEAT_MS);
  }

  #leave(): void {
    this.#watching--;
    if (this.#watching > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#pulses.clear();
  }

  /** Only the timer wakes viewers: reading in between for a new one must not wake the others. */
  #tick(): void {
    this.#look();
    this.#beats.ring();
  }

  #look(): void {
    this.#beat++;
    const live = new Set<number>();
    for (const work of this.#store.state.works) {
      const run = tendedRun(work);
      if (!run) continue;
      live.add(work.unit.id);
      this.#read(run);
    }
    for (const [unit, line] of this.#progress) if (!live.has(unit)) this.#keep(unit, null, 0, line);
    for (const [unit, { line }] of this.#pulses) {
      if (live.has(unit) || this.#progress.has(unit)) continue;
      // Viewers keep a line until they get another, so an empty one takes its place.
      if (line === '') this.#pulses.delete(unit);
      else this.#keep(unit, null, 0, '');
    }
  }

  /** A file that has not grown has the same last line. */
  #read(run: Run): void {
    const before = this.#pulses.get(run.unit);
    const { output } = runFiles(this.#runs, run.unit, run.number);
    const size = sizeOf(output);
    if (before?.run?.number === run.number && before.size === size) return;
    this.#keep(run.unit, run, size, lastLines(output, 1).trim());
  }

  #keep(unit: number, run: Run | null, size: number, text: string): void {
    const line = text.slice(0, LONGEST);
    const before = this.#pulses.get(unit);
    const beat = before?.line === line ? before.beat : this.#beat;
    this.#pulses.set(unit, { run, size, line, beat });
  }

  /** What a viewer has not got yet; `told` holds the tick of the line it got, by unit. */
  #news(query: Query, told: Map<number, number>): Pulses {
    const news: Record<string, string> = {};
    for (const [unit, { line, beat }] of this.#pulses) {
      if (told.get(unit) === beat || !this.#isShown(query, unit)) continue;
      told.set(unit, beat);
      news[unitKey(unit)] = line;
    }
    return news;
  }

  #isShown({ chunk, status }: Query, unit: number): boolean {
    const { state } = this.#store;
    const work = state.works.get(unit);
    if (!work || (chunk ?? work.unit.chunk) !== work.unit.chunk) return false;
    return status?.includes(statusOf(state, work).status) ?? true;
  }
}
