import type { Db, Refused } from '../db.ts';
import type { Log } from '../log.ts';

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

/** Counts who was not let in. Kept once a second at most, in a bounded table beside the log. */
export class Refusals {
  readonly #db: Pick<Db, 'refusals' | 'keepRefusals'>;
  readonly #log: Log;
  readonly #waiting = new Map<string, Refused>();
  #timer: NodeJS.Timeout | null = null;
  /** Sign-ins that failed since this daemon started: how many, and when the last one was. */
  failed: { readonly times: number; readonly last_at: string | null } = { times: 0, last_at: null };

  constructor(db: Pick<Db, 'refusals' | 'keepRefusals'>, log: Log) {
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
    this.failed = { times: this.failed.times + 1, last_at: new Date().toISOString() };
    this.count(attempt);
  }

  /** Latest first. */
  all(): Refused[] {
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
