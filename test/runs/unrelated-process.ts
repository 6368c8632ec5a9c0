import { type ChildProcess, spawn } from 'node:child_process';
import { lookUp, sendSignal } from '../../server/system/processes.ts';
import type { ProcessIdentity } from '../../shared/words.ts';
import { until } from '../until.ts';

/** Ends by any signal, as its children do, who say their numbers first. */
const PARENT = 'sleep 600 & echo $!; sleep 600 & echo $!; wait';

/** A process that no run has anything to do with, and its children. */
export class Stranger {
  readonly #child: ChildProcess;
  #all: readonly ProcessIdentity[] = [];

  private constructor(command: readonly string[], leads: boolean) {
    const [program = '', ...args] = command;
    const env = { PATH: process.env.PATH };
    this.#child = spawn(program, args, {
      cwd: '/',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: leads,
    });
  }

  /** With two children. `leads`: they are a process group of their own. */
  static async family(leads: boolean): Promise<Stranger> {
    const stranger = new Stranger(['/bin/sh', '-c', PARENT], leads);
    return stranger.#settle((said) => /^\d+\n\d+\n$/.test(said));
  }

  /** A program that has come so far when it has printed something. */
  static alone(...command: string[]): Promise<Stranger> {
    return new Stranger(command, true).#settle((said) => said !== '');
  }

  get identity(): ProcessIdentity {
    return this.#all[0] as ProcessIdentity;
  }

  /** Who of them is no longer there. */
  gone(): number[] {
    return this.#all.filter((each) => !isThere(each)).map(({ pid }) => pid);
  }

  leave(): void {
    for (const each of this.#all) if (isThere(each)) sendSignal(each.pid, 'SIGKILL');
  }

  async #settle(isUp: (said: string) => boolean): Promise<this> {
    let said = '';
    this.#child.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
    });
    const { pid } = this.#child;
    await until('a stranger to be up', () => isUp(said));
    const children = said.split('\n').filter((line) => /^\d+$/.test(line));
    this.#all = [pid, ...children].map((each) => identityOf(Number(each)));
    return this;
  }
}

const identityOf = (pid: number): ProcessIdentity => ({ pid, started: lookUp(pid)?.started ?? 'never' });

function isThere({ pid, started }: ProcessIdentity): boolean {
  const found = lookUp(pid);
  return found !== null && !found.zombie && found.started === started;
}
