/** Ignores keys in the terminal that the person did not mean for the card shown: keys pressed for the card before it, and pasted text. */

export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number;
  /** Returns a function that cancels it. */
  later(ms: number, then: () => void): () => void;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  later: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** How long a card must have been shown, without a key press, before it accepts a key. */
const CARD_DELAY_MS = 500;
/** Nobody types two keys faster than this: quicker input is pasted. */
const PASTE_GAP_MS = 25;
/** Quit, next, previous, undo: harmless on the wrong card. */
const HARMLESS_KEYS = ['q', 'n', 'p', 'z'];
const PASTED = /\x1b\[200~[\s\S]*?\x1b\[201~/g;
/** One character, or the escape sequence of one key; or nothing, once marked pastes are removed. */
const ONE_KEY = /^(?:\x1b(?:\[[\d;]*[A-Za-z~]|O[A-Za-z]|.)?|.|\r|\n)?$/su;

export class AccidentalKeyFilter {
  readonly #clock: Clock;
  #armedAt = 0;
  #lastRead = Number.NEGATIVE_INFINITY;
  #isBurst = false;
  #isPasting = false;
  #isMidWord = false;
  #cancelPending = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the text of one read from the terminal; the key events for it follow. */
  read(chunk: string): void {
    const now = this.#clock.now();
    const isQuick = now - this.#lastRead < PASTE_GAP_MS;
    this.#isBurst = isQuick || !ONE_KEY.test(chunk.replace(PASTED, ''));
    this.#lastRead = now;
    if (isQuick) this.#cancelPending();
  }

  /** Follows bracketed pastes key by key. Returns whether this key is within one, or is one of its marks. */
  trackPaste(key: string): boolean {
    if (key === 'paste-start') this.#isPasting = true;
    if (key !== 'paste-end') return this.#isPasting;
    this.#isPasting = false;
    return true;
  }

  /** Whether the last key came too fast for a person: pasted, in a terminal that does not mark pastes. */
  get isBurst(): boolean {
    return this.#isBurst;
  }

  /** Calls `then` for the last key, unless more input follows at once, which would make it part of a paste. */
  debounce(then: () => void): void {
    this.#cancelPending();
    if (!this.#isBurst) this.#cancelPending = this.#clock.later(PASTE_GAP_MS, then);
  }

  /** To be called when a card is shown: it accepts keys after a delay. */
  onCardShown(): void {
    this.#armedAt = this.#clock.now() + CARD_DELAY_MS;
  }

  /** To be called when a card leaves while text is typed for it: further characters are not commands. */
  breakOff(): void {
    this.#isMidWord = true;
  }

  get #isArmed(): boolean {
    return this.#clock.now() >= this.#armedAt;
  }

  /** Returns whether a key is meant for the card shown. A key that comes too early restarts the delay. */
  accept(key: string): boolean {
    const isMeant = this.#isArmed || (!this.#isMidWord && HARMLESS_KEYS.includes(key));
    if (isMeant) this.#isMidWord = false;
    else this.onCardShown();
    return isMeant;
  }
}
