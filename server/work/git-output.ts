/** What a program says, kept up to a limit: by pipes, or in files that do not break when the reader is killed. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Captured {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly cut: boolean;
}

interface Capture {
  readonly stdio: readonly ['pipe' | number, 'pipe' | number];
  /** `stop` is called once there is more than is wanted. */
  read(child: ChildProcess, stop: () => void): void;
  close(): Captured;
}

const STDERR_BYTES = 64 * 1024;

export function captureInPipes(bytes: number, onLine?: (line: string) => void): Capture {
  const out = new Limited(bytes);
  const err = new Limited(STDERR_BYTES);
  return {
    stdio: ['pipe', 'pipe'],
    read(child, stop) {
      child.stdout?.on('data', (part: Buffer) => {
        if (out.add(part) && out.isOver) stop();
      });
      child.stderr?.on('data', (part: Buffer) => err.add(part));
      if (onLine) child.stderr?.on('data', linesTo(onLine));
    },
    close: () => ({ stdout: out.whole(), stderr: err.whole(), cut: out.isOver }),
  };
}

/** Keeps the beginning, and takes the rest without keeping it. */
class Limited {
  readonly #parts: Buffer[] = [];
  readonly #limit: number;
  #length = 0;
  isOver = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether this part was looked at: nothing is, after the limit. */
  add(part: Buffer): boolean {
    if (this.isOver) return false;
    const kept = part.subarray(0, this.#limit - this.#length);
    this.#parts.push(kept);
    this.#length += kept.length;
    this.isOver = kept.length < part.length;
    return true;
  }

  whole(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Progress lines end with a carriage return, to be written over. */
function linesTo(onLine: (line: string) => void): (part: Buffer) => void {
  let open = '';
  return (part) => {
    const lines = (open + part.toString()).split(/[\r\n]+/);
    open = (lines.pop() ?? '').slice(-STDERR_BYTES);
    for (const line of lines) if (line !== '') onLine(line);
  };
}

/** The files have no name once they are open. */
export function captureInFiles(): Capture {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-git-'));
  const files = ['out', 'err'].map((name) => openSync(join(folder, name), 'w+', 0o600));
  rmSync(folder, { recursive: true, force: true });
  const [out = 0, err = 0] = files;
  return {
    stdio: [out, err],
    read() {},
    close() {
      const captured = { stdout: contentOf(out), stderr: contentOf(err), cut: false };
      for (const file of files) closeSync(file);
      return captured;
    },
  };
}

function contentOf(file: number): Buffer {
  const content = Buffer.alloc(Math.min(fstatSync(file).size, STDERR_BYTES));
  readSync(file, content, 0, content.length, 0);
  return content;
}
