import { closeSync, openSync, writeSync } from 'node:fs';

const MOST_BYTES = 64 * 1024 * 1024;

/** Keeps the messages of a run as they were sent, beside what the run printed: for those who look for a mistake. */
export class RawLog {
  readonly #secret: string;
  readonly #most: number;
  #file: number | null;
  #bytes = 0;

  /** `secret` is left out. */
  constructor(path: string, secret: string, most = MOST_BYTES) {
    this.#file = openSync(path, 'a', 0o600);
    this.#secret = secret;
    this.#most = most;
  }

  readonly add = (from: 'agent' | 'us' | 'stderr', message: string, isJson: boolean): void => {
    if (this.#file === null) return;
    const text = this.#secret === '' ? message : message.replaceAll(this.#secret, '[secret]');
    // Other text is kept as a JSON string, so that every line of the file is JSON.
    const line = `{"at":"${new Date().toISOString()}","from":"${from}","message":${isJson ? text : JSON.stringify(text)}}\n`;
    this.#bytes += Buffer.byteLength(line);
    const isFull = this.#bytes > this.#most;
    this.#append(isFull ? `{"left_out":"the rest: more than ${this.#most} bytes"}\n` : line);
    if (isFull) this.close();
  };

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** A full disk must not end the run: the log does. */
  #append(line: string): void {
    try {
      if (this.#file !== null) writeSync(this.#file, line);
    } catch {
      this.close();
    }
  }
}
