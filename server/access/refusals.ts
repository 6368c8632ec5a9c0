import type { Db, RefusedVisitor } from '../store/sqlite.ts';
import type { Log } from '../system/log.ts';

const KEEP_MS = 1000;
/** What waits to be kept is bounded, too: an attacker chooses what is counted. */
const MOST_WAITING = 200;
const LONGEST = 200;

/** What was tried, from where. */
export interface Attempt {
  readonly what: string;
  readonly host: string;
  readonly origin: string;
}

/** How many, and when the last one was. */
export interface FailedSignIns {
  readonly times: number;
  readonly last_at: string;
}

/** For how long a failed sign-in is worth a line on the page. */
const LATELY_MS = 3_600_000;

/** Counts who was not let in. Kept once a second at most, in a bounded table beside the log. */
export class Refusals {
  readonly #db: Pick<Db, 'refusals' | 'keepRefusals'>;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #waiting = new Map<string, RefusedVisitor>();
  #timer: NodeJS.Timeout | null = null;
  #failed: FailedSignIns | null = null;

  constructor(db: Pick<Db, 'refusals' | 'keepRefusals'>, log: Log, now: () => number = Date.now) {
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
    this.#timer ??= setTimeout(() => this.keep(), KEEP_MS).unref();
  }

  countFailedSignIn(attempt: Attempt): void {
    const times = (this.failedLately()?.times ?? 0) + 1;
    this.#failed = { times, last_at: new Date(this.#now()).toISOString() };
    this.count(attempt);
  }

  /** Sign-ins that failed, each within an hour of the one before; null when the last is an hour ago. The log keeps them all. */
  failedLately(): FailedSignIns | null {
    const isLate = this.#failed !== null && this.#now() - Date.parse(this.#failed.last_at) >= LATELY_MS;
    return isLate ? null : this.#failed;
  }

  /** Latest first. */
  all(): RefusedVisitor[] {
    this.keep();
    return this.#db.refusals();
  }

  keep(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const refused = [...this.#waiting.values()];
    this.#waiting.clear();
    if (refused.length === 0) return;
    const times = refused.reduce((sum, each) => sum + each.times, 0);
    this.#log.info(`${times} refused: ${refused[0]?.what}`);
    try {
      this.#db.keepRefusals(refused);
    } catch (error) {
      this.#log.error('refusals', error);
    }
  }
}
