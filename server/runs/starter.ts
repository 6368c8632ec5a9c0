/** Starts the next runs, as many as there are free slots. */
import type { Outcome, Run, WorkUnit } from '../../shared/words.ts';
import { hashOf, newSecret } from '../access/secret.ts';
import { askBudget } from '../domain/commands/budget.ts';
import { startRun } from '../domain/commands/runs.ts';
import { executorOf, roomOn } from '../domain/executors.ts';
import { Refusal } from '../domain/refusal.ts';
import { startOrder } from '../domain/start-order.ts';
import { liveRun } from '../domain/state.ts';
import { freeSlots } from '../domain/status.ts';
import { spentBudget } from '../domain/usage.ts';
import type { Executors } from '../executors/executors.ts';
import { Deposed } from '../store/decide-batch.ts';
import { newId } from '../system/new-id.ts';
import { keyOfRun } from '../system/run-files.ts';
import { checkConflicts } from './check-conflicts.ts';
import { launchCarried } from './launch-carried.ts';
import { type LaunchParts, launchRun } from './launch-run.ts';
import type { TouchedConflicts } from './touched-conflicts.ts';

export interface StarterParts extends LaunchParts {
  /** What git says of units that have changed something already. */
  readonly touched: TouchedConflicts;
  /** Records the end of a run that never began. */
  readonly end: (run: Run, outcome: Outcome, carrier?: null) => Promise<void>;
  /** Something has changed about a run. */
  readonly look: () => void;
  readonly executors: Executors;
}

/** Starts READY units as room allows. */
export class Starter {
  readonly #parts: StarterParts;
  /** Runs between "started" and "go". */
  readonly #launching = new Set<string>();
  #stopped = false;

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  stop(): void {
    this.#stopped = true;
  }

  isLaunching = (run: Pick<Run, 'unit' | 'number'>): boolean => this.#launching.has(keyOfRun(run));

  /** One after the other: whether the next may start depends on what has just been started. */
  async startReady(): Promise<void> {
    const { store, project, worktrees, touched } = this.#parts;
    const room = () => freeSlots(store.state) - worktrees.making;
    // With thousands of units the order of starting is costly to compute, and without a free slot nobody needs it.
    if (room() < 1) return;
    const launches: Promise<void>[] = [];
    for (const work of startOrder(store.state)) {
      if (this.#stopped || room() < 1) break;
      if (!this.#hasRoom(work) || !worktrees.isReady(work)) continue;
      if (work.unit.work?.snapshot) await touched.look();
      await checkConflicts(store, project, work.unit.id);
      if (await this.#isSpent(work.unit.id)) continue;
      const started = await this.#commitStart(work.unit.id);
      if (started) launches.push(this.#launch(started.run, started.token));
    }
    await Promise.all(launches);
  }

  /** On another machine: it is reached, and may take one more. */
  #hasRoom({ unit }: WorkUnit): boolean {
    const { store, executors } = this.#parts;
    const name = executorOf(store.state, unit);
    return name === null || (executors.reach(name).reached && roomOn(store.state, name) > 0);
  }

  /** Where its budget, or that of the day, is spent, the operator is asked, and it does not start. */
  async #isSpent(unit: number): Promise<boolean> {
    const { store } = this.#parts;
    const now = store.state.works.get(unit);
    const input = { unit, key: newId(), at: new Date().toISOString() };
    if (!now || spentBudget(store.state, now, input.at) === null) return false;
    if (askBudget(store.state, input).changes.length > 0)
      await store.lead((state, at) => askBudget(state, { ...input, at }));
    return true;
  }

  /** Commits the start, or learns that it may not be (any more). */
  async #commitStart(unit: number): Promise<{ run: Run; token: string } | null> {
    const { store } = this.#parts;
    const token = newSecret();
    const input = { unit, marker: newId(), token: hashOf(token) };
    try {
      await store.lead((state, at) => startRun(state, { ...input, at }));
    } catch (error) {
      if (error instanceof Refusal || error instanceof Deposed) return null;
      throw error;
    }
    const work = store.state.works.get(unit);
    const run = work && liveRun(work);
    if (!run) return null;
    this.#launching.add(keyOfRun(run));
    return { run, token };
  }

  async #launch(run: Run, token: string): Promise<void> {
    const { end, look, log } = this.#parts;
    try {
      if (run.executor) {
        const outcome = await launchCarried(this.#parts, run, token);
        // Somebody may have claimed it although the executor did not say that it took it.
        if (outcome) await end(run, outcome, null);
      } else {
        const outcome = await launchRun(this.#parts, run, token, look);
        if (outcome) await end(run, outcome);
      }
    } catch (error) {
      log.error('starter', error);
    } finally {
      this.#launching.delete(keyOfRun(run));
    }
  }
}
