import type { Notice } from '../../shared/views/action-form.ts';

/** How long a card must have been visible and unmoved before it accepts an answer. */
export const ARMING_MS = 500;
const LOOK_MS = 100;

/** Shown when a press came too early. Short, because its space is reserved. */
export const TOO_SOON: Notice = {
  tone: 'wrong',
  message: 'Not sent: this only just appeared. Press again.',
  field: null,
};

/** Called for a press that was blocked; the button is null where a key sent the form. */
type Early = (form: HTMLFormElement, button: HTMLButtonElement | null) => void;

interface Sight {
  readonly place: string;
  readonly since: number;
}

/**
 * Protects against clickjacking and misdirected clicks: a window swapped under a double click must not approve anything, and a press must not reach another button than
 * the one aimed at. A card accepts an answer when document and card have been visible, the window has had
 * the focus, and neither the card nor its buttons have moved or changed for a while. Positions are
 * checked ten times a second while visible, and at each press.
 */
export class Arming {
  #root: ParentNode = document;
  readonly #cards: string;
  readonly #now: () => number;
  /** Since when the window has been visible and focused; null: it is not. */
  #watchedSince: number | null = null;
  readonly #seen = new Map<Element, Sight>();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #isGuarded: (form: HTMLFormElement) => boolean;
  /** The button on which a pointer went down, where its card was armed then. */
  #down: Element | null = null;
  #early: Early = () => {};

  /** `cards` selects the elements to watch; only forms for which `isGuarded` holds must be armed. */
  constructor(
    now: () => number = () => performance.now(),
    cards = '.card',
    isGuarded: (form: HTMLFormElement) => boolean = () => true,
  ) {
    this.#now = now;
    this.#cards = cards;
    this.#isGuarded = isGuarded;
  }

  /** `root` contains the cards; `early` is called for each press that was blocked. */
  start(root: ParentNode, early: Early = () => {}): void {
    this.#root = root;
    this.#early = early;
    addEventListener('focus', this.#turn);
    addEventListener('blur', this.#turn);
    document.addEventListener('visibilitychange', this.#turn);
    root.addEventListener('pointerdown', this.#press);
    for (const type of ['click', 'submit']) root.addEventListener(type, this.#check, true);
    this.#turn();
  }

  stop(): void {
    removeEventListener('focus', this.#turn);
    removeEventListener('blur', this.#turn);
    document.removeEventListener('visibilitychange', this.#turn);
    this.#root.removeEventListener('pointerdown', this.#press);
    for (const type of ['click', 'submit']) this.#root.removeEventListener(type, this.#check, true);
    clearInterval(this.#timer);
    this.#seen.clear();
  }

  /** Whether a press counts now. Outside a card every press does. */
  isArmed(within: Element): boolean {
    const card = within.closest(this.#cards);
    if (!card) return true;
    this.#look();
    return this.#isStill(card);
  }

  /** In the capture phase, before other listeners. */
  #check = (event: Event): void => {
    const button = buttonAt(event.target);
    const form = event.target instanceof HTMLFormElement ? event.target : submittedBy(button);
    if (!form?.closest(this.#cards) || !this.#isGuarded(form)) return;
    if (event instanceof MouseEvent ? this.#isAimed(event, button) : this.isArmed(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#early(form, button);
  };

  /** Whether the pointer went down on the button that is clicked. A click by keyboard (detail 0) has no pointer. */
  #isAimed({ detail }: MouseEvent, button: Element | null): boolean {
    return detail === 0 || (this.#down !== null && this.#down === button);
  }

  #isStill(card: Element): boolean {
    const sight = this.#seen.get(card);
    if (!sight || this.#watchedSince === null || !document.hasFocus()) return false;
    return this.#now() - Math.max(sight.since, this.#watchedSince) >= ARMING_MS;
  }

  #press = ({ target }: Event): void => {
    const button = buttonAt(target);
    this.#down = button && this.isArmed(button) ? button : null;
  };

  #turn = (): void => {
    clearInterval(this.#timer);
    const isWatched = document.visibilityState === 'visible' && document.hasFocus();
    this.#watchedSince = isWatched ? this.#now() : null;
    if (!isWatched) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  };

  #look(): void {
    const cards = new Set(this.#root.querySelectorAll(this.#cards));
    for (const card of this.#seen.keys()) if (!cards.has(card)) this.#seen.delete(card);
    for (const card of cards) {
      const place = placeOf(card);
      if (place === null) this.#seen.delete(card);
      else if (this.#seen.get(card)?.place !== place) this.#seen.set(card, { place, since: this.#now() });
    }
    // Not in the loop above: what is written would make the browser lay out the page again for each card that is read.
    for (const card of cards) card.toggleAttribute('data-unarmed', !this.#isStill(card));
  }
}

const buttonAt = (target: EventTarget | null): HTMLButtonElement | null =>
  target instanceof Element ? target.closest('button') : null;

const submittedBy = (button: HTMLButtonElement | null): HTMLFormElement | null =>
  button?.type === 'submit' ? button.form : null;

/** Where a card, its parts and its buttons are, with its version; null: it is not visible. */
function placeOf(card: Element): string | null {
  // On a wide page what is open of a card stands beside the list, which may have scrolled on.
  // What is folded has no place, and asking for it would make the browser lay it out.
  const shown = [...card.querySelectorAll('.body, .body > *, button')].filter(
    (part) => part.closest('details:not([open])') === null,
  );
  const parts = [card, ...shown].map((part) => part.getBoundingClientRect());
  if (!parts.some(isInView)) return null;
  const version = card.querySelector<HTMLInputElement>('input[name=version]')?.value ?? '';
  return `${version} ${parts.map(edgesOf)}`;
}

const isInView = ({ top, left, bottom, right }: DOMRect): boolean =>
  bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && bottom > top;

/** Its bottom, too: what grows above a button is seen even if something else shrinks. */
const edgesOf = ({ top, left, bottom }: DOMRect): string =>
  `${Math.round(top)} ${Math.round(left)} ${Math.round(bottom)}`;
