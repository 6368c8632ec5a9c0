import { keepSubscribed } from '../client/link/keep-subscribed.ts';

/** A stream that is followed as long as somebody holds it. */
export class HeldStream {
  readonly #subscribe: Parameters<typeof keepSubscribed>[0];
  #holders = 0;
  #stop = () => {};

  constructor(subscribe: Parameters<typeof keepSubscribed>[0]) {
    this.#subscribe = subscribe;
  }

  /** Returns how to let go. */
  hold(): () => void {
    if (this.#holders++ === 0) this.#stop = keepSubscribed(this.#subscribe);
    return () => {
      if (--this.#holders === 0) this.#stop();
    };
  }

  stop(): void {
    this.#stop();
  }
}
