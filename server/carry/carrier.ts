/**
 * Carries one run: claims it, starts its command, says once a second that it is alive and what was printed, does as it is
 * told, and reports the end until it is acknowledged. Nothing runs before the claim is granted, and nothing goes on for
 * longer than `lost_after` without an answer: by then the daemon may have given the run up.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeatAnswer,
  type CarriedOutcome,
  type Claimed,
  type LinkedLaunch,
  PIECE_BYTES,
} from '../../shared/carry-words.ts';
import { hashOf } from '../access/secret.ts';
import { sizeOf } from '../output/tail.ts';
import { digestOf } from '../system/digest.ts';
import type { RunFiles } from '../system/run-files.ts';
import { writeWhole } from '../system/state-folder.ts';
import type { CarriedGroup } from './carried-group.ts';
import { type DaemonCalls, NotOurs } from './daemon-calls.ts';

const BEAT_MS = 1000;
/** How often it is looked whether the daemon has been silent for too long. */
const FENCE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** After that nobody wants to know any more how it ended. */
const REPORT_MS = 24 * 3600 * 1000;

export interface CarrierParts {
  /** The random word by which its own repeats are known. */
  readonly id: string;
  readonly launch: LinkedLaunch;
  readonly machine: string;
  readonly files: RunFiles;
  readonly calls: DaemonCalls;
  readonly token: string;
  readonly group: CarriedGroup;
}

export class Carrier {
  readonly #parts: CarrierParts;
  /** When the last answered call was sent. */
  #answered = now();
  #acknowledged = 0;
  #answers = '';
  #fenced: number | null = null;

  constructor(parts: CarrierParts) {
    this.#parts = parts;
  }

  /** Resolves when nobody needs this carrier any more. */
  async carry(): Promise<void> {
    const claimed = await this.#claim();
    if (!claimed) return;
    // The machine may have slept since the claim was sent.
    this.#fence();
    const fence = setInterval(() => this.#fence(), FENCE_MS);
    try {
      const outcome = await this.#attend(claimed);
      if (outcome)
        await this.#report(this.#fenced === null ? outcome : { exit: 'fenced', seconds: this.#fenced });
    } finally {
      clearInterval(fence);
    }
  }

  /** Null: the run is not ours, or nobody answers for so long that it may be another's by now. */
  async #claim(): Promise<Claimed | null> {
    const { id: carrier, launch, machine, files, token, calls } = this.#parts;
    const claim = {
      carrier,
      machine,
      token: hashOf(token),
      answers: files.answers,
      lost_after: launch.lost_after,
    };
    for (const began = now(); sinceThen(began) < launch.lost_after * 1000; ) {
      const sent = now();
      try {
        const claimed = await calls.call('claim', claim);
        this.#answered = sent;
        this.#answers = claimed.answers;
        return claimed;
      } catch (error) {
        if (error instanceof NotOurs) return null;
        await delay(this.#beat);
      }
    }
    return null;
  }

  get #beat(): number {
    return Math.min(BEAT_MS, (this.#parts.launch.lost_after * 1000) / 4);
  }

  /** Beats while the command runs. Null: the daemon has ended the run, and nobody asks how it ended here. */
  async #attend(claimed: Claimed): Promise<CarriedOutcome | null> {
    const { group } = this.#parts;
    let outcome: CarriedOutcome | null = null;
    const over = new AbortController();
    const running = group.run(claimed).then((ended) => {
      outcome = ended;
      over.abort();
    });
    while (outcome === null) {
      try {
        const answer = await this.#sendBeat();
        this.#obey(answer);
        if (this.#isBehind(answer)) continue;
      } catch (error) {
        if (error instanceof NotOurs) {
          group.end(true);
          await running;
          return null;
        }
      }
      await delay(this.#beat, undefined, { signal: over.signal }).catch(() => {});
    }
    return outcome;
  }

  async #sendBeat(): Promise<BeatAnswer> {
    const sent = now();
    const bytes = this.#piece();
    const answers = digestOf(this.#answers);
    const { id: carrier } = this.#parts;
    const beat = { carrier, offset: this.#acknowledged, bytes: bytes.toString('base64'), answers };
    const answer = await this.#parts.calls.call('beat', beat);
    this.#answered = sent;
    this.#acknowledged = answer.size;
    return answer;
  }

  #obey({ go, answers, signal }: BeatAnswer): void {
    const { group, files } = this.#parts;
    if (go !== 'on') group.end(go === 'kill-now');
    if (answers !== null) {
      writeWhole(files.answers, answers);
      this.#answers = answers;
    }
    if (signal !== null) group.signal(signal);
  }

  /** There is more to bring, or the daemon has changed the answers and is to hear that they are here. */
  #isBehind({ answers }: BeatAnswer): boolean {
    return answers !== null || this.#size() - this.#acknowledged >= PIECE_BYTES;
  }

  /** Ends the run where the daemon has not answered for too long. */
  #fence(): void {
    const silent = sinceThen(this.#answered);
    if (this.#fenced !== null || silent < this.#parts.launch.lost_after * 1000) return;
    this.#fenced = Math.round(silent / 1000);
    this.#parts.group.end(true);
  }

  async #report(outcome: CarriedOutcome): Promise<void> {
    const began = now();
    for (
      let pause = this.#beat;
      sinceThen(began) < REPORT_MS;
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
    ) {
      try {
        while (!(await this.#hasReported(outcome)));
        return;
      } catch (error) {
        if (error instanceof NotOurs) return;
        await delay(pause);
      }
    }
  }

  /** The end counts once the daemon has all that was printed. */
  async #hasReported(outcome: CarriedOutcome): Promise<boolean> {
    if (this.#acknowledged < this.#size()) await this.#sendBeat();
    const size = this.#size();
    if (this.#acknowledged < size) return false;
    const { id: carrier, calls } = this.#parts;
    const answer = await calls.call('end', { carrier, size, outcome });
    this.#acknowledged = answer.size;
    return answer.ended;
  }

  #size(): number {
    return sizeOf(this.#parts.files.output);
  }

  /** What comes next of the output. */
  #piece(): Buffer {
    const length = Math.min(PIECE_BYTES, Math.max(0, this.#size() - this.#acknowledged));
    if (length === 0) return Buffer.alloc(0);
    const file = openSync(this.#parts.files.output, 'r');
    try {
      const piece = Buffer.alloc(length);
      return piece.subarray(0, readSync(file, piece, 0, length, this.#acknowledged));
    } finally {
      closeSync(file);
    }
  }
}

/** By two clocks: one stands still while the machine sleeps, the other may be set. */
interface Instant {
  readonly running: number;
  readonly wall: number;
}

const now = (): Instant => ({ running: performance.now(), wall: Date.now() });

/** Milliseconds; the longer of the two, as ending too early is safe. */
const sinceThen = ({ running, wall }: Instant): number =>
  Math.max(performance.now() - running, Date.now() - wall);
