import { hashOf, newSecret } from './secret.ts';

interface Link {
  readonly to: string;
  readonly from: number;
  readonly until: number;
}

const MOST_LINKS = 100;

/** Links that each sign in one browser, once. Held in memory only: a restart invalidates them. */
export class SignInLinks {
  readonly #links = new Map<string, Link>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Makes a link code that is valid for `ms` milliseconds and redirects to the path `to`. */
  make(ms: number, to: string): string {
    const from = this.#now();
    for (const [hash, link] of this.#links) if (!isGood(link, from)) this.#links.delete(hash);
    const [oldest] = this.#links.keys();
    if (this.#links.size >= MOST_LINKS && oldest) this.#links.delete(oldest);
    const code = newSecret();
    this.#links.set(hashOf(code), { to, from, until: from + ms });
    return code;
  }

  /** Uses up a code. Returns its path; null if it is unknown, used or expired. */
  use(code: string): string | null {
    const hash = hashOf(code);
    const link = this.#links.get(hash);
    this.#links.delete(hash);
    return link && isGood(link, this.#now()) ? link.to : null;
  }
}

/** A monotonic clock, so that setting the clock back does not prolong a link. */
const isGood = ({ from, until }: Link, now: number): boolean => from <= now && now < until;
