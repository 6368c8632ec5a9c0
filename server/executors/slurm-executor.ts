/** Runs on a cluster: gives Slurm a job for each run, whose carrier finds its launch in a file that the nodes share. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Launch } from '../../shared/carry-words.ts';
import type { SlurmDefinition } from '../../shared/executor-words.ts';
import { tendedRuns } from '../domain/state.ts';
import { callProgram } from './call-program.ts';
import { CarrierQueue } from './carrier-queue.ts';
import type { Executor, ExecutorParts } from './executors.ts';
import { LaunchFiles } from './launch-files.ts';
import { Reach } from './reach.ts';
import {
  jobEnvironment,
  jobIn,
  jobScript,
  markersIn,
  sbatchArguments,
  scancelArguments,
  squeueArguments,
} from './slurm-command.ts';
import { SAFE_PATH } from './ssh-command.ts';

/** How often squeue is asked: while somebody is waited for, and while nobody is. */
const WAITING_MS = 3000;
const IDLE_MS = 30_000;
const FIRST_PAUSE_MS = 1000;

export class SlurmExecutor implements Executor {
  readonly definition: SlurmDefinition;
  readonly #parts: ExecutorParts;
  readonly #reach: Reach;
  readonly #stopping = new AbortController();
  readonly #files: LaunchFiles;
  readonly #queue = new CarrierQueue();
  readonly #user = process.getuid?.() ?? 0;
  /** Jobs whose runs had ended when squeue was asked last: the carrier may have been on its way out. */
  #left: ReadonlySet<string> = new Set();
  #wake: AbortController | null = null;

  constructor(definition: SlurmDefinition, parts: ExecutorParts, changed: () => void) {
    this.definition = definition;
    this.#parts = parts;
    this.#reach = new Reach(definition.name, parts.log, changed, this.#stopping.signal);
    const shared = definition.slurm.shared ?? join(parts.folder, 'slurm');
    this.#files = new LaunchFiles(join(shared, `${parts.store.epoch.slice(0, 12)}-${definition.name}`));
    void this.#watch();
  }

  get reach(): Executor['reach'] {
    return this.#reach.now;
  }

  async start({ marker, secret }: Pick<Launch, 'marker' | 'secret'>): Promise<string> {
    const { lost_after, program, slurm } = this.definition;
    const { folder } = this.#files;
    const launch = { marker, secret, socket: this.#parts.socket, via: slurm.via, folder, lost_after };
    this.#files.write(launch);
    try {
      const script = jobScript(program, this.#files.launch(marker));
      const args = sbatchArguments(marker, this.#files.log(marker), slurm);
      return jobIn(await this.#call('sbatch', args, script));
    } catch (error) {
      if (await this.#isKnownToBeRefused(marker)) {
        this.cancel(marker);
        throw error;
      }
      return '';
    } finally {
      // Here, as a start may take as long as a claim may.
      this.#queue.expect(marker, performance.now());
      this.#wake?.abort();
    }
  }

  /** Where sbatch has failed, Slurm may have taken the job all the same: then its run is not given up for that. */
  async #isKnownToBeRefused(marker: string): Promise<boolean> {
    const queued = await this.#list().catch(() => null);
    return queued !== null && !queued.has(marker);
  }

  isWaiting(marker: string): boolean {
    const isFirst = this.#queue.isEmpty;
    const is = this.#queue.isWaiting(marker, performance.now());
    if (isFirst) this.#wake?.abort();
    return is;
  }

  /** Without a controller nothing is cancelled: so the job is known here until the queue has it no more. */
  cancel(marker: string): void {
    this.#queue.forget(marker);
    this.#files.withdraw(marker);
    void this.#call('scancel', scancelArguments(this.#user, marker)).catch(() => {
      // asked again, at a later look
    });
  }

  #forget(marker: string): void {
    this.#queue.forget(marker);
    const said = this.#files.remove(marker);
    if (said !== '') this.#parts.log.info(`A carrier of ${this.definition.name} said: ${said}`);
  }

  stop = (): void => this.#stopping.abort();

  /** Asks for the queue again and again. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; ) {
      try {
        await this.#look();
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        this.#reach.lose(error instanceof Error ? error.message : String(error));
        pause = Math.min(IDLE_MS, pause * 2);
      }
      this.#wake = new AbortController();
      const until = AbortSignal.any([signal, this.#wake.signal]);
      const rest = this.#queue.isEmpty ? IDLE_MS : WAITING_MS;
      await delay(this.#reach.now.reached ? rest : pause, undefined, { signal: until }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    this.#prepare();
    const asked = performance.now();
    const queued = await this.#list();
    this.#queue.take(queued, asked);
    this.#tidy(queued);
    this.#reach.gain();
  }

  #prepare(): void {
    const { slurm } = this.definition;
    if (!SAFE_PATH.test(this.#files.folder))
      throw new Error(`"${this.#files.folder}" has unusual characters: name another folder as "shared"`);
    if (slurm.via !== null && this.#parts.socket.includes(':'))
      throw new Error('ssh cannot forward a socket whose path has a ":"');
    this.#files.prepare();
  }

  /** Takes away what runs have left that have ended: files at once, a job when it is still there at the second look. */
  #tidy(queued: ReadonlySet<string>): void {
    const live = new Set(tendedRuns(this.#parts.store.state).map(({ marker }) => marker));
    const over = [...this.#files.markers()].filter((marker) => !live.has(marker));
    const left = over.filter((marker) => queued.has(marker));
    for (const marker of over)
      if (!queued.has(marker)) this.#forget(marker);
      else if (this.#left.has(marker)) this.cancel(marker);
    this.#left = new Set(left);
  }

  async #list(): Promise<ReadonlySet<string>> {
    return markersIn(await this.#call('squeue', squeueArguments(this.#user)));
  }

  #call(program: string, args: readonly string[], input = ''): Promise<string> {
    const env = jobEnvironment(process.env);
    return callProgram(program, args, { input, env, signal: this.#stopping.signal });
  }
}
