import type { Card } from '../../shared/board.ts';

/** Which cards are shown, in which order, and which are expanded. */
export interface Arranged {
  readonly cards: readonly Card[];
  readonly opened: ReadonlySet<string>;
  readonly waiting: number;
}

/**
 * The order of the queue: the board's, but frozen while a card holds a draft or the
 * focus is in the list. While frozen, new cards go to the end, and an ended card with a draft stays.
 */
export class QueueArrangement {
  #order: readonly string[] = [];
  /** The order before this one. */
  #before: readonly string[] = [];
  #opened = new Set<string>();
  /** Ended cards that hold a draft; null until it is known how they ended. */
  readonly #ended = new Map<string, Card | null>();
  #last = new Map<string, Card>();
  #forced = false;
  /** Cards that arrived while the order was frozen. */
  readonly #late = new Set<string>();
  /** Cards that have opened by themselves. */
  readonly #greeted = new Set<string>();

  /**
   * `drafts`: keys of cards that hold drafts; `focus`: key of the focused card or button; `oneOpen`: opening one card
   * closes the others.
   */
  arrange(
    cards: readonly Card[],
    drafts: ReadonlySet<string>,
    focus: string | null,
    oneOpen: boolean,
  ): Arranged {
    const now = new Map(cards.map((card) => [card.key, card]));
    for (const key of this.#ended.keys()) if (now.has(key) || !drafts.has(key)) this.#ended.delete(key);
    for (const [key, card] of this.#ended) {
      const kept = card ?? this.#last.get(key);
      if (kept) now.set(key, kept);
    }
    const ranked = [...cards.map(({ key }) => key), ...this.#ended.keys()];
    const frozen = (drafts.size > 0 || focus !== null) && this.#order.length > 0 && !this.#forced;
    this.#forced = false;
    const waiting = this.#countLate(ranked, frozen);
    this.#before = this.#order;
    this.#order = frozen ? this.#frozen(ranked) : ranked;
    const last = this.#last;
    this.#last = new Map(
      this.#order.flatMap((key) => {
        const card = now.get(key);
        return card ? [[key, card] as const] : [];
      }),
    );
    this.#openFirst(cards, last, oneOpen);
    return { cards: this.#order.flatMap((key) => now.get(key) ?? []), opened: this.#opened, waiting };
  }

  #countLate(ranked: readonly string[], frozen: boolean): number {
    if (!frozen) this.#late.clear();
    else for (const key of ranked) if (!this.#order.includes(key)) this.#late.add(key);
    return ranked.filter((key) => this.#late.has(key)).length;
  }

  #frozen(ranked: readonly string[]): readonly string[] {
    const there = new Set(ranked);
    const stay = this.#order.filter((key) => there.has(key));
    return [...stay, ...ranked.filter((key) => !stay.includes(key))];
  }

  /**
   * A card opens by itself, once, when it is the first; an open card is never closed by a change. Where only one is open,
   * another opens when that one leaves: the next.
   */
  #openFirst(cards: readonly Card[], last: ReadonlyMap<string, Card>, oneOpen: boolean): void {
    const open = new Set(cards.filter(isOpen).map(({ key }) => key));
    const [first] = open;
    if (first === undefined) return;
    if (!oneOpen) this.#openOnce(first);
    else if (![...open].some((key) => this.#opened.has(key))) {
      const left = [...last.values()].find(
        (card) => isOpen(card) && this.#opened.has(card.key) && !open.has(card.key),
      );
      if (left) this.open(this.#after(left.key, [...last.keys()], open) ?? first);
      else this.#openOnce(first);
    }
  }

  #openOnce(key: string): void {
    if (!this.#greeted.has(key)) this.open(key);
    this.#greeted.add(key);
  }

  #after(key: string, order: readonly string[], open: ReadonlySet<string>): string | undefined {
    return order.slice(order.indexOf(key) + 1).find((each) => open.has(each));
  }

  /** Where a card was that has left: the next open one, or else the one before. */
  heirOf(key = ''): string | undefined {
    const at = this.#before.indexOf(key);
    const isOpen = (each: string) => this.#last.get(each)?.state === 'open';
    return this.#before.slice(at + 1).find(isOpen) ?? this.#before.slice(0, at).findLast(isOpen);
  }

  open(key: string): void {
    this.#opened = new Set([...this.#opened, key]);
  }

  /** The operator has opened or closed a card. */
  toggled(key: string, isOpen: boolean): void {
    if (isOpen) this.open(key);
    else this.#opened = new Set([...this.#opened].filter((each) => each !== key));
  }

  /** Applies the board's order once, even while frozen. */
  reorder(): void {
    this.#forced = true;
  }

  isEnded(key: string): boolean {
    return this.#ended.has(key);
  }

  ending(key: string): void {
    this.#ended.set(key, null);
  }

  ended(card: Card): void {
    if (this.#ended.has(card.key)) this.#ended.set(card.key, card);
  }

  dismiss(key: string): void {
    this.#ended.delete(key);
  }
}

const isOpen = ({ state }: Card): boolean => state === 'open';
