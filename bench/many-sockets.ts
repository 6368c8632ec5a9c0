/** Many WebSockets in this process, told apart from one only by how long until the last has heard. */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';

/** So many connect at once: a listener's backlog is finite. */
const AT_ONCE = 50;
const PATIENCE_MS = 60_000;
/** How tRPC asks whether somebody is there. */
const PING = Buffer.from('PING');

/** When the first and the last of a flock had heard something. */
export interface Heard {
  readonly first: number;
  readonly last: number;
  /** How long one frame is. */
  readonly bytes: number;
}

interface Awaited {
  readonly mark: string;
  readonly heard: Set<WebSocket>;
  first: number;
  readonly done: (heard: Heard) => void;
}

export class ManySockets {
  readonly #sockets: WebSocket[] = [];
  #awaited: Awaited | null = null;
  /** What all have heard so far, besides what welcomed them. */
  frames = 0;
  bytes = 0;

  /** `hello` is sent by each; each is there once it has heard `welcome`, or is connected where none is given. */
  async gather(size: number, url: string, hello = '', welcome = ''): Promise<void> {
    const { host } = new URL(url);
    while (this.#sockets.length < size) {
      const few = Array.from({ length: Math.min(AT_ONCE, size - this.#sockets.length) }, () =>
        this.#join(url, `http://${host}`, hello, welcome),
      );
      await Promise.all(few);
    }
  }

  async #join(url: string, origin: string, hello: string, welcome: string): Promise<void> {
    const socket = new WebSocket(url, { origin, perMessageDeflate: false });
    this.#sockets.push(socket);
    await once(socket, 'open');
    const welcomed = welcome === '' ? null : untilHeard(socket, welcome);
    if (hello !== '') socket.send(hello);
    await welcomed;
    socket.on('message', (frame: Buffer) => this.#hear(socket, frame));
  }

  /** Looks at bytes only, so that reading costs the same whatever is sent. */
  #hear(socket: WebSocket, frame: Buffer): void {
    // Who does not answer is taken for gone.
    if (frame.equals(PING)) {
      socket.send('PONG');
      return;
    }
    this.frames++;
    this.bytes += frame.length;
    const awaited = this.#awaited;
    if (!awaited || !frame.includes(awaited.mark)) return;
    if (awaited.heard.size === 0) awaited.first = performance.now();
    awaited.heard.add(socket);
    if (awaited.heard.size < this.#sockets.length) return;
    this.#awaited = null;
    awaited.done({ first: awaited.first, last: performance.now(), bytes: frame.length });
  }

  /** Resolves once all have heard a frame that contains `mark`. */
  async untilAllHear(mark: string): Promise<Heard> {
    const heard = new Set<WebSocket>();
    const { promise, resolve, reject } = withResolvers<Heard>();
    this.#awaited = { mark, heard, first: 0, done: resolve };
    const timer = setTimeout(
      () => reject(new Error(`${heard.size} of ${this.#sockets.length} have heard ${mark}`)),
      PATIENCE_MS,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Each of them says this. */
  send(text: string): void {
    for (const socket of this.#sockets) socket.send(text);
  }

  scatter(): void {
    for (const socket of this.#sockets) {
      socket.on('error', () => {});
      socket.terminate();
    }
  }
}

function untilHeard(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (frame: Buffer) => {
      if (!frame.includes(text)) return;
      socket.off('message', listen);
      resolve();
    };
    socket.on('message', listen);
  });
}

/** `Promise.withResolvers`, which Node 20 does not have yet. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
