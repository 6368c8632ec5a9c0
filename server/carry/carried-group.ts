/** The processes of a run on the machine of its carrier: the same wrapper as beside the daemon, which ends with the carrier. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CarriedOutcome, Claimed } from '../../shared/carry-words.ts';
import type { ProcessIdentity } from '../../shared/words.ts';
import { environmentFor, makeBin } from '../runs/environment.ts';
import { ProcessTerminator } from '../runs/process-terminator.ts';
import { makeRunFolder, readNotes, spawnWrapper } from '../runs/wrapper.ts';
import { childrenOf, lookUp, processesOfRun, sendSignal } from '../system/processes.ts';
import type { RunFiles } from '../system/run-files.ts';

const LOOK_MS = 100;

export interface GroupParts {
  readonly files: RunFiles;
  readonly marker: string;
  readonly token: string;
  readonly socket: string;
  /** The program that runs find as `signalbox`. */
  readonly program: string;
  readonly umask: number;
}

export class CarriedGroup {
  readonly #parts: GroupParts;
  readonly #terminator = new ProcessTerminator();
  #child: ChildProcess | null = null;
  #identity: ProcessIdentity | null = null;
  #isEnding: 'by-and-by' | 'now' | null = null;
  #watch: Promise<void> | null = null;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  /** Starts the command, and resolves with how it ended when no process of it is left. */
  async run(claimed: Claimed): Promise<CarriedOutcome> {
    const { files, marker, umask } = this.#parts;
    const { command, cwd } = claimed;
    if (this.#isEnding !== null) return neverBegan('it was to end before it began');
    if (!existsSync(cwd)) return neverBegan(`there is no folder ${cwd}`);
    makeRunFolder(files);
    writeFileSync(files.answers, claimed.answers, { mode: 0o600 });
    const env = this.#environment(claimed);
    const child = spawnWrapper({ files, marker, command, cwd, env, umask, isWatched: true });
    this.#child = child;
    child.stdin?.on('error', () => {});
    const exit = once(child, 'exit').catch((error: Error) => error);
    child.stdin?.write('go\n');
    const found = lookUp(child.pid ?? 0);
    this.#identity = found && { pid: found.pid, started: found.started };
    const ended = await exit;
    if (ended instanceof Error) return neverBegan(ended.message);
    await this.#endRest();
    const notes = readNotes(files);
    if (notes.ended?.exit === 'exited') return { exit: 'exited', code: notes.ended.code };
    return notes.began ? { exit: 'vanished' } : neverBegan('its wrapper ended before the command began');
  }

  #environment({ chunk, phase, run, env, cwd }: Claimed): NodeJS.ProcessEnv {
    const { files, marker, token, socket, program } = this.#parts;
    const bin = join(files.folder, 'bin');
    makeBin(bin, program);
    return environmentFor(
      {
        spec: { chunk, env },
        agent: { env: [] },
        run: { phase, number: run, marker },
        token,
        socket,
        answers: files.answers,
        bin,
        place: { cwd, env: {} },
      },
      process.env,
    );
  }

  /** Asks the processes to end, and ends them after ten seconds; `now`: at once. */
  end(now: boolean): void {
    if (this.#isEnding === 'now') return;
    this.#isEnding = now ? 'now' : 'by-and-by';
    if (now) this.#endGroup();
    this.#press();
    this.#watch ??= this.#pressOn();
  }

  /** At once, before anybody looks for what has left the group: our own child is not reaped yet, so the number is its. */
  #endGroup(): void {
    const { pid, exitCode, signalCode } = this.#child ?? {};
    if (pid !== undefined && exitCode === null && signalCode === null) sendSignal(-pid, 'SIGKILL');
  }

  /** Tells the command of a message. */
  signal(name: NodeJS.Signals): void {
    if (!this.#identity) return;
    for (const pid of childrenOf(this.#identity, this.#parts.marker)) sendSignal(pid, name);
  }

  async #pressOn(): Promise<void> {
    while (this.#child?.exitCode === null && this.#child.signalCode === null) {
      this.#press();
      await delay(LOOK_MS);
    }
  }

  #press(): number {
    const family = this.#family();
    const untouchable = this.#terminator.press('run', family, this.#isEnding === 'now');
    return family.length - untouchable.length;
  }

  /** What outlives the wrapper's group ends with the run. */
  async #endRest(): Promise<void> {
    this.#isEnding ??= 'by-and-by';
    while (this.#press() > 0) await delay(LOOK_MS);
  }

  #family(): number[] {
    const { marker, files } = this.#parts;
    return processesOfRun(marker, this.#identity?.pid ?? null, files.output);
  }
}

const neverBegan = (detail: string): CarriedOutcome => ({ exit: 'never-began', detail });
