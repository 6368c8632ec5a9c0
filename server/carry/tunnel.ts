/** Brings the daemon's socket to this machine, where it lies on another one: by ssh, for as long as the carrier lives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bringArguments } from '../executors/ssh-command.ts';

const PAUSE_MS = 1000;

export class Tunnel {
  readonly #folder = mkdtempSync(join(tmpdir(), 'signalbox-socket-'));
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  /** The daemon's socket, as it is called here: it is there whenever the connection is. */
  readonly socket = join(this.#folder, 'socket');

  /** `host`: how ssh reaches the daemon's machine; `there`: what the socket is called on it. */
  constructor(host: string, there: string) {
    this.#ended = this.#hold(bringArguments(host, this.socket, there));
  }

  async #hold(args: readonly string[]): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // Its input is ours: it ends with this process, however that ends. What it complains of is for the log of the job.
      const child = spawn('ssh', args, { stdio: ['pipe', 'ignore', 'inherit'], signal });
      child.stdin.on('error', () => {});
      await once(child, 'close').catch(() => {});
      await delay(PAUSE_MS, undefined, { signal }).catch(() => {});
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
