import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { By, Outcome, ProcessIdentity, Run } from '../../shared/words.ts';
import type { Agent } from '../agents/agent.ts';
import { endRun, spawned, startRun } from '../commands/runs.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import { startOrder } from '../start-order.ts';
import { currentStep, isDone, liveRun, type State } from '../state.ts';
import { freeSlots } from '../status.ts';
import type { Store } from '../store.ts';
import { writeAnswers } from './answers-file.ts';
import { environmentFor } from './environment.ts';
import { familyOf, isAlive, lookUp } from './processes.ts';
import { lastLines } from './tail.ts';
import { makeRunFolder, type RunFiles, readNotes, runFiles, spawnWrapper } from './wrapper.ts';

const POLL_MS = 300;
const CONTEXT_LINES = 12;
const BY: By = { actor: 'signalbox', role: 'daemon', door: 'daemon', origin: null };

export interface DispatcherParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly agent: Agent;
  readonly log: Log;
  /** Where runs work, where their files are, and what they need to find the way back. */
  readonly project: string;
  readonly runs: string;
  readonly socket: string;
  readonly bin: string;
}

/**
 * Starts READY units as room allows and reads how their runs end. A run that this daemon started and one that
 * it found alive are tended alike: exits, changes and the clock all only say "look again".
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** Runs between "started" and "go": not to be looked at. */
  readonly #launching = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #unsubscribe = () => {};
  #working: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
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
        await this.#startReady();
      } catch (error) {
        this.#parts.log.error('dispatcher', error);
      }
    }
  }

  async #tend(): Promise<void> {
    const ended: Promise<unknown>[] = [];
    for (const work of this.#parts.store.state.works) {
      const run = liveRun(work);
      if (!run || isDone(work) || this.#launching.has(keyOf(run))) continue;
      const outcome = this.#outcomeOf(run);
      if (outcome) ended.push(this.#end(run, outcome));
    }
    await Promise.all(ended);
  }

  /** The process first, then the notes: in the other order an end between the two would look like a vanishing. */
  #outcomeOf(run: Run): Outcome | null {
    const files = this.#files(run);
    if (run.process && isAlive(run.process, run.marker)) return null;
    const { began, ended } = readNotes(files);
    if (ended) return ended;
    if (!began) return { how: 'never-began', reason: 'its wrapper ended before the command began' };
    const group = run.process?.pid ?? null;
    return familyOf(run.marker, group, files.output).length > 0 ? null : { how: 'vanished' };
  }

  async #end(run: Run, outcome: Outcome): Promise<void> {
    const lines = lastLines(this.#files(run).output, CONTEXT_LINES);
    const input = { unit: run.unit, run: run.number, outcome, lines, key: newId() };
    await this.#parts.store.commit(BY, (state) => endRun(state, input));
  }

  async #startReady(): Promise<void> {
    const { store, settings } = this.#parts;
    const free = freeSlots(store.state, settings.max_agents);
    if (free < 1) return;
    const next = startOrder(store.state).slice(0, free);
    await Promise.all(next.map(({ unit }) => this.#launch(unit.id)));
  }

  async #launch(unit: number): Promise<void> {
    const { store, settings, agent, log } = this.#parts;
    const marker = newId();
    const input = { unit, marker, agent: agent.name, max_agents: settings.max_agents };
    let key: string | null = null;
    try {
      const decide = (state: State) => {
        const decision = startRun(state, input);
        key = `${unit}-${decision.made?.run}`;
        this.#launching.add(key);
        return decision;
      };
      await store.commit(BY, decide);
      await this.#letGo(unit);
    } catch (error) {
      if (!(error instanceof Refusal)) log.error('dispatcher', error);
    } finally {
      if (key !== null) this.#launching.delete(key);
    }
  }

  /** Spawns the wrapper, has its identity committed, and only then says "go": nothing runs unrecorded. */
  async #letGo(unit: number): Promise<void> {
    const { store, agent, project, socket, bin } = this.#parts;
    const work = store.state.works.get(unit);
    const run = work && liveRun(work);
    const step = work && currentStep(work);
    if (!work || !run || !step) return;
    const { spec } = work.unit;
    const files = this.#files(run);
    let child: ChildProcess | null = null;
    try {
      makeRunFolder(files);
      writeAnswers(files.answers, work, run.number);
      const env = environmentFor({ spec, run, socket, answers: files.answers, bin }, process.env);
      const command = agent.command(spec, step);
      child = spawnWrapper({ files, marker: run.marker, command, cwd: project, env });
      const identity = await this.#identify(child);
      await store.commit(BY, (state) => spawned(state, { unit, run: run.number, ...identity }));
      child.stdin?.end('go\n');
      child.unref();
    } catch (error) {
      child?.stdin?.destroy();
      const reason = error instanceof Error ? error.message : String(error);
      await this.#end(run, { how: 'never-began', reason });
    }
  }

  async #identify(child: ChildProcess): Promise<ProcessIdentity> {
    for (const emitter of [child, child.stdin]) emitter?.on('error', () => this.#look());
    child.on('exit', () => this.#look());
    await once(child, 'spawn');
    const found = lookUp(child.pid ?? 0);
    if (!found) throw new Error('the wrapper ended at once');
    return { pid: found.pid, started: found.started };
  }

  #files(run: Run): RunFiles {
    return runFiles(this.#parts.runs, run.unit, run.number);
  }
}

const keyOf = (run: Run): string => `${run.unit}-${run.number}`;

/** 128 random bits: an id that nobody guesses and no other daemon makes. */
export const newId = (): string => randomBytes(16).toString('hex');
