/** Hears of what others write: a notification brings the number of an event, and the number is asked for now and then. */
import type { Client } from 'pg';
import type { ServerConnections } from './connections.ts';

/** A notification may be lost with its connection, or where a pooler stands between. */
const ASK_MS = 5000;
const AGAIN_MS = 200;

type Nudge = (seq: number) => void;

export class Listening {
  readonly channel: string;
  readonly #connections: ServerConnections;
  readonly #nudges = new Set<Nudge>();
  #client: Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(connections: ServerConnections, epoch: string) {
    this.#connections = connections;
    // Of this log alone: names of channels belong to the whole database.
    this.channel = `signalbox_${epoch}`;
  }

  /** The first one begins to listen. Returns how to stop. */
  add(nudge: Nudge): () => void {
    this.#nudges.add(nudge);
    if (!this.#client && !this.#timer) void this.#connect();
    return () => this.#nudges.delete(nudge);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = this.#connections.single();
    this.#client = client;
    client.on('notification', ({ payload }) => this.#nudge(Number(payload)));
    client.on('end', () => this.#lose(client));
    client.on('error', () => this.#lose(client));
    try {
      await client.connect();
      // Outside of any transaction; what was written before it is asked for.
      await client.query(`listen ${this.channel}`);
      await this.#ask(client);
    } catch {
      this.#lose(client);
    }
  }

  async #ask(client: Client): Promise<void> {
    const { rows } = await client.query<{ seq: number }>('select seq from head');
    this.#nudge(rows[0]?.seq ?? 0);
    if (client === this.#client) this.#later(ASK_MS, () => this.#ask(client).catch(() => this.#lose(client)));
  }

  #nudge(seq: number): void {
    for (const nudge of this.#nudges) nudge(seq);
  }

  #lose(client: Client): void {
    if (client !== this.#client) return;
    this.#client = null;
    void client.end().catch(() => {});
    this.#later(AGAIN_MS, () => this.#connect());
  }

  #later(ms: number, then: () => Promise<void>): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void then(), ms);
    this.#timer.unref();
  }
}
