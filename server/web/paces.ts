/** How fast those at the other ends of sockets read and speak. */
import type { WebSocket } from 'ws';
import type { Limits } from '../access/limits.ts';

const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
/** How often it is looked whether a reader is too slow. */
const LOOK_MS = 1000;

/** Closes a socket, and hears no more of it: a peer that does not answer the close may go on sending for half a minute. */
export function hangUpOn(socket: WebSocket, code: number, reason: string): void {
  socket.removeAllListeners('message');
  socket.close(code, reason);
}

/** Whoever reads too slowly, or says too much, is cut off; those who are well meant come back. */
export class Paces {
  readonly #limits: Limits;
  /** How many messages each has sent since it was looked at last. */
  readonly #heard = new Map<WebSocket, number>();
  #looking: NodeJS.Timeout | null = null;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  keep(socket: WebSocket): void {
    this.#heard.set(socket, 0);
    socket.on('message', () => this.#hear(socket));
    socket.once('close', () => this.#leave(socket));
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS);
  }

  #hear(socket: WebSocket): void {
    const heard = (this.#heard.get(socket) ?? 0) + 1;
    this.#heard.set(socket, heard);
    if (heard > this.#limits.messages_per_second) hangUpOn(socket, 1008, 'too many messages');
  }

  #look(): void {
    for (const socket of this.#heard.keys()) {
      this.#heard.set(socket, 0);
      if (socket.bufferedAmount > SEND_BUFFER_BYTES) hangUpOn(socket, 1013, 'too slow');
    }
  }

  #leave(socket: WebSocket): void {
    this.#heard.delete(socket);
    if (this.#heard.size > 0 || !this.#looking) return;
    clearInterval(this.#looking);
    this.#looking = null;
  }
}
