import { hashOf, newSecret } from './secret.ts';

interface Link {
  readonly to: string;
  readonly from: number;
  readonly until: number;
}

const MOST_LINKS = 100;

/** Links that sign one browser in, once. They are kept in memory alone: a restart ends them. */
export class SignInLinks {
  readonly #links = new Map<string, Link>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Returns the code of a link that is good for `ms` milliseconds and then leads to the path `to`. */
  make(ms: number, to: string): string {
    const from = this.#now();
    for (const [hash, link] of this.#links) if (!isGood(link, from)) this.#links.delete(hash);
    const [oldest] = this.#links.keys();
    if (this.#links.size >= MOST_LINKS && oldest) this.#links.delete(oldest);
    const code = newSecret();
    this.#links.set(hashOf(code), { to, from, until: from + ms });
    return code;
  }

  /** Where the link leads; null when it was used, is too old, or never was. It is used up by this. */
  use(code: string): string | null {
    const hash = hashOf(code);
    const link = this.#links.get(hash);
    this.#links.delete(hash);
    return link && isGood(link, this.#now()) ? link.to : null;
  }
}

/** A clock that was set back does not make a link last longer. */
const isGood = ({ from, until }: Link, now: number): boolean => from <= now && now < until;
