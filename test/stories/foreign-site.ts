/** A site of somebody else's on this machine, that writes down what browsers tell it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class ForeignSite {
  readonly #server: Server;
  /** Heads of requests as they came, and what was said in them. */
  readonly received: string[] = [];
  /** What its pages hold. */
  body = '';

  private constructor(server: Server) {
    this.#server = server;
  }

  /** On a port of its own, unless told which. */
  static async open(port = 0, address = '127.0.0.1'): Promise<ForeignSite> {
    const server = createServer((request, response) => {
      const head = [request.method, request.url, ...request.rawHeaders].join('\n');
      let said = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        said += part;
      });
      request.on('end', () => {
        site.received.push(`${head}\n\n${said}`);
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(`<!doctype html><title>Theirs</title><body>${site.body}`);
      });
    });
    const site = new ForeignSite(server);
    server.listen(port, address);
    await once(server, 'listening');
    return site;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  origin(name = '127.0.0.1'): string {
    return `http://${name}:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
