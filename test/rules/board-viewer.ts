/** A page as the daemon sees one: a socket that follows something, counts what comes, and may stop reading. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { BoardMessage } from '../../shared/board.ts';
import { until } from '../until.ts';

/** What tRPC sends for a subscription: data with its number, or that it began or ended. */
interface Envelope {
  readonly result?: {
    readonly type: string;
    readonly data?: { readonly id: string; readonly data: unknown };
  };
  readonly error?: { readonly message: string };
}

export class Viewer<Message = BoardMessage> {
  readonly messages: Message[] = [];
  /** How many frames came, of whatever kind. */
  frames = 0;
  ended = false;
  #lastId = '';
  readonly #socket: WebSocket;
  readonly #network: Socket;

  private constructor(socket: WebSocket, network: Socket) {
    this.#socket = socket;
    this.#network = network;
    // The daemon asks now and then whether anybody is there.
    socket.on(
      'message',
      (data) => String(data) !== 'PING' && this.#take(JSON.parse(String(data)) as Envelope),
    );
    socket.on('error', () => {});
  }

  /** Follows a subscription of the daemon at this address. */
  static async open<Message = BoardMessage>(
    address: string,
    path: string,
    input: object = {},
  ): Promise<Viewer<Message>> {
    const { host, origin } = new URL(address);
    const socket = new WebSocket(`ws://${host}/trpc`, { origin });
    const [response] = (await once(socket, 'upgrade')) as [{ socket: Socket }];
    const viewer = new Viewer<Message>(socket, response.socket);
    if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
    socket.send(JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'subscription', params: { path, input } }));
    return viewer;
  }

  #take({ result, error }: Envelope): void {
    this.frames++;
    if (error) throw new Error(error.message);
    if (result?.type === 'stopped') this.ended = true;
    if (!result?.data) return;
    this.#lastId = result.data.id;
    this.messages.push(result.data.data as Message);
  }

  /** Where to go on from after a lost connection. */
  get lastId(): string {
    return this.#lastId;
  }

  /** Reads nothing more, and stays. */
  stopReading(): void {
    this.#network.pause();
  }

  until(what: string, holds: (messages: readonly Message[]) => boolean): Promise<void> {
    return until(what, () => holds(this.messages));
  }

  close(): void {
    this.#socket.terminate();
  }
}
