/** Where the focus goes when its card leaves the queue. */

const cardsIn = (root: ParentNode): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('.card')];

/** Keys of the cards after the focused one, then of those before it, the nearest first; null: no card has the focus. */
export function heirsOf(root: ParentNode, focused: Element | null): readonly string[] | null {
  const cards = cardsIn(root);
  const at = cards.findIndex((card) => card.contains(focused));
  const keys = cards.map(({ dataset }) => dataset.key ?? '');
  return at === -1 ? null : [...keys.slice(at + 1), ...keys.slice(0, at).reverse()];
}

/** The first of them that is still there, else the first card. */
export function firstHeir(root: ParentNode, heirs: readonly string[]): HTMLElement | null {
  const cards = cardsIn(root);
  const next = heirs.map((key) => cards.find(({ dataset }) => dataset.key === key)).find((card) => card);
  return (next ?? cards[0])?.querySelector('summary') ?? null;
}
