import type { Notice } from '../../shared/views/action-form.ts';
import type { Connection } from './connection.ts';
import { deliver, type Order } from './submit.ts';

interface Sending {
  readonly order: Order;
  readonly cancel: AbortController;
  /** Not sent yet, because the daemon was away. */
  readonly waits: boolean;
}

/** Forms being sent, one per item at a time. While disconnected they wait, with the key that they will be sent with. */
export class Outbox {
  readonly #sending = new Map<string, Sending>();
  readonly #changed: () => void;
  #stop = () => {};
  #connection: Connection | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  set connection(connection: Connection) {
    if (this.#connection === connection) return;
    this.#connection = connection;
    this.#stop();
    this.#stop = connection.onChange(() => {
      for (const [item, sending] of this.#sending)
        if (connection.isOpen) this.#sending.set(item, { ...sending, waits: false });
      this.#changed();
    });
  }

  has(item: string): boolean {
    return this.#sending.has(item);
  }

  /** Resolves when the daemon has accepted; rejects when it has refused, after `cancel`, or, of an action, too late. */
  async send(order: Order): Promise<void> {
    // An element draws no form before it has joined a daemon.
    const connection = this.#connection as Connection;
    const cancel = new AbortController();
    this.#sending.set(order.item, { order, cancel, waits: !connection.isOpen });
    this.#changed();
    try {
      await deliver(connection, order, order.words === null ? undefined : cancel.signal);
    } catch (error) {
      throw cancel.signal.aborted ? new Error('Not sent. Your text is kept.') : error;
    } finally {
      this.#sending.delete(order.item);
    }
  }

  /** Has an effect only on an answer that is not sent yet. */
  cancel(item: string): void {
    const sending = this.#sending.get(item);
    if (sending?.waits) sending.cancel.abort();
  }

  /** A notice for each item. */
  notices(): Record<string, Notice> {
    return Object.fromEntries([...this.#sending].map(([item, sending]) => [item, this.#noticeOf(sending)]));
  }

  #noticeOf({ order, waits }: Sending): Notice {
    const say = (message: string, tone: Notice['tone'] = 'busy'): Notice => ({
      tone,
      message,
      field: null,
    });
    const connection = this.#connection;
    if (connection?.isOpen || order.words === null) return say('Sending …');
    if (!waits) return say('Connection lost; sending again.');
    return say(
      `${connection?.life === 'signed-out' ? 'Signed out' : 'Not connected'}. Your answer waits here until Signalbox is back.`,
      'waits',
    );
  }
}
