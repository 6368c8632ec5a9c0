/** A browser that has signed in, as far as HTTP goes; many requests at a time. */
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Callers } from '../edge/callers.ts';
import { send } from '../edge/http-client.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export class SignedIn {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly port: number;
  /** The name under which it signed in, with the port. */
  readonly host: string;
  readonly cookie: string;

  private constructor(port: number, host: string, cookie: string) {
    this.port = port;
    this.host = host;
    this.cookie = cookie;
  }

  static async at(callers: Callers): Promise<SignedIn> {
    const { url } = (await callers.must('access.link', { to: '/' })) as { url: string };
    const { host, pathname } = new URL(url);
    const { headers } = await send({
      host: '127.0.0.1',
      port: callers.port,
      path: pathname,
      headers: { host },
    });
    const [cookie = ''] = headers['set-cookie']?.[0]?.split(';') ?? [];
    if (cookie === '') throw new Error('nobody was signed in');
    return new SignedIn(callers.port, host, cookie);
  }

  /**
   * What a page of ours asks for; status 0: nobody answered. A path is sent as it is. As a browser does, it asks again
   * where a connection that was used before was closed at this very moment.
   */
  ask(method: string, path: string, body?: Buffer, headers: Record<string, string> = {}): Promise<Reply> {
    const host = this.host;
    const all = { host, cookie: this.cookie, origin: `http://${host}`, ...headers };
    return new Promise((resolve) => {
      const call = request({
        agent: this.#agent,
        port: this.port,
        host: '127.0.0.1',
        method,
        path,
        headers: all,
      });
      call.on('error', () => {
        if (call.reusedSocket) resolve(this.ask(method, path, body, headers));
        else resolve({ status: 0, body: '' });
      });
      call.on('response', (answer) => void whole(answer).then(resolve));
      if (body) call.setHeader('content-length', body.length);
      call.end(body);
    });
  }

  form(path: string, body: Buffer, headers: Record<string, string> = {}): Promise<Reply> {
    return this.ask('POST', path, body, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
  }

  json(path: string, body: unknown): Promise<Reply> {
    const bytes = Buffer.from(JSON.stringify(body));
    return this.ask('POST', path, bytes, { 'content-type': 'application/json' });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function whole(answer: IncomingMessage): Promise<Reply> {
  const parts: Buffer[] = [];
  answer.on('data', (part: Buffer) => parts.push(part));
  return new Promise((resolve) => {
    answer.on('close', () =>
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
    );
  });
}
