/** A proxy between a browser and a daemon, which passes requests on and does with sockets what a test wants. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What becomes of a request for a socket: it is passed on, refused, or never answered. */
export type Sockets = 'pass' | 'refuse' | 'swallow';

export class TestProxy {
  readonly #server: Server;
  readonly #target: () => string;
  sockets: Sockets = 'pass';
  /** When each request for a socket came. */
  readonly asked: number[] = [];
  /** Paths of the requests that were passed on. */
  readonly requests: string[] = [];
  readonly #open = new Set<Duplex>();
  readonly #pairs = new Set<readonly [Duplex, Socket]>();

  private constructor(target: () => string) {
    this.#target = target;
    this.#server = createServer((incoming, outgoing) => {
      this.requests.push(incoming.url ?? '');
      const { hostname, port } = new URL(this.#target());
      const { method, url } = incoming;
      const passed = request({ hostname, port, method, path: url, headers: this.#headersOf(incoming) });
      passed.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      outgoing.on('close', () => passed.destroy());
      incoming.pipe(passed);
    });
    this.#server.on('upgrade', (incoming, socket) => this.#upgrade(incoming, socket));
  }

  /** In front of the daemon whose address `target` says. */
  static async open(target: () => string): Promise<TestProxy> {
    const proxy = new TestProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The sockets that are open carry nothing any more, in neither direction, and do not end. */
  blackHole(): void {
    for (const [outside, inside] of this.#pairs) {
      outside.unpipe(inside).pause();
      inside.unpipe(outside).pause();
    }
    this.#pairs.clear();
  }

  /** The sockets that are open end at once, as when a network goes. */
  cut(): void {
    for (const [outside, inside] of this.#pairs) for (const each of [outside, inside]) each.destroy();
  }

  /** The sockets that are open carry nothing, in neither direction, until the returned is called. */
  stall(): () => void {
    const pairs = [...this.#pairs];
    for (const [outside, inside] of pairs) {
      outside.unpipe(inside).pause();
      inside.unpipe(outside).pause();
    }
    return () => {
      for (const [outside, inside] of pairs)
        if (!outside.destroyed && !inside.destroyed) inside.pipe(outside).pipe(inside);
    };
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** As the daemon is called by its own name. */
  #headersOf({ headers }: IncomingMessage): Record<string, string | string[]> {
    const own = this.address.slice(0, -1);
    const target = this.#target().slice(0, -1);
    const entries = Object.entries(headers).map(([name, value = '']) => [
      name,
      typeof value === 'string' ? value.replace(own, target) : value,
    ]);
    return { ...Object.fromEntries(entries), host: new URL(target).host };
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex): void {
    this.asked.push(performance.now());
    this.#keep(socket);
    if (this.sockets === 'swallow') return;
    if (this.sockets === 'refuse') {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(this.#target());
    const passed = connect(Number(port), hostname, () => {
      const headers = Object.entries(this.#headersOf(incoming)).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      passed.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
      const pair = [socket, passed] as const;
      this.#pairs.add(pair);
      passed.pipe(socket).pipe(passed);
      for (const each of pair) each.on('close', () => this.#cut(pair));
    });
    this.#keep(passed);
  }

  /** One side has ended, unless neither is to know of the other. */
  #cut(pair: readonly [Duplex, Socket]): void {
    if (this.#pairs.delete(pair)) for (const each of pair) each.destroy();
  }

  #keep(socket: Duplex): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
  }
}
