/** The card under the mouse, which must not move; touch pointers do not count. */
export class PointedCard {
  readonly #redraw: () => void;
  #card: HTMLElement | null = null;
  #root: Node & ParentNode = document;

  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  get card(): HTMLElement | null {
    return this.#card?.isConnected ? this.#card : null;
  }

  start(root: Node & ParentNode): void {
    this.#root = root;
    root.addEventListener('pointerover', this.#point as EventListener);
    for (const type of SETTLING) root.addEventListener(type, this.#settle as EventListener);
  }

  stop(): void {
    this.#root.removeEventListener('pointerover', this.#point as EventListener);
    for (const type of SETTLING) this.#root.removeEventListener(type, this.#settle as EventListener);
  }

  #point = ({ target, pointerType }: PointerEvent): void => {
    const isMouse = pointerType === 'mouse' && target instanceof Element;
    this.#card = isMouse ? target.closest<HTMLElement>('.card') : null;
  };

  /** Redraws when focus or mouse leave the list: the order may change then. */
  #settle = (event: FocusEvent | PointerEvent): void => {
    if (event.relatedTarget instanceof Node && this.#root.contains(event.relatedTarget)) return;
    if (event.type === 'pointerout') this.#card = null;
    queueMicrotask(this.#redraw);
  };
}

const SETTLING = ['focusout', 'pointerout'];
