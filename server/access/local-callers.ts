/** Which process calls over the Unix socket, and whether it may be the operator's. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StatePaths } from '../../shared/state-paths.ts';
import { type State, tendedRun } from '../domain/state.ts';
import { platform } from '../system/platform.ts';
import { lineageOf } from '../system/processes.ts';
import { runFiles } from '../system/run-files.ts';
import { isOfRun, isWithinRun } from '../system/within-run.ts';

/** What a caller shows: its process number, and a random word that is used once. */
const SHOWN = /^([1-9]\d{0,9})-[0-9a-f]{32}$/;

const NOT_SHOWN =
  'On this socket the "signalbox" command shows which process calls. Other programs bring a token: signalbox token add';
const NOT_SEEN =
  'The calling process cannot be seen from here. In a container or a sandbox, put a token into SIGNALBOX_CREDENTIAL: signalbox token add';
const WITHIN_RUN =
  'This comes from inside a run, without its credential: SIGNALBOX_CREDENTIAL is not in its environment. Let the shell tool pass it on.';

/**
 * Node cannot ask the kernel who is at the other end of a Unix socket. So the caller makes a file and names it,
 * and has it open while it calls; the process that is named must have this very file open. Whoever shows nothing
 * is nobody: what a caller leaves out makes it no more.
 */
export class LocalCallers {
  readonly #folder: string;
  readonly #runs: string;
  readonly #state: () => State;

  constructor({ callers, runs }: Pick<StatePaths, 'callers' | 'runs'>, state: () => State) {
    this.#folder = callers;
    this.#runs = runs;
    this.#state = state;
    rmSync(callers, { recursive: true, force: true });
    mkdirSync(callers, { recursive: true, mode: 0o700 });
  }

  /** Why this caller is not the operator; null: it is. What was shown is used up by this. */
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
    const lineage = lineageOf(pid);
    // It has ended since: nobody waits for an answer.
    if (lineage.length === 0 || isWithinRun(lineage)) return true;
    for (const work of this.#state().works) {
      const run = tendedRun(work);
      if (run && isOfRun(lineage, run, runFiles(this.#runs, run.unit, run.number).output)) return true;
    }
    return false;
  }
}
