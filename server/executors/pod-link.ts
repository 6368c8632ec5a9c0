/** Holds the link to one pod for as long as the pod is there: a carrier that is not heard ends its run. */
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { serveLink } from './socket-link.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

interface PodLinkParts {
  /** Opens a line of bytes to the one that waits in the pod. */
  readonly open: (complained: (what: string) => void) => Promise<Duplex>;
  /** The daemon's socket. */
  readonly socket: string;
  readonly launch: () => string | null;
  /** It is made; or what keeps it from being made ever, at the third try: a pod may just be ending. */
  readonly changed: (problem: string | null) => void;
  /** It was made, and is lost: its pod may have ended. */
  readonly lost: () => void;
}

export class PodLink {
  readonly #parts: PodLinkParts;
  readonly #closing = new AbortController();
  #wasMade = false;

  constructor(parts: PodLinkParts) {
    this.#parts = parts;
    void this.#hold();
  }

  close(): void {
    this.#closing.abort();
  }

  async #hold(): Promise<void> {
    const { signal } = this.#closing;
    let tries = 0;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      const began = performance.now();
      const problem = await this.#linked();
      if (signal.aborted) return;
      if (performance.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
      if (this.#wasMade) this.#parts.lost();
      else if (++tries >= 3) this.#parts.changed(problem);
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }

  /** Resolves when the link is lost, or was not made, with why. */
  async #linked(): Promise<string> {
    const { open, socket, launch, changed } = this.#parts;
    let said = '';
    const opened = () => {
      this.#wasMade = true;
      changed(null);
    };
    try {
      const line = await open((what) => {
        said = `${said}${what}`.slice(-2000);
      });
      await serveLink(line, { socket, launch, opened }, this.#closing.signal);
    } catch (error) {
      said ||= error instanceof Error ? error.message : String(error);
    }
    return said.trim().split('\n').at(-1) || 'the link to it ended before it was made';
  }
}
