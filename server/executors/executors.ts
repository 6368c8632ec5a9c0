/** Where runs may work besides this machine: the executors of the operator's file, as they are now. */
import type { Launch } from '../../shared/carry-words.ts';
import type { ExecutorDefinition } from '../../shared/executor-words.ts';
import { tendedRuns } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';
import { KubernetesExecutor } from './kubernetes-executor.ts';
import type { Reach } from './reach.ts';
import { SlurmExecutor } from './slurm-executor.ts';
import { SshExecutor } from './ssh-executor.ts';

/** Starts carriers on one other machine, or cluster. It knows no units, and no order: the log grants the runs. */
export interface Executor {
  readonly definition: ExecutorDefinition;
  readonly reach: Reach['now'];
  /** Starts a carrier, and returns what it is called there. Rejects where that is not known. */
  start(launch: Pick<Launch, 'marker' | 'secret'>): Promise<string>;
  /** Whether a carrier may still come that was started for this run. */
  isWaiting(marker: string): boolean;
  /** Takes back what was started for a run that has ended. Best effort: the log grants it to nobody any more. */
  cancel(marker: string): void;
  stop(): void;
}

export interface ExecutorParts {
  readonly store: Store;
  readonly log: Log;
  /** The daemon's socket, which carriers call. */
  readonly socket: string;
  /** The state folder: holds the sockets of ssh, and launches. */
  readonly folder: string;
}

const NOT_REACHED = { reached: false, problem: null };

export class Executors {
  readonly #parts: ExecutorParts;
  readonly #open = new Map<string, Executor>();
  #changed = (): void => {};

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /** `changed` is called when one is reached that was not. */
  whenChanged(changed: () => void): void {
    this.#changed = changed;
  }

  /** Opens and closes what the file names now. One that it names no more stays while it has runs. */
  look(): void {
    const { state, leads } = this.#parts.store;
    const { executors } = state.executors;
    if (executors.length === 0 && this.#open.size === 0) return;
    const wanted = new Map(leads ? executors.map((each) => [each.name, each] as const) : []);
    for (const [name, { definition, stop }] of this.#open) {
      const now = wanted.get(name);
      const isSame = now && JSON.stringify(now) === JSON.stringify(definition);
      if (isSame || (leads && !now && this.#hasRuns(name))) continue;
      stop();
      this.#open.delete(name);
    }
    for (const [name, definition] of wanted)
      if (!this.#open.has(name)) this.#open.set(name, this.#opened(definition));
  }

  #opened(definition: ExecutorDefinition): Executor {
    if ('slurm' in definition) return new SlurmExecutor(definition, this.#parts, this.#changed);
    if ('ssh' in definition) return new SshExecutor(definition, this.#parts, this.#changed);
    return new KubernetesExecutor(definition, this.#parts, this.#changed);
  }

  #hasRuns(name: string): boolean {
    return tendedRuns(this.#parts.store.state).some(({ executor }) => executor === name);
  }

  reach(name: string): Executor['reach'] {
    return this.#open.get(name)?.reach ?? NOT_REACHED;
  }

  start(name: string, launch: Pick<Launch, 'marker' | 'secret'>): Promise<string> {
    const executor = this.#open.get(name);
    return executor ? executor.start(launch) : Promise.reject(new Error(`there is no executor ${name}`));
  }

  isWaiting(name: string, marker: string): boolean {
    return this.#open.get(name)?.isWaiting(marker) ?? false;
  }

  cancel(name: string, marker: string): void {
    this.#open.get(name)?.cancel(marker);
  }

  stop(): void {
    for (const executor of this.#open.values()) executor.stop();
    this.#open.clear();
  }
}
