/** Pages that are open: who is looking at one, and which of them show notifications. */
import type { DesktopNotice, Receipt } from '../../shared/notify-words.ts';
import type { Watching } from '../api/notify-actions.ts';
import { Signal } from '../system/signal.ts';
import type { OutgoingMessage } from './message.ts';

const TIMEOUT_MS = 10_000;

interface Browser {
  readonly waiting: DesktopNotice[];
  readonly signal: Signal;
}

/**
 * Nothing is guessed: a page says that it is visible by a stream, which ends with it. A page without script, or one
 * that polls, counts at the moment in which it asks.
 */
export class Desktop {
  readonly #now: () => number;
  readonly #browsers = new Set<Browser>();
  #looking = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Those who wait to hear that it was shown, by the id of the message. */
  readonly #pending = new Map<string, { readonly notice: DesktopNotice; readonly shown: () => void }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get browsers(): number {
    return this.#browsers.size;
  }

  get isLooking(): boolean {
    return this.#looking > 0;
  }

  /** Whether somebody looks, or did within so many seconds. 0: never. */
  isSeen(seconds: number): boolean {
    return seconds > 0 && (this.isLooking || this.#now() - this.#lookedAt < seconds * 1000);
  }

  looked(): void {
    this.#lookedAt = this.#now();
  }

  async *watch({ looks, shows, follow }: Watching, signal: AbortSignal): AsyncIterable<DesktopNotice> {
    if (!follow) {
      if (looks) this.looked();
      if (shows) for (const { notice } of this.#pending.values()) yield notice;
      return;
    }
    const browser: Browser = { waiting: [], signal: new Signal() };
    if (looks) this.#looking++;
    if (shows) this.#browsers.add(browser);
    try {
      while (!signal.aborted) {
        yield* browser.waiting.splice(0);
        if (browser.waiting.length === 0) await browser.signal.next(signal);
      }
    } finally {
      this.#browsers.delete(browser);
      if (looks) {
        this.#looking--;
        this.looked();
      }
    }
  }

  shown(id: string): void {
    this.#pending.get(id)?.shown();
  }

  /** Rejects only when `signal` fires. */
  show(message: OutgoingMessage, signal: AbortSignal, timeout = TIMEOUT_MS): Promise<Receipt> {
    const { id, title, text, path, sound } = message;
    const notice = { id, title, text, path, sound };
    return new Promise((resolve, reject) => {
      const settle = (receipt: Receipt | null) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#pending.delete(id);
        if (receipt) resolve(receipt);
        else reject(signal.reason);
      };
      const abort = () => settle(null);
      const timer = setTimeout(() => settle({ code: 'not-shown' }), this.browsers === 0 ? 0 : timeout);
      signal.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, { notice, shown: () => settle({ code: 'shown' }) });
      for (const browser of this.#browsers) {
        browser.waiting.push(notice);
        browser.signal.ring();
      }
    });
  }
}
