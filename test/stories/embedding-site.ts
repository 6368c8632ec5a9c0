/** A site that is not ours, with a policy as strict as a site can have that shows our elements. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export const BUNDLE = join(import.meta.dirname, '..', '..', '..', 'dist', 'embed.js');

export class EmbeddingSite {
  readonly #server: Server;
  /** What stands in its body. */
  body = '';
  /** A script of its own, which runs after ours; none: ''. */
  app = '';
  /** Trusted Types policies that the script makes. */
  policies: readonly string[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** A site whose pages load our script from the daemon, or, as `/own`, from itself. */
  static async open(daemon: () => string): Promise<EmbeddingSite> {
    const server = createServer(({ url = '' }, response) => {
      if (url === '/embed.js')
        response.setHeader('Content-Type', 'text/javascript').end(readFileSync(BUNDLE));
      else if (url === '/app.js') response.setHeader('Content-Type', 'text/javascript').end(site.app);
      else {
        const from = url === '/own' ? site.origin : daemon();
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        const app = site.app === '' ? '' : '<script type="module" src="/app.js"></script>';
        response.setHeader(
          'Content-Security-Policy',
          policy(site, new URL(from).origin, new URL(daemon()).origin),
        );
        response.end(
          `<!doctype html><title>Theirs</title><script type="module" src="${from}/embed.js"></script>${app}${site.body}`,
        );
      }
    });
    const site = new EmbeddingSite(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const policy = ({ origin, app, policies }: EmbeddingSite, script: string, daemon: string): string =>
  [
    "default-src 'none'",
    `script-src ${script} ${app === '' ? '' : origin}`,
    `connect-src ${daemon} ${daemon.replace('http', 'ws')}`,
    "style-src 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${['lit-html', ...policies].join(' ')}`,
  ].join('; ');
