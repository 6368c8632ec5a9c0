/** How long a card must have been there, seen and still, before it takes an answer. */
export const ARMING_MS = 500;
const LOOK_MS = 100;

interface Sight {
  readonly place: string;
  readonly since: number;
}

/**
 * A window swapped under a double click must not approve anything. A card takes an answer when document and card
 * have been visible, the window has had the focus, and the card has neither moved nor changed for a while. Where
 * it stands is looked at ten times a second, as long as somebody can see it.
 */
export class Arming {
  #root: ParentNode = document;
  readonly #now: () => number;
  /** When the window was last looked at anew; null: nobody looks. */
  #watchedSince: number | null = null;
  readonly #seen = new Map<Element, Sight>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** `root` holds the cards. */
  start(root: ParentNode): void {
    this.#root = root;
    addEventListener('focus', this.#turn);
    addEventListener('blur', this.#turn);
    document.addEventListener('visibilitychange', this.#turn);
    this.#turn();
  }

  stop(): void {
    removeEventListener('focus', this.#turn);
    removeEventListener('blur', this.#turn);
    document.removeEventListener('visibilitychange', this.#turn);
    clearInterval(this.#timer);
    this.#seen.clear();
  }

  /** Whether what is pressed now was meant. */
  isArmed(card: Element): boolean {
    this.#look();
    const sight = this.#seen.get(card);
    if (!sight || this.#watchedSince === null || !document.hasFocus()) return false;
    return this.#now() - Math.max(sight.since, this.#watchedSince) >= ARMING_MS;
  }

  #turn = (): void => {
    clearInterval(this.#timer);
    const isWatched = document.visibilityState === 'visible' && document.hasFocus();
    this.#watchedSince = isWatched ? this.#now() : null;
    if (!isWatched) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  };

  #look(): void {
    const cards = new Set(this.#root.querySelectorAll('.card'));
    for (const card of this.#seen.keys()) if (!cards.has(card)) this.#seen.delete(card);
    for (const card of cards) {
      const place = placeOf(card);
      if (place === null) this.#seen.delete(card);
      else if (this.#seen.get(card)?.place !== place) this.#seen.set(card, { place, since: this.#now() });
    }
  }
}

/** Where a card stands, and which version of what; null: out of sight. */
function placeOf(card: Element): string | null {
  const { top, left, bottom, right } = card.getBoundingClientRect();
  const isInView = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && bottom > top;
  if (!isInView) return null;
  const version = card.querySelector<HTMLInputElement>('input[name=version]')?.value ?? '';
  return `${Math.round(top)} ${Math.round(left)} ${version}`;
}
