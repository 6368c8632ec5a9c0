/**
 * A note beside the database of how far its log has come. A database that ends before it was put back by somebody, or has
 * lost its write-ahead log: what was acknowledged in between is gone, and going on would give its numbers a second time.
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';

export interface Mark {
  readonly epoch: string;
  readonly seq: number;
}

/** Always as long: writing it anew needs no room on a full disk. */
const LENGTH = 64;

export const markPath = (database: string): string => `${database}-mark`;

/** null: there is none that can be read. */
export function readMark(database: string): Mark | null {
  try {
    const [epoch = '', seq = ''] = readFileSync(markPath(database), 'utf8').trim().split(' ');
    return /^\d+$/.test(seq) ? { epoch, seq: Number(seq) } : null;
  } catch {
    return null;
  }
}

export class LogMark {
  #file: number | null;
  readonly #epoch: string;

  constructor(database: string, epoch: string) {
    // Neither cut off nor appended to: only its bytes are written anew.
    this.#file = openSync(markPath(database), constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#epoch = epoch;
  }

  /** After the commit, so that the note never runs ahead. Not forced to the disk: an older note only finds less. */
  put(seq: number): void {
    if (this.#file === null) return;
    try {
      writeSync(this.#file, `${this.#epoch} ${seq}`.padEnd(LENGTH - 1).concat('\n'), 0);
    } catch {
      // the commit has been made, whatever becomes of the note
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
