import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** More than ever wait at one gate. */
const ENOUGH = 1000;

/**
 * Where commands wait, without looking again and again, until the test lets them go: a pipe with a name.
 * A command takes one line out of it; those that come later find one, too.
 */
export class Gate {
  /** For a command line in the folder of the gate. */
  readonly wait: string;
  readonly path: string;
  #pipe: number | null;

  constructor(folder: string, name = 'gate') {
    this.path = join(folder, name);
    execFileSync('mkfifo', [this.path]);
    // Opened to read and write, so that neither side waits for the other.
    this.#pipe = openSync(this.path, 'r+');
    this.wait = `read -r _ < ${name}`;
  }

  open(): void {
    if (this.#pipe !== null) writeSync(this.#pipe, '\n'.repeat(ENOUGH));
  }

  close(): void {
    if (this.#pipe !== null) closeSync(this.#pipe);
    this.#pipe = null;
  }
}
