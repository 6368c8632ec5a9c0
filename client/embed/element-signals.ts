/** What an element tells the page that it stands on: events that bubble out of it, and states for `:state()` in a style. */
import { orderOf } from '../link/submit.ts';

export class ElementSignals {
  readonly #element: HTMLElement;
  readonly #states: Set<string>;
  #state = '';
  #items = -1;

  constructor(element: HTMLElement) {
    this.#element = element;
    this.#states = element.attachInternals().states;
  }

  connection(state: string): void {
    if (state === this.#state) return;
    this.#states.delete(this.#state);
    this.#states.add(state);
    this.#state = state;
    this.#tell('connection-change', { state });
  }

  attention(items: number): void {
    if (items === this.#items) return;
    this.#items = items;
    this.#tell('attention-change', { items });
  }

  /** Before a form is sent: the page may keep it from being sent. */
  readonly beforeAnswer = (event: Event): void => {
    const { target, submitter } = event as SubmitEvent;
    const order = orderOf(target as HTMLFormElement, submitter);
    if (order?.action !== 'answer') return;
    const { item, input, words } = order;
    const detail = { item, chunk: input.chunk, options: input.options ?? [], text: words };
    if (this.#tell('before-answer', detail, true)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  /** Returns false where a listener has prevented it. */
  #tell(type: string, detail: object, cancelable = false): boolean {
    const event = new CustomEvent(type, { bubbles: true, composed: true, cancelable, detail });
    return this.#element.dispatchEvent(event);
  }
}
