/**
 * Which units sessions have made, and by which process: a small file for each beside the daemon's socket. So a session
 * finds its own again, and one that was killed is noticed. The file alone says whether a session has a unit at all,
 * for those who must not keep anybody waiting for the daemon.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHUNK } from '../../shared/words.ts';

export interface Signature {
  /** The process of the session. */
  readonly host: number;
  readonly keepsQuestions: boolean;
}

export class SignedUnits {
  readonly #folder: string;

  constructor(socketPath: string) {
    this.#folder = join(dirname(socketPath), 'sessions');
  }

  /** Whether there is a unit of this name, or of this name and a number. */
  hasName(name: string): boolean {
    return this.#names().some((each) => each === name || each.startsWith(`${name}-`));
  }

  signature(chunk: string): Signature | null {
    try {
      const { host, keepsQuestions } = JSON.parse(
        readFileSync(join(this.#folder, chunk), 'utf8'),
      ) as Signature;
      return Number.isInteger(host) && host > 0 ? { host, keepsQuestions: keepsQuestions === true } : null;
    } catch {
      return null;
    }
  }

  all(): (readonly [chunk: string, Signature])[] {
    return this.#names().flatMap((chunk) => {
      const signature = this.signature(chunk);
      return signature === null ? [] : [[chunk, signature] as const];
    });
  }

  sign(chunk: string, { host, keepsQuestions }: Signature): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#folder, chunk), JSON.stringify({ host, keepsQuestions }), { mode: 0o600 });
  }

  forget(chunk: string): void {
    rmSync(join(this.#folder, chunk), { force: true });
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
