/** What a page may do with each of the elements. */
export interface SignalboxElement extends HTMLElement {
  /** Fetches the token for the socket, at every try to connect; instead of the attribute `token`. */
  getToken: (() => Promise<string>) | undefined;
  addEventListener<Type extends keyof SignalboxEventMap>(
    type: Type,
    listener: (this: this, event: SignalboxEventMap[Type]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export type SignalboxElementClass = new () => SignalboxElement;

/** Its events bubble and leave shadow roots. */
export interface SignalboxEventMap extends HTMLElementEventMap {
  /** An answer is about to be sent; `preventDefault()` keeps it in its field. */
  'before-answer': CustomEvent<{
    readonly item: string;
    readonly chunk: string;
    readonly options: readonly string[];
    readonly text: string;
  }>;
  /** Its connection is in another state, which is also a state of the element: `:state(live)`. */
  'connection-change': CustomEvent<{
    readonly state: 'connecting' | 'live' | 'newer' | 'stale' | 'unreached' | 'signed-out' | 'over-limit';
  }>;
  /** Another number of items needs the operator, whatever the element shows. */
  'attention-change': CustomEvent<{ readonly items: number }>;
}
