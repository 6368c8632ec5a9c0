import type { RefusedVisitor } from '../store/sqlite.ts';
import type { RefusalTable } from '../store/storage.ts';
import type { Log } from '../system/log.ts';

const KEEP_MS = 1000;
/** Unsaved counts are bounded, because an attacker controls what is counted. */
const MOST_WAITING = 200;
const LONGEST = 200;

/** The attempt and where it came from. */
export interface Attempt {
  readonly what: string;
  readonly host: string;
  readonly origin: string;
}

/** Their number and the time of the last. */
export interface FailedSignIns {
  readonly times: number;
  readonly last_at: string;
}

/** How long the page shows failed sign-ins. */
const LATELY_MS = 3_600_000;

/** Counts refused requests. Saved at most once a second, in a bounded table outside the log. */
export class Refusals {
  readonly #db: RefusalTable;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #waiting = new Map<string, RefusedVisitor>();
  #timer: NodeJS.Timeout | null = null;
  #failed: FailedSignIns | null = null;

  constructor(db: RefusalTable, log: Log, now: () => number = Date.now) {
    this.#now = now;
    this.#db = db;
    this.#log = log;
  }

  count({ what, host, origin }: Attempt): void {
    const at = new Date().toISOString();
    const cut = {
      what: what.slice(0, LONGEST),
      host: host.slice(0, LONGEST),
      origin: origin.slice(0, LONGEST),
    };
    const key = JSON.stringify(cut);
    const before = this.#waiting.get(key);
    if (before) this.#waiting.set(key, { ...before, times: before.times + 1, last_at: at });
    else if (this.#waiting.size < MOST_WAITING)
      this.#waiting.set(key, { ...cut, times: 1, first_at: at, last_at: at });
    this.#timer ??= setTimeout(() => void this.keep(), KEEP_MS).unref();
  }

  countFailedSignIn(attempt: Attempt): void {
    const times = (this.failedLately()?.times ?? 0) + 1;
    this.#failed = { times, last_at: new Date(this.#now()).toISOString() };
    this.count(attempt);
  }

  /** Recent failed sign-ins, each within an hour of the one before; null if the last is older than an hour. All are saved. */
  failedLately(): FailedSignIns | null {
    const isLate = this.#failed !== null && this.#now() - Date.parse(this.#failed.last_at) >= LATELY_MS;
    return isLate ? null : this.#failed;
  }

  /** Latest first. */
  async all(): Promise<RefusedVisitor[]> {
    await this.keep();
    return this.#db.refusals();
  }

  /** Never rejects. */
  async keep(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const refused = [...this.#waiting.values()];
    this.#waiting.clear();
    if (refused.length === 0) return;
    const times = refused.reduce((sum, each) => sum + each.times, 0);
    this.#log.info(`${times} refused: ${refused[0]?.what}`);
    try {
      await this.#db.keepRefusals(refused);
    } catch (error) {
      this.#log.error('refusals', error);
    }
  }
}
