/** A real HTTP server that keeps what it is sent, and answers as it is told. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** What names the message. */
  readonly id: string;
}

type Answer = (res: ServerResponse, received: Received) => void;

export class Receiver {
  readonly received: Received[] = [];
  readonly #server: Server;
  /** How the next requests are answered. */
  answer: Answer = (res) => void res.writeHead(200).end('{"id":"x"}');

  private constructor() {
    this.#server = createServer((req, res) => {
      const parts: Buffer[] = [];
      req.on('data', (part: Buffer) => parts.push(part));
      req.on('end', () => {
        const { method = '', url: path = '', headers, rawHeaders } = req;
        const id = String(headers['idempotency-key']);
        const received = { method, path, headers, rawHeaders, body: Buffer.concat(parts).toString(), id };
        this.received.push(received);
        this.answer(res, received);
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/topic-secret`;
  }

  status(code: number, headers: Record<string, string> = {}): void {
    this.answer = (res) => void res.writeHead(code, headers).end();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
