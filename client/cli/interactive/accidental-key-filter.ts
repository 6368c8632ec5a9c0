/** Tells keys that a person means from those that only happened: for another card, or as a part of something pasted. */

export interface Clock {
  /** In milliseconds, and never set back. */
  now(): number;
  /** Returns how to call it off. */
  later(ms: number, then: () => void): () => void;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  later: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** How long a card must have been in sight, and no key pressed, before it takes one. */
const IN_SIGHT_MS = 500;
/** Nobody types two keys within this. */
const FASTEST_MS = 25;
/** To quit, to turn to another card, and to undo. */
const ANSWERS_NOTHING = ['q', 'n', 'p', 'z'];
const PASTED = /\x1b\[200~[\s\S]*?\x1b\[201~/g;
/** One character, or what a terminal sends for a key that has none; nothing is left of a marked paste. */
const ONE_KEY = /^(?:\x1b(?:\[[\d;]*[A-Za-z~]|O[A-Za-z]|.)?|.|\r|\n)?$/su;

export class AccidentalKeyFilter {
  readonly #clock: Clock;
  #armedAt = 0;
  #lastRead = Number.NEGATIVE_INFINITY;
  #isBurst = false;
  #isPasting = false;
  #isMidWord = false;
  #callOff = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the terminal gave in one read; the keys in it come right after. */
  read(chunk: string): void {
    const now = this.#clock.now();
    const isQuick = now - this.#lastRead < FASTEST_MS;
    this.#isBurst = isQuick || !ONE_KEY.test(chunk.replace(PASTED, ''));
    this.#lastRead = now;
    if (isQuick) this.#callOff();
  }

  /** Whether this key stands in what the terminal itself marks as pasted, or is one of the marks. */
  isPasted(key: string): boolean {
    if (key === 'paste-start') this.#isPasting = true;
    if (key !== 'paste-end') return this.#isPasting;
    this.#isPasting = false;
    return true;
  }

  /** Whether the key that has just come was typed too fast for a person: pasted, where the terminal does not mark that. */
  get isBurst(): boolean {
    return this.#isBurst;
  }

  /** Acts on a key that has just come, once nothing has followed that makes it a part of something pasted. */
  act(then: () => void): void {
    this.#callOff();
    if (!this.#isBurst) this.#callOff = this.#clock.later(FASTEST_MS, then);
  }

  /** A card has come into sight. */
  disarm(): void {
    this.#armedAt = this.#clock.now() + IN_SIGHT_MS;
  }

  /** Words were being typed for a card that is gone: whoever types on presses no key. */
  breakOff(): void {
    this.#isMidWord = true;
  }

  get isArmed(): boolean {
    return this.#clock.now() >= this.#armedAt;
  }

  /** Whether a key is meant for what is in sight. One that comes too early begins the time again: they are typing on. */
  takes(key: string): boolean {
    const isMeant = this.isArmed || (!this.#isMidWord && ANSWERS_NOTHING.includes(key));
    if (isMeant) this.#isMidWord = false;
    else this.disarm();
    return isMeant;
  }
}
