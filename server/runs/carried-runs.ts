/** Runs on other machines, as the daemon sees them: it grants them, takes in what they print, and says which are lost. */
import type { By } from '../../shared/access-words.ts';
import type { BeatAnswer, CarriedOutcome } from '../../shared/carry-words.ts';
import { kindOf } from '../../shared/executor-words.ts';
import type { Outcome, Run, WorkUnit } from '../../shared/words.ts';
import { NoCommand } from '../agents/agent.ts';
import { agentOf } from '../agents/agent-of.ts';
import { taskOf } from '../agents/task.ts';
import type { CarryActions, ExecutorLine } from '../api/carry-actions.ts';
import { carriedRun, claimRun, type RunRef } from '../domain/commands/carry.ts';
import { runTold } from '../domain/commands/interrupt.ts';
import { executorNamed, roomOn } from '../domain/executors.ts';
import { conflict, Refusal } from '../domain/refusal.ts';
import { MIB } from '../domain/settings.ts';
import { type State, tendedRun } from '../domain/state.ts';
import type { Executors } from '../executors/executors.ts';
import { sizeOf } from '../output/tail.ts';
import type { Store } from '../store/store.ts';
import { digestOf } from '../system/digest.ts';
import { keyOfRun, type RunFiles, runFiles } from '../system/run-files.ts';
import { answersText } from './answers-file.ts';
import { appendPiece } from './carried-output.ts';
import { recordEnd } from './record-end.ts';
import type { Worktrees } from './worktrees.ts';

/** Seconds beyond those after which a carrier ends its run by itself: it must come first. */
export const marginOf = (lost_after: number): number => Math.min(30, Math.max(2, lost_after / 10));

export interface CarriedParts {
  readonly store: Store;
  readonly project: string;
  readonly runs: string;
  readonly worktrees: Worktrees;
  readonly executors: Executors;
}

export class CarriedRuns implements CarryActions {
  readonly #parts: CarriedParts;
  readonly #now: () => number;
  /** When a carrier was last heard of, in milliseconds. */
  readonly #heard = new Map<string, number>();
  /** Since when this daemon listens, and leads: silence before that says nothing. */
  #since: number | null = null;

  constructor(parts: CarriedParts, now = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
  }

  /** How a run has ended of which nobody reports an end; null: it has not. */
  look(run: Run): Outcome | null {
    this.#since ??= this.#now();
    const { executor = '', carrier, marker, kill } = run;
    if (carrier) return this.#isLost(run, carrier.lost_after);
    if (kill) return { exit: 'killed' };
    if (this.#parts.executors.isWaiting(executor, marker)) return null;
    return { exit: 'never-began', code: 'not-claimed', detail: executor };
  }

  /** Another daemon leads: it hears the carriers now. */
  forgetLead(): void {
    this.#since = null;
    this.#heard.clear();
  }

  forget(run: Run): void {
    this.#heard.delete(keyOfRun(run));
  }

  /** Once its end is recorded: a carrier that would come for it is taken back. */
  cancel({ unit, number, executor, marker }: Run): void {
    const work = this.#parts.store.state.works.get(unit);
    if (executor && (!work || tendedRun(work)?.number !== number))
      this.#parts.executors.cancel(executor, marker);
  }

  #isLost(run: Run, lost_after: number): Outcome | null {
    const now = this.#now();
    const silent = now - Math.max(this.#since ?? now, this.#heard.get(keyOfRun(run)) ?? 0);
    if (silent <= (lost_after + marginOf(lost_after)) * 1000) return null;
    return { exit: 'lost', seconds: Math.round(silent / 1000) };
  }

  lines = (): ExecutorLine[] => {
    const { store, executors } = this.#parts;
    return store.state.executors.executors.map((definition) => {
      const { name, folder, room } = definition;
      const ssh = 'ssh' in definition ? definition.ssh : null;
      const at_work = room - roomOn(store.state, name);
      return { name, kind: kindOf(definition), ssh, folder, room, at_work, ...executors.reach(name) };
    });
  };

  claim: CarryActions['claim'] = async (
    { by, ...ref },
    { carrier: id, machine, token, lost_after, answers },
  ) => {
    const { store } = this.#parts;
    this.#refuseUnlessLeading();
    const carrier = { id, machine, lost_after };
    // Before it is recorded: a look in between would find it silent since ever.
    const before = store.state.works.get(ref.unit)?.runs.find(({ number }) => number === ref.run);
    if (before && !before.carrier) this.#hear(before);
    await store.commit(by, (state) => claimRun(state, { ...ref, carrier, token }));
    const { work, run } = this.#find(ref, id);
    this.#hear(run);
    const made = commandOf(store.state, work, run, answers, this.#parts.project);
    if ('exit' in made) {
      await recordEnd(this.#parts, run, made, id);
      throw conflict('run-ended', `Run ${run.number} has ended: it cannot be started.`);
    }
    const { chunk, spec } = work.unit;
    return {
      ...made,
      chunk,
      phase: run.phase,
      run: run.number,
      env: [...spec.env, ...made.env],
      answers: answersText(work, run.number),
    };
  };

  beat: CarryActions['beat'] = async ({ by, ...ref }, { carrier, offset, bytes, answers }) => {
    this.#refuseUnlessLeading();
    const { work, run } = this.#find(ref, carrier);
    this.#hear(run);
    const size = appendPiece(this.#files(run), offset, Buffer.from(bytes, 'base64'));
    const text = answersText(work, run.number);
    const isCurrent = digestOf(text) === answers;
    const isToTell = isCurrent && run.messages.length > run.told;
    const signal = isToTell ? await this.#tell(by, work, run) : null;
    return { go: this.#go(run, size), size, answers: isCurrent ? null : text, signal };
  };

  end: CarryActions['end'] = async ({ by: _, ...ref }, { carrier, size, outcome }) => {
    this.#refuseUnlessLeading();
    const { run } = this.#find(ref, carrier);
    this.#hear(run);
    const here = sizeOf(this.#files(run).output);
    if (here < size) return { ended: false, size: here };
    await recordEnd(this.#parts, run, outcomeOf(outcome), carrier);
    return { ended: true, size: here };
  };

  #go(run: Run, size: number): BeatAnswer['go'] {
    if (!run.kill) return 'on';
    return size > 2 * this.#parts.store.state.settings.output_mib * MIB ? 'kill-now' : 'kill';
  }

  /** It has the message in its answers file: committed first, then signalled, as on this machine. */
  async #tell(by: By, work: WorkUnit, run: Run): Promise<BeatAnswer['signal']> {
    const { store } = this.#parts;
    const { unit, number, messages } = run;
    const told = { unit, run: number, count: messages.length };
    await store.commit(by, (state) => runTold(state, told));
    return agentOf(store.state, work.unit.spec)?.interrupt ?? null;
  }

  /** Another daemon may know more: it has the last word on who carries what. */
  #refuseUnlessLeading(): void {
    if (!this.#parts.store.leads)
      throw new Refusal('unavailable', 'busy', 'Another daemon leads now, and hears the carriers.');
  }

  #find(ref: RunRef, carrier: string): { work: WorkUnit; run: Run } {
    const { state } = this.#parts.store;
    const run = carriedRun(state, { ...ref, carrier });
    const work = state.works.get(ref.unit);
    if (!work || !tendedRun(work)) throw conflict('run-ended', `Run ${ref.run} has ended.`);
    return { work, run };
  }

  #hear(run: Run): void {
    this.#heard.set(keyOfRun(run), this.#now());
  }

  #files(run: Run): RunFiles {
    return runFiles(this.#parts.runs, run.unit, run.number);
  }
}

const outcomeOf = (outcome: CarriedOutcome): Outcome =>
  outcome.exit === 'never-began' ? { ...outcome, code: 'cannot-start' } : outcome;

/** The command of a run as it is started in the executor's folder; or why it cannot be. */
export function commandOf(
  state: State,
  work: WorkUnit,
  run: Run,
  answers: string,
  project: string,
): { command: readonly string[]; cwd: string; env: readonly string[] } | Outcome {
  const { spec } = work.unit;
  const agent = agentOf(state, spec);
  const executor = executorNamed(state, run.executor ?? '');
  const never = (code: 'agent-not-trusted' | 'no-executor', detail: string): Outcome => ({
    exit: 'never-began',
    code,
    detail,
  });
  if (!agent) return never('agent-not-trusted', spec.agent ?? '');
  if (!executor) return never('no-executor', run.executor ?? '');
  try {
    const task = { ...taskOf(work, run, project, answers), there: executor.folder };
    return { command: agent.command(task), cwd: executor.folder, env: agent.env };
  } catch (error) {
    if (error instanceof NoCommand) return { exit: 'never-began', code: error.code, detail: error.detail };
    throw error;
  }
}
