export interface SocketListener {
  readonly heard: (message: unknown) => void;
  /** It had opened, and was dropped because it was silent. */
  readonly silent: () => void;
}

/**
 * A WebSocket that reports every message, pongs included, and that counts as closed as soon as it is
 * closed here. Browsers wait for the peer's close frame, Firefox for 10 s and Chromium longer if
 * the peer is gone, and would delay the reconnect. A socket that does not open in time is closed.
 */
export function replaceable(connectMs: number, { heard, silent }: SocketListener): typeof WebSocket {
  return class extends WebSocket {
    #hasEnded = false;

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const timer = setTimeout(() => this.close(), connectMs);
      this.addEventListener('open', () => clearTimeout(timer));
      this.addEventListener('message', ({ data }) => heard(data));
      this.addEventListener('close', (event) => {
        clearTimeout(timer);
        if (this.#hasEnded) event.stopImmediatePropagation();
        this.#hasEnded = true;
      });
    }

    override close(code?: number, reason?: string): void {
      const { readyState } = this;
      super.close(code, reason);
      if (this.#hasEnded || readyState > WebSocket.OPEN) return;
      if (readyState === WebSocket.OPEN) silent();
      else this.dispatchEvent(new Event('error'));
      this.dispatchEvent(new CloseEvent('close', { code: code ?? 1006 }));
    }
  };
}
