/** Starts units that are ready and watches their runs until they end. */
import { existsSync } from 'node:fs';
import type { Outcome, Run, WorkUnit } from '../../shared/words.ts';
import { agentOf } from '../agents/agent-of.ts';
import { DAEMON } from '../domain/actors.ts';
import { runTold } from '../domain/commands/interrupt.ts';
import { stopRun } from '../domain/commands/kill.ts';
import { MIB } from '../domain/settings.ts';
import { activeWorks, tendedRun } from '../domain/state.ts';
import type { Executors } from '../executors/executors.ts';
import { sizeOf } from '../output/tail.ts';
import {
  childrenOf,
  isAlive,
  listProcesses,
  type ProcessList,
  processesOfRun,
  sendSignal,
} from '../system/processes.ts';
import { keyOfRun, type RunFiles, runFiles } from '../system/run-files.ts';
import { AnswersFiles } from './answers-file.ts';
import type { CarriedRuns } from './carried-runs.ts';
import type { RunParts } from './launch-run.ts';
import { Merger } from './merger.ts';
import { ProcessTerminator } from './process-terminator.ts';
import { recordEnd } from './record-end.ts';
import { Starter } from './starter.ts';
import type { TouchedConflicts } from './touched-conflicts.ts';
import type { Worktrees } from './worktrees.ts';
import { readNotes } from './wrapper.ts';

const POLL_MS = 300;

export interface DispatcherParts extends RunParts {
  readonly worktrees: Worktrees;
  readonly touched: TouchedConflicts;
  /** Starts nothing; live runs continue. */
  readonly readOnly: boolean;
  /** Whether other daemons write to the same log. */
  readonly isShared: boolean;
  readonly executors: Executors;
  readonly carried: CarriedRuns;
}

/**
 * Starts READY units within the limit and records how their runs end. Runs that this daemon started and runs that
 * it found alive are treated the same: exits, changes and the clock only trigger another look.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #terminator = new ProcessTerminator();
  readonly #answers: AnswersFiles;
  /** All live processes, listed at most once per look. */
  #processes: ProcessList | null = null;
  readonly #merger: Merger;
  readonly #starter: Starter;
  /** Ended runs whose worktree is being kept, which a look must skip. */
  readonly #ending = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #unsubscribe = () => {};
  #working: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#answers = new AnswersFiles(parts.log);
    const look = () => this.#look();
    parts.worktrees.whenChanged(look);
    parts.executors.whenChanged(look);
    this.#merger = new Merger(parts);
    const end = (run: Run, outcome: Outcome, carrier?: null) => recordEnd(parts, run, outcome, carrier);
    this.#starter = new Starter({ ...parts, end, look });
  }

  start(): void {
    this.#unsubscribe = this.#parts.store.onChange(() => this.#look());
    this.#timer = setInterval(() => this.#look(), POLL_MS);
    this.#look();
  }

  /** Stops starting and leaves runs alive; the next daemon adopts them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#starter.stop();
    this.#unsubscribe();
    if (this.#timer) clearInterval(this.#timer);
    this.#parts.executors.stop();
    await this.#working;
    await Promise.all([this.#parts.worktrees.idle(), this.#merger.idle(), ...this.#ending.values()]);
  }

  /** One look at a time; triggers in between cause one more. */
  #look(): void {
    this.#again = true;
    this.#working ??= this.#lookAround().finally(() => {
      this.#working = null;
    });
  }

  async #lookAround(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        this.#parts.executors.look();
        await this.#tend();
        if (!this.#parts.readOnly && this.#parts.store.leads) {
          await this.#starter.startReady();
          this.#merger.look();
        }
      } catch (error) {
        this.#parts.log.error('dispatcher', error);
      }
    }
  }

  async #tend(): Promise<void> {
    const { state } = this.#parts.store;
    const commits: Promise<unknown>[] = [];
    if (!this.#parts.store.leads) this.#parts.carried.forgetLead();
    this.#processes = null;
    for (const work of activeWorks(state)) {
      const run = tendedRun(work);
      if (!run || this.#starter.isLaunching(run) || this.#ending.has(keyOfRun(run))) continue;
      if (!this.#isAtHand(run)) continue;
      const printed = sizeOf(this.#files(run).output) / MIB;
      const outcome = run.executor
        ? this.#parts.carried.look(run)
        : this.#outcomeOf(run, printed > 2 * state.settings.output_mib);
      if (outcome) commits.push(this.#end(run, outcome));
      else if (printed > state.settings.output_mib && !run.kill) commits.push(this.#stopForOutput(run));
      else if (!run.executor && this.#answers.refresh(this.#files(run).answers, work, run.number))
        if (run.messages.length > run.told) commits.push(this.#tell(work, run));
    }
    await Promise.all(commits);
  }

  /**
   * Where several daemons share a log, each tends the runs that it has started, and only the one that leads says that a
   * run never began: elsewhere a run has no process and no notes, although it is alive.
   */
  #isAtHand(run: Run): boolean {
    if (!this.#parts.isShared) return true;
    if (run.executor) return this.#parts.store.leads;
    return run.process ? existsSync(this.#files(run).folder) : this.#parts.store.leads;
  }

  /**
   * Check the process first, then the notes: in the other order a run that exits in between is reported as vanished.
   * The end counts when no process of the run is left: leftover processes are terminated with it.
   */
  #outcomeOf(run: Run, hurry: boolean): Outcome | null {
    if (!run.kill && run.process && isAlive(run.process, run.marker)) return null;
    const files = this.#files(run);
    const { began, ended } = readNotes(files);
    if (!run.kill && !began) return { exit: 'never-began', code: 'wrapper-ended', detail: '' };
    this.#processes ??= listProcesses();
    const family = processesOfRun(run.marker, run.process?.pid ?? null, files.output, this.#processes);
    // Without an end note and without the wrapper, its remaining processes are still the run.
    const isEnding = family.length > 0 && (run.kill || ended);
    const untouchable = isEnding ? this.#terminator.press(keyOfRun(run), family, hurry) : [];
    if (untouchable.length < family.length) return null;
    if (untouchable.length > 0)
      this.#parts.log.info(
        `Run ${run.number} of unit ${run.unit} leaves processes behind that have changed their user and take no signal of Signalbox: ${untouchable.join(', ')}.`,
      );
    // It may have noted its end since: read again, now that no process can write notes.
    return readNotes(files).ended ?? { exit: 'vanished' };
  }

  async #stopForOutput({ unit, number }: Run): Promise<void> {
    const { output_mib } = this.#parts.store.state.settings;
    const input = { unit, run: number, code: 'output-limit', output_mib } as const;
    await this.#parts.store.commit(DAEMON, (state) => stopRun(state, input));
  }

  /**
   * The message is in the answers file. Commit first, then signal: a second signal may end an agent,
   * so a daemon that dies in between leaves the message without a signal.
   */
  async #tell(work: WorkUnit, run: Run): Promise<void> {
    const { store } = this.#parts;
    const { unit, number, messages } = run;
    await store.commit(DAEMON, (state) => runTold(state, { unit, run: number, count: messages.length }));
    const name = agentOf(store.state, work.unit.spec)?.interrupt;
    if (name && run.process) for (const pid of childrenOf(run.process, run.marker)) sendSignal(pid, name);
  }

  async #end(run: Run, outcome: Outcome): Promise<void> {
    this.#terminator.forget(keyOfRun(run));
    this.#answers.forget(this.#files(run).answers);
    this.#parts.carried.forget(run);
    // What was decided of a carried run holds for the carrier that it was decided about.
    const carrier = run.executor ? (run.carrier?.id ?? null) : undefined;
    const ending = recordEnd(this.#parts, run, outcome, carrier).then(() => this.#parts.carried.cancel(run));
    // A snapshot may take a while: others start and end meanwhile.
    if (this.#parts.store.state.works.get(run.unit)?.unit.work) this.#later(run, ending);
    else await ending;
  }

  #later(run: Run, ending: Promise<void>): void {
    const settled = ending
      .catch((error: unknown) => this.#parts.log.error('dispatcher', error))
      .finally(() => {
        this.#ending.delete(keyOfRun(run));
        this.#look();
      });
    this.#ending.set(keyOfRun(run), settled);
  }

  #files(run: Run): RunFiles {
    return runFiles(this.#parts.runs, run.unit, run.number);
  }
}
