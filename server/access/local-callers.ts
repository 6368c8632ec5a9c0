/** Identifies the process that calls over the Unix socket, and checks that it does not belong to a run. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StatePaths } from '../../shared/state-paths.ts';
import { type State, tendedRun } from '../domain/state.ts';
import { platform } from '../system/platform.ts';
import { processAndAncestors } from '../system/processes.ts';
import { runFiles } from '../system/run-files.ts';
import { isOfRun, isWithinRun } from '../system/within-run.ts';

/** A caller's proof: its process id and a random name that is used once. */
const SHOWN = /^([1-9]\d{0,9})-[0-9a-f]{32}$/;

const NOT_SHOWN =
  'On this socket the "signalbox" command shows which process calls. Other programs bring a token: signalbox token add';
const NOT_SEEN =
  'The calling process cannot be seen from here. In a container or a sandbox, put a token into SIGNALBOX_CREDENTIAL: signalbox token add';
const WITHIN_RUN =
  'This comes from inside a run, without its credential: SIGNALBOX_CREDENTIAL is not in its environment. Let the shell tool pass it on.';

/** The folder stays: a command that calls at this moment writes into it, and a folder that is not empty cannot be removed. */
function clear(folder: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) rmSync(folder, { force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
}

/**
 * Node cannot ask the kernel for the peer of a Unix socket. So the caller creates a file, sends its name,
 * and holds it open during the call; the process with the given id must have this file open. A caller without
 * proof is refused, so that omitting it gains nothing.
 */
export class LocalCallers {
  readonly #folder: string;
  readonly #runs: string;
  readonly #state: () => State;

  constructor({ callers, runs }: Pick<StatePaths, 'callers' | 'runs'>, state: () => State) {
    this.#folder = callers;
    this.#runs = runs;
    this.#state = state;
    clear(callers);
  }

  /** Why this caller is not the operator; null: it is. A proof is valid once. */
  refusal(shown: string | null): string | null {
    const [name, pid] = SHOWN.exec(shown ?? '') ?? [];
    if (name === undefined) return NOT_SHOWN;
    const path = join(this.#folder, name);
    const isOpen = platform.hasOpen(Number(pid), path);
    rmSync(path, { force: true });
    if (!isOpen) return NOT_SEEN;
    return this.#isWithinRun(Number(pid)) ? WITHIN_RUN : null;
  }

  #isWithinRun(pid: number): boolean {
    const lineage = processAndAncestors(pid);
    // The process has ended: nobody reads the answer.
    if (lineage.length === 0 || isWithinRun(lineage)) return true;
    for (const work of this.#state().works) {
      const run = tendedRun(work);
      if (run && isOfRun(lineage, run, runFiles(this.#runs, run.unit, run.number).output)) return true;
    }
    return false;
  }
}
