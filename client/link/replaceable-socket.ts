export interface SocketListener {
  readonly heard: (message: unknown) => void;
  /** It had opened, and is given up from this side, because nothing came. */
  readonly silent: () => void;
}

/**
 * A socket that tells of every message, the answers to pings among them, and that has ended as soon as it is
 * closed from this side. Browsers wait for the other side to agree, Firefox for 10 s and Chromium for more where
 * the other side is gone: until then nobody would open another. One that does not open in time is closed.
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
