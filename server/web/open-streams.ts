/** Event streams over HTTP: each ends with what let its caller in, as a socket does. */
import type { ServerResponse } from 'node:http';
import type { Caller } from '../access/gate.ts';

export class OpenStreams {
  readonly #answers = new Map<ServerResponse, Caller>();

  /** Whether the answer becomes a stream shows only when it has begun. */
  keep(answer: ServerResponse, caller: Caller): void {
    this.#answers.set(answer, caller);
    answer.once('close', () => this.#answers.delete(answer));
  }

  /** Any other answer is left to end by itself: it may be the one that says what was ended. */
  dropEnded(isStanding: (caller: Caller) => boolean): void {
    for (const [answer, caller] of this.#answers)
      if (isStream(answer) && !isStanding(caller)) answer.destroy();
  }
}

const isStream = (answer: ServerResponse): boolean =>
  answer.headersSent && String(answer.getHeader('content-type')).startsWith('text/event-stream');
