/** What a page may do with each of the elements. */
export interface SignalboxElement extends HTMLElement {
  /** Fetches the token for the socket, at every try to connect; instead of the attribute `token`. */
  getToken: (() => Promise<string>) | undefined;
}

export type SignalboxElementClass = new () => SignalboxElement;
