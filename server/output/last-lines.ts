/** Reads the last output line of each live run, and how far the making of worktrees is, for the boards that show it. */
import type { Pulse, Pulses } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import { progressWords } from '../../shared/unit-sentences.ts';
import type { Run } from '../../shared/words.ts';
import type { WorktreeProgress } from '../../shared/work-words.ts';
import { unitKey } from '../board/board-rows.ts';
import { isAsking, tendedRun } from '../domain/state.ts';
import { statusOf } from '../domain/status.ts';
import type { Store } from '../store/store.ts';
import { runFiles } from '../system/run-files.ts';
import { Signal } from '../system/signal.ts';
import { grownAt, lastLines } from './tail.ts';

const BEAT_MS = 1000;
const LONGEST = 200;

interface Seen {
  /** Null: nothing runs yet; its folder is being made. */
  readonly run: Run | null;
  readonly size: number;
  /** How many lines were looked for. */
  readonly wanted: number;
  readonly pulse: Pulse;
  /** The tick at which the pulse last changed. */
  readonly beat: number;
}

/** A run that waits for an answer shows what led to the question. */
const LINES_OF_ASKER = 3;
/** Viewers learn that the same line came again at most this often. */
const SAME_LINE_MS = 60_000;

/** By unit: how far its worktree is, of which no run tells. Whoever makes it sets this and deletes it. */
export type ProgressOfUnits = ReadonlyMap<number, WorktreeProgress>;

/**
 * The last output line of each live run, or how far the unit is without one: read once a second for all viewers, and only while there are
 * any. Never an event and never stored; each viewer gets what changed since its last message.
 */
export class LastLines {
  readonly #store: Store;
  readonly #runs: string;
  readonly #pulses = new Map<number, Seen>();
  readonly #beats = new Signal();
  #beat = 0;
  #watching = 0;
  #timer: NodeJS.Timeout | null = null;

  readonly #progress: ProgressOfUnits;

  constructor(store: Store, runs: string, progress: ProgressOfUnits = new Map()) {
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
      this.#read(run, work.items.some(isAsking) ? LINES_OF_ASKER : 1);
    }
    for (const [unit, progress] of this.#progress)
      if (!live.has(unit)) this.#keepLine(unit, progressWords(progress));
    for (const [unit, { pulse }] of this.#pulses) {
      if (live.has(unit) || this.#progress.has(unit)) continue;
      // Viewers keep a line until they get another, so none takes its place.
      if (pulse.lines.length === 0) this.#pulses.delete(unit);
      else this.#keepLine(unit, '');
    }
  }

  /** A file that has not grown has the same last line. */
  #read(run: Run, wanted: number): void {
    const before = this.#pulses.get(run.unit);
    const { output } = runFiles(this.#runs, run.unit, run.number);
    const { size, at } = grownAt(output) ?? { size: 0, at: run.started_at };
    const isSameRun = before?.run?.number === run.number;
    if (isSameRun && before.size === size && before.wanted === wanted) return;
    const lines = lastLines(output, wanted)
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '');
    this.#keep(run.unit, { run, size, wanted, pulse: { lines, at } });
  }

  #keepLine(unit: number, line: string): void {
    const pulse = { lines: line === '' ? [] : [line], at: new Date().toISOString() };
    this.#keep(unit, { run: null, size: 0, wanted: 1, pulse });
  }

  #keep(unit: number, seen: Omit<Seen, 'beat'>): void {
    const lines = seen.pulse.lines.map((line) => line.slice(0, LONGEST));
    const pulse = { lines, at: seen.pulse.at };
    const before = this.#pulses.get(unit);
    if (before && isSame(before.pulse, pulse))
      this.#pulses.set(unit, { ...seen, pulse: before.pulse, beat: before.beat });
    else this.#pulses.set(unit, { ...seen, pulse, beat: this.#beat });
  }

  /** What a viewer has not got yet; `told` holds the tick of the line it got, by unit. */
  #news(query: Query, told: Map<number, number>): Pulses {
    const news: Record<string, Pulse> = {};
    for (const [unit, { pulse, beat }] of this.#pulses) {
      if (told.get(unit) === beat || !this.#isShown(query, unit)) continue;
      told.set(unit, beat);
      news[unitKey(unit)] = pulse;
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

const isSame = (a: Pulse, b: Pulse): boolean =>
  a.lines.join('\n') === b.lines.join('\n') && Date.parse(b.at) - Date.parse(a.at) < SAME_LINE_MS;
