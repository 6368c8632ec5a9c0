/**
 * Base class of an element that draws itself anew when asked to, at most once a turn. The part of lit's `ReactiveElement`
 * that is used here, without its properties, attributes and styles: those are a tenth of the page's first script.
 */
export abstract class UpdatingElement extends HTMLElement {
  #root: HTMLElement | ShadowRoot | null = null;
  #isPending = false;
  #isEnabled = false;
  #hasUpdated = false;
  #updating: Promise<boolean> = Promise.resolve(true);

  /** Where it is drawn. Made when the element is first connected. */
  get renderRoot(): HTMLElement | ShadowRoot {
    this.#root ??= this.createRenderRoot();
    return this.#root;
  }

  /** Whether it was drawn once. */
  get hasUpdated(): boolean {
    return this.#hasUpdated;
  }

  /** When what was asked for is drawn; false: something was asked for meanwhile. */
  get updateComplete(): Promise<boolean> {
    return this.#updating;
  }

  /** An element that was never connected is drawn when it is. */
  requestUpdate(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    if (this.#isEnabled) this.#updating = this.#draw();
  }

  connectedCallback(): void {
    if (this.#isEnabled) return;
    this.#isEnabled = true;
    this.#isPending = true;
    this.#updating = this.#draw(nextTask());
  }

  async #draw(turn = Promise.resolve()): Promise<boolean> {
    await turn;
    try {
      this.willUpdate();
      this.update();
    } finally {
      this.#isPending = false;
    }
    this.#hasUpdated = true;
    this.updated();
    return !this.#isPending;
  }

  protected createRenderRoot(): HTMLElement | ShadowRoot {
    return this;
  }

  protected willUpdate(): void {}
  protected abstract update(): void;
  protected updated(): void {}
}

/** The first drawing takes longest: each element has a task of its own, and the browser may do something else in between. */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
