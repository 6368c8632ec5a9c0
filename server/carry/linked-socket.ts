/**
 * The carrier's end of a link that its daemon makes to this machine: brings the launch, and then the daemon's socket. The
 * newest link counts: an earlier one may hang.
 */
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { LinkedLaunch } from '../../shared/carry-words.ts';
import { endWhenSilent } from '../executors/link-alive.ts';
import { LAUNCH_PATH } from '../executors/socket-link.ts';
import { Problem } from '../system/problem.ts';

/** How long nobody may bring a launch: its run has then been given up, or its daemon is gone for good. */
const LAUNCH_MS = 15 * 60 * 1000;

const folderOf = (marker: string): string => join(tmpdir(), `signalbox-${marker}`);
const lineOf = (folder: string): string => join(folder, 'line');

const launchSchema = z.object({
  marker: z.string(),
  secret: z.string().regex(/^[A-Za-z0-9_-]{20,200}$/),
  lost_after: z.number().min(1).max(86_400),
});

export class LinkedSocket {
  readonly #marker: string;
  /** For this user alone. */
  readonly folder: string;
  /** The daemon's socket, as it is called here. Who connects waits for a link. */
  readonly socket: string;
  #session: ClientHttp2Session | null = null;
  readonly #waiting = new Set<() => void>();
  readonly #brought = new AbortController();
  #launch: LinkedLaunch | null = null;
  readonly #servers = [
    createServer((line) => this.#take(line)),
    createServer({ allowHalfOpen: true }, (caller) => void this.#relay(caller)),
  ] as const;

  constructor(marker: string) {
    this.#marker = marker;
    this.folder = folderOf(marker);
    this.socket = join(this.folder, 'socket');
    mkdirSync(this.folder, { mode: 0o700 });
    this.#servers[0].listen(lineOf(this.folder));
    this.#servers[1].listen(this.socket);
  }

  /** The launch, once a daemon brings it. Rejects with a `Problem` where none does. */
  async launch(): Promise<LinkedLaunch> {
    const { signal } = this.#brought;
    const timeout = AbortSignal.timeout(LAUNCH_MS);
    if (!signal.aborted) await once(AbortSignal.any([signal, timeout]), 'abort');
    if (!this.#launch) throw new Problem('unreachable', 'No daemon has brought a launch for this run.');
    return this.#launch;
  }

  #take(line: Socket): void {
    const session = connectHttp2('http://daemon', { createConnection: () => line });
    session.on('error', () => {});
    session.once('connect', () => {
      this.#session?.destroy();
      this.#session = session;
      for (const go of this.#waiting) go();
      this.#waiting.clear();
    });
    session.once('close', () => {
      line.destroy();
      if (this.#session === session) this.#session = null;
    });
    endWhenSilent(session);
    if (!this.#launch) void this.#ask(session);
  }

  async #ask(session: ClientHttp2Session): Promise<void> {
    try {
      const stream = session.request({ ':path': LAUNCH_PATH });
      const launch = launchSchema.parse(JSON.parse(await text(stream)));
      if (launch.marker !== this.#marker) return;
      this.#launch ??= launch;
      this.#brought.abort();
    } catch {
      // a daemon that has none, or a link that broke: the next one may
    }
  }

  async #relay(caller: Socket): Promise<void> {
    caller.on('error', () => {});
    const session = await this.#linked(caller);
    if (!session) return;
    const stream = session.request({ ':method': 'CONNECT', ':authority': 'daemon' }, { endStream: false });
    stream.on('error', () => {});
    stream.once('response', () => caller.pipe(stream).pipe(caller));
    stream.once('close', () => caller.destroy());
    caller.once('close', () => stream.close());
  }

  /** Null: the caller did not wait. */
  async #linked(caller: Socket): Promise<ClientHttp2Session | null> {
    while (!caller.destroyed) {
      const session = this.#session;
      if (session && !session.destroyed && !session.closed) return session;
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        caller.once('close', () => {
          this.#waiting.delete(resolve);
          resolve();
        });
      });
    }
    return null;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    this.#session?.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Links whoever waits by this marker to the daemon at the other end of standard input and output. */
export async function linkTo(marker: string): Promise<void> {
  const line = connect(lineOf(folderOf(marker)));
  try {
    await once(line, 'connect');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem('unreachable', `Nobody waits here for a launch by this marker: ${code}.`);
  }
  line.on('error', () => {});
  process.stdout.on('error', () => line.destroy());
  process.stdin.on('error', () => line.destroy());
  process.stdin.pipe(line).pipe(process.stdout);
  await once(line, 'close');
  process.stdin.destroy();
}
