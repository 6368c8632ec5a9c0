/** The socket of a page, without the page. */
import { WebSocket } from 'ws';
import type { SignedIn } from '../fuzz/signed-in.ts';

/** A page's socket: calls and what comes back, by number; rows of the items that are followed. */
export class PageSocket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: string) => void>();
  /** The answers that those who follow an item were shown. */
  readonly shown = new Map<string, string[]>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#heard(data.toString()));
  }

  static async open(page: SignedIn): Promise<PageSocket> {
    const { port, host, cookie } = page;
    const headers = { host, origin: `http://${host}`, cookie };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc`, { headers });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new PageSocket(socket);
  }

  #heard(text: string): void {
    const { id, result } = JSON.parse(text) as { id: number; result?: { data?: { data?: News } } };
    this.#waiting.get(id)?.(text);
    this.#waiting.delete(id);
    const { snapshot, news } = result?.data?.data ?? {};
    for (const { id: item, answer } of [...(snapshot?.rows ?? []), ...(news?.put ?? [])])
      if (item !== undefined && answer) this.shown.set(item, [...(this.shown.get(item) ?? []), answer.text]);
  }

  call(method: string, path: string, input: object): Promise<string> {
    const id = ++this.#last;
    const reply = new Promise<string>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params: { path, input } }));
    return reply;
  }

  /** The process that asked: it follows its item. Returns how to stop. */
  async follow(item: string): Promise<() => void> {
    const id = this.#last + 1;
    await this.call('subscription', 'board.follow', { item });
    return () => this.#socket.send(JSON.stringify({ id, method: 'subscription.stop' }));
  }

  close(): void {
    this.#socket.terminate();
  }
}

interface Row {
  readonly id?: string;
  readonly answer?: { readonly text: string } | null;
}
interface News {
  readonly snapshot?: { readonly rows: readonly Row[] } | null;
  readonly news?: { readonly put: readonly Row[] } | null;
}
