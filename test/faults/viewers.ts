/** Many viewers of a board over sockets, who come back by themselves as the page does, and fold what they hear. */
import { WebSocket } from 'ws';
import { afterMessage, type Board, type BoardMessage } from '../../shared/board.ts';

/** Between two tries, ms: spread, so that not all come at once. */
const AGAIN_MS = [100, 500] as const;

interface Heard {
  readonly result?: {
    readonly type: string;
    readonly data?: { readonly id: string; readonly data: BoardMessage };
  };
}

export class Viewer {
  readonly #address: () => string;
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isLeaving = false;
  #from: string | undefined;
  board: Board | null = null;
  /** What it was sent that was older than what it knew, or came twice. */
  mistakes = 0;

  constructor(address: () => string) {
    this.#address = address;
    this.#connect();
  }

  /** How far its board is; -1: it has none. */
  get seq(): number {
    return this.board?.seq ?? -1;
  }

  #connect(): void {
    const origin = this.#address().slice(0, -1);
    const { port, host } = new URL(origin);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc`, { headers: { host, origin } });
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => this.#again());
    socket.on('message', (data: Buffer) => this.#hear(data.toString()));
    socket.on('open', () => {
      const input = this.#from === undefined ? {} : { lastEventId: this.#from };
      socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'board.follow', input } }));
    });
  }

  #again(): void {
    if (this.#isLeaving) return;
    const [least, most] = AGAIN_MS;
    this.#timer = setTimeout(() => this.#connect(), least + Math.random() * (most - least));
  }

  #hear(text: string): void {
    if (text === 'PING' || text === 'PONG') return;
    const data = (JSON.parse(text) as Heard).result?.data;
    if (!data) return;
    this.#from = data.id;
    const { snapshot, news } = data.data;
    const isNothing = news !== null && news.put.length + news.drop.length === 0;
    if (news && !snapshot && !isNothing && news.seq <= this.seq) this.mistakes++;
    this.board = afterMessage(this.board, data.data);
    if (snapshot && this.board && snapshot.seq < this.board.seq) this.mistakes++;
  }

  leave(): void {
    this.#isLeaving = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#socket?.terminate();
  }
}
