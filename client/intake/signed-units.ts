/**
 * Which units sessions have made, and by which process: a small file for each beside the daemon's socket. So a session
 * finds its own again, and one that was killed is noticed. The file alone says whether a session has a unit at all,
 * for those who must not keep anybody waiting for the daemon.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SIGNATURES, type Signature, signatureIn } from '../../shared/session-signature.ts';
import { CHUNK } from '../../shared/words.ts';

export class SignedUnits {
  readonly #folder: string;

  constructor(socketPath: string) {
    this.#folder = join(dirname(socketPath), SIGNATURES);
  }

  /** Whether there is a unit of this name, or of this name and a number. */
  hasName(name: string): boolean {
    return this.#names().some((each) => each === name || each.startsWith(`${name}-`));
  }

  signature(chunk: string): Signature | null {
    try {
      return signatureIn(readFileSync(join(this.#folder, chunk), 'utf8'));
    } catch {
      return null;
    }
  }

  sign(chunk: string, { host, keepsQuestions, ended }: Signature): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, chunk);
    // The daemon must never read half of it.
    writeFileSync(`${path}.new`, JSON.stringify({ host, keepsQuestions, ended }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => CHUNK.test(name));
    } catch {
      return [];
    }
  }
}

/** Whether the process of a session is there. A number that another process got meanwhile counts as there. */
export function hostLives({ host }: Pick<Signature, 'host'>): boolean {
  try {
    process.kill(host, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
