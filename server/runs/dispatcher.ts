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
import { letGo } from './let-go.ts';
import { ProcessTerminator } from './process-terminator.ts';
import { readNotes } from './wrapper.ts';

const POLL_MS = 300;
const CONTEXT_LINES = 12;

export interface DispatcherParts {
  readonly store: Store;
  readonly log: Log;
  /** Where runs work, where their files are, and what they need to find the way back. */
  readonly project: string;
  readonly runs: string;
  readonly socket: string;
  readonly bin: string;
  /** Of the operator's shell: the daemon's own files are for nobody else, those of runs as it says. */
  readonly umask: number;
  /** Nothing is started; what is at work goes on and ends. */
  readonly readOnly: boolean;
}

/**
 * Starts READY units as room allows and reads how their runs end. A run that this daemon started and one that
 * it found alive are tended alike: exits, changes and the clock all only say "look again".
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #terminator = new ProcessTerminator();
  readonly #answers: AnswersFiles;
  /** Everybody alive, taken at most once in each look. */
  #census: Census | null = null;
  /** Runs between "started" and "go": not to be looked at. */
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

  /** Starts nothing more and leaves every run alive; the next daemon adopts them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    if (this.#timer) clearInterval(this.#timer);
    await this.#working;
  }

  /** One look at a time; what comes in between is one more look. */
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
   * The process first, then the notes: in the other order an end between the two would look like a vanishing.
   * The end counts when nobody of the family is left: what a run leaves behind is ended with it.
   */
  #outcomeOf(run: Run, hurry: boolean): Outcome | null {
    if (!run.kill && run.process && isAlive(run.process, run.marker)) return null;
    const files = this.#files(run);
    const { began, ended } = readNotes(files);
    if (!run.kill && !began) return { exit: 'never-began', code: 'wrapper-ended', detail: '' };
    this.#census ??= takeCensus();
    const family = familyOf(run.marker, run.process?.pid ?? null, files.output, this.#census);
    // It may have noted its end since: read again now that nobody can note any more.
    if (family.length === 0) return readNotes(files).ended ?? { exit: 'vanished' };
    // Without a note of its end and without its wrapper, what is left of the family is still the run.
    if (run.kill || ended) this.#terminator.press(keyOf(run), family, hurry);
    return null;
  }

  async #stopForOutput({ unit, number }: Run): Promise<void> {
    const { output_mib } = this.#parts.store.state.settings;
    const input = { unit, run: number, code: 'output-limit', output_mib } as const;
    await this.#parts.store.commit(DAEMON, (state) => stopRun(state, input));
  }

  /**
   * Its file has the words. Now that they were said, then the signal: an agent that gets a signal twice may end
   * for it, so a daemon that dies in between leaves the words without one.
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

  /** One after the other: whether the next may start depends on what has just been started. */
  async #startReady(): Promise<void> {
    const { store, project } = this.#parts;
    // Who would be next is costly to say with thousands of units, and changes nothing then.
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

  /** Commits the start, or learns that it may not be (any more). */
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
      const outcome = await letGo(this.#parts, run, token, () => this.#look());
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
