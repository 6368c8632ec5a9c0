import type { Outcome, Run, WorkUnit } from '../../shared/words.ts';
import { hashOf, newSecret } from '../access/secret.ts';
import { agentOf } from '../agents/agent-of.ts';
import { DAEMON } from '../domain/actors.ts';
import { runTold } from '../domain/commands/interrupt.ts';
import { stopRun } from '../domain/commands/kill.ts';
import { endRun, startRun } from '../domain/commands/runs.ts';
import { Refusal } from '../domain/refusal.ts';
import { MIB } from '../domain/settings.ts';
import { startOrder } from '../domain/start-order.ts';
import { liveRun, tendedRun } from '../domain/state.ts';
import { freeSlots } from '../domain/status.ts';
import { lastLines, sizeOf } from '../output/tail.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';
import { newId } from '../system/new-id.ts';
import { type Census, childrenOf, familyOf, isAlive, signal, takeCensus } from '../system/processes.ts';
import { type RunFiles, runFiles } from '../system/run-files.ts';
import { AnswersFiles } from './answers-file.ts';
import { checkConflicts } from './check-conflicts.ts';
import { launchRun } from './launch-run.ts';
import { ProcessTerminator } from './process-terminator.ts';
import { readNotes } from './wrapper.ts';

const POLL_MS = 300;
const CONTEXT_LINES = 12;

export interface DispatcherParts {
  readonly store: Store;
  readonly log: Log;
  /** Project folder, run files, and what runs need to reach the daemon. */
  readonly project: string;
  readonly runs: string;
  readonly socket: string;
  readonly bin: string;
  /** The umask of the operator's shell, for files of runs; the daemon's own files are private. */
  readonly umask: number;
  /** Starts nothing; live runs continue. */
  readonly readOnly: boolean;
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
  #census: Census | null = null;
  /** Runs between "started" and "go", which a look must skip. */
  readonly #launching = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #unsubscribe = () => {};
  #working: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#answers = new AnswersFiles(parts.log);
  }

  start(): void {
    this.#unsubscribe = this.#parts.store.onChange(() => this.#look());
    this.#timer = setInterval(() => this.#look(), POLL_MS);
    this.#look();
  }

  /** Stops starting and leaves runs alive; the next daemon adopts them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    if (this.#timer) clearInterval(this.#timer);
    await this.#working;
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
        await this.#tend();
        if (!this.#parts.readOnly) await this.#startReady();
      } catch (error) {
        this.#parts.log.error('dispatcher', error);
      }
    }
  }

  async #tend(): Promise<void> {
    const { state } = this.#parts.store;
    const commits: Promise<unknown>[] = [];
    this.#census = null;
    for (const work of state.works) {
      const run = tendedRun(work);
      if (!run || this.#launching.has(keyOf(run))) continue;
      const printed = sizeOf(this.#files(run).output) / MIB;
      const outcome = this.#outcomeOf(run, printed > 2 * state.settings.output_mib);
      if (outcome) commits.push(this.#end(run, outcome));
      else if (printed > state.settings.output_mib && !run.kill) commits.push(this.#stopForOutput(run));
      else if (this.#answers.refresh(this.#files(run).answers, work, run.number))
        if (run.messages.length > run.told) commits.push(this.#tell(work, run));
    }
    await Promise.all(commits);
  }

  /**
   * Check the process first, then the notes: in the other order a run that exits in between is reported as vanished.
   * The end counts when no process of the run is left: leftover processes are terminated with it.
   */
  #outcomeOf(run: Run, hurry: boolean): Outcome | null {
    if (!run.kill && run.process && isAlive(run.process, run.marker)) return null;
    const files = this.#files(run);
    const { began, ended } = readNotes(files);
    if (!run.kill && !began)
      return { exit: 'never-began', reason: 'its wrapper ended before the command began' };
    this.#census ??= takeCensus();
    const family = familyOf(run.marker, run.process?.pid ?? null, files.output, this.#census);
    // It may have noted its end since: read again, now that no process can write notes.
    if (family.length === 0) return readNotes(files).ended ?? { exit: 'vanished' };
    // Without an end note and without the wrapper, its remaining processes are still the run.
    if (run.kill || ended) this.#terminator.press(keyOf(run), family, hurry);
    return null;
  }

  async #stopForOutput({ unit, number }: Run): Promise<void> {
    const { output_mib } = this.#parts.store.state.settings;
    const input = { unit, run: number, reason: `it printed more than ${output_mib} MiB` };
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
    if (name && run.process) for (const pid of childrenOf(run.process, run.marker)) signal(pid, name);
  }

  async #end(run: Run, outcome: Outcome): Promise<void> {
    this.#terminator.forget(keyOf(run));
    this.#answers.forget(this.#files(run).answers);
    const lines = lastLines(this.#files(run).output, CONTEXT_LINES);
    const input = { unit: run.unit, run: run.number, outcome, lines, key: newId() };
    await this.#parts.store.commit(DAEMON, (state, at) => endRun(state, { ...input, at }));
  }

  /** One by one: whether the next may start depends on the one just started. */
  async #startReady(): Promise<void> {
    const { store, project } = this.#parts;
    // Computing the start order is costly with thousands of units, so it is skipped without room.
    if (freeSlots(store.state) < 1) return;
    const launches: Promise<void>[] = [];
    for (const { unit } of startOrder(store.state)) {
      if (this.#stopped || freeSlots(store.state) < 1) break;
      await checkConflicts(store, project, unit.id);
      const started = await this.#commitStart(unit.id);
      if (started) launches.push(this.#launch(started.run, started.token));
    }
    await Promise.all(launches);
  }

  /** Commits the start, unless the unit may not start (any more). */
  async #commitStart(unit: number): Promise<{ run: Run; token: string } | null> {
    const { store } = this.#parts;
    const token = newSecret();
    const input = { unit, marker: newId(), token: hashOf(token) };
    try {
      await store.commit(DAEMON, (state) => {
        const decision = startRun(state, input);
        this.#launching.add(`${unit}-${decision.result?.run}`);
        return decision;
      });
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
    const work = store.state.works.get(unit);
    const run = work && liveRun(work);
    return run ? { run, token } : null;
  }

  async #launch(run: Run, token: string): Promise<void> {
    try {
      const outcome = await launchRun(this.#parts, run, token, () => this.#look());
      if (outcome) await this.#end(run, outcome);
    } catch (error) {
      this.#parts.log.error('dispatcher', error);
    } finally {
      this.#launching.delete(keyOf(run));
    }
  }

  #files(run: Run): RunFiles {
    return runFiles(this.#parts.runs, run.unit, run.number);
  }
}

const keyOf = (run: Run): string => `${run.unit}-${run.number}`;
