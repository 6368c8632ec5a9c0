import type { QueueArrangement } from './queue-arrangement.ts';

/** From here on the open card stands beside the list (`client/page/columns.css`), so that only one is open. */
const WIDE = matchMedia('(min-width: 100rem)');

/** Follows which cards the operator opens and closes. */
export class OpenCards {
  readonly #arrangement: Pick<QueueArrangement, 'toggled'>;
  readonly #redraw: () => void;
  #root: ParentNode = document;

  constructor(arrangement: Pick<QueueArrangement, 'toggled'>, redraw: () => void) {
    this.#arrangement = arrangement;
    this.#redraw = redraw;
  }

  get isBeside(): boolean {
    return WIDE.matches;
  }

  start(root: ParentNode): void {
    this.#root = root;
    // Captured: it does not bubble.
    root.addEventListener('toggle', this.#toggle, true);
    WIDE.addEventListener('change', this.#redraw);
  }

  stop(): void {
    this.#root.removeEventListener('toggle', this.#toggle, true);
    WIDE.removeEventListener('change', this.#redraw);
  }

  #toggle = ({ target }: Event): void => {
    if (!(target instanceof HTMLDetailsElement)) return;
    const card = target.parentElement;
    const key = card?.matches('.card') ? card.dataset.key : undefined;
    if (key !== undefined) this.#arrangement.toggled(key, target.open);
  };
}
