/** The last step of a unit with a change set: ask, merge, or leave it. */
import type { WorkUnit } from '../../shared/words.ts';
import { type MergeMode, type MergePlanned, type MergeStrategy, REBASE } from '../../shared/work-words.ts';
import { DAEMON } from '../domain/actors.ts';
import { endMerge, isApproved, planMerge, rebaseUnit, refuseMerge } from '../domain/commands/merge.ts';
import { askConflict, askReview, isUnderReview, refreshReview } from '../domain/commands/merge-questions.ts';
import { mayMerge, snapshotTaken } from '../domain/commands/work.ts';
import { activeWorks, isMerging } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';
import { newId } from '../system/new-id.ts';
import { commitMerge } from '../work/merge.ts';
import { WorkRefused } from '../work/refused.ts';
import { repairMerge } from '../work/repair-merge.ts';
import { findRepository, gitIn, type Repository, refOf } from '../work/repository.ts';
import { assess, type Merging } from './assess.ts';
import type { Worktrees } from './worktrees.ts';

export interface MergerParts {
  readonly store: Store;
  readonly log: Log;
  readonly project: string;
  readonly worktrees: Worktrees;
}

/** How often the bases of open reviews are looked at. */
const REFRESH_MS = 2000;

/** Settles what becomes of the change sets of units that are through with their phases: asks, merges, leaves. */
export class Merger {
  readonly #parts: MergerParts;
  readonly #busy = new Map<number, Promise<void>>();
  /** By unit: where the base was when its card was made. */
  readonly #shown = new Map<number, string>();
  /** Merges into one base, one after the other: side by side, each would find the base moved by another. */
  #merging: Promise<void> = Promise.resolve();
  #refreshing: Promise<void> | null = null;
  #refreshed = 0;

  constructor(parts: MergerParts) {
    this.#parts = parts;
  }

  /** Looks at every unit that could be merged now; what it begins goes on by itself. */
  look(): void {
    const { state } = this.#parts.store;
    if (this.#refreshing === null && Date.now() - this.#refreshed > REFRESH_MS) {
      this.#refreshing = this.#refresh()
        .catch((error: unknown) => this.#parts.log.error('merger', error))
        .finally(() => {
          this.#refreshing = null;
          this.#refreshed = Date.now();
        });
    }
    for (const work of activeWorks(state)) {
      const { id } = work.unit;
      if (!isMerging(work) || this.#busy.has(id) || !mayMerge(state, work)) continue;
      const settled = this.#mayGo(work) ? this.#inTurn(id) : this.#settle(id);
      this.#busy.set(
        id,
        settled.finally(() => this.#busy.delete(id)),
      );
    }
  }

  /** Whether it is merged without a further question. */
  #mayGo(work: WorkUnit): boolean {
    return isApproved(work) || this.#modeOf(work) === 'auto';
  }

  #modeOf = ({ unit }: WorkUnit): MergeMode => unit.spec.merge ?? this.#parts.store.state.trusted.work.merge;

  #inTurn(unit: number): Promise<void> {
    this.#merging = this.#merging.then(() => this.#settle(unit));
    return this.#merging;
  }

  /** Resolves when nothing is being merged any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#busy.values(), this.#refreshing]);
  }

  async #settle(unit: number): Promise<void> {
    try {
      await this.#next(unit);
    } catch (error) {
      // It is looked at again, from where the base is now.
      if (error instanceof WorkRefused && error.code === 'base-moved') return;
      await this.#parts.worktrees.report(unit, 'merge', error);
    }
  }

  async #next(unit: number): Promise<void> {
    const { store, project } = this.#parts;
    const work = store.state.works.get(unit);
    const facts = work?.unit.work;
    // It may have waited for its turn.
    if (!work || !facts || !mayMerge(store.state, work)) return;
    const { base } = facts;
    const isLeft = this.#modeOf(work) === 'leave' && !facts.approved;
    if (base === null || isLeft) return this.#end(unit, 'left');
    const repository = await findRepository(project);
    if (facts.merge) return this.#move(repository, unit, { ...facts, base }, facts.merge);
    const merging = await this.#look(repository, unit, base);
    if (merging) await this.#decide(merging);
  }

  /** The work as it is now; null: it is another than was known, which is looked at again, or it cannot be merged. */
  async #look(repository: Repository, unit: number, branch: string): Promise<Merging | null> {
    const { store, worktrees } = this.#parts;
    const before = store.state.works.get(unit)?.unit;
    if (!before?.work) return null;
    const kept = await worktrees.keep(before, before.work);
    if ('trouble' in kept) {
      await worktrees.stuck(unit, 'snapshot', kept.trouble);
      return null;
    }
    await store.commit(DAEMON, (state) => snapshotTaken(state, { unit, snapshot: kept.snapshot }));
    const work = store.state.works.get(unit);
    const facts = work?.unit.work;
    if (!work || !facts || !mayMerge(store.state, work)) return null;
    const base = await refOf(gitIn(repository), `refs/heads/${branch}`);
    if (base !== null)
      return { work, facts: { ...facts, base: branch }, repository, snapshot: kept.snapshot, base };
    await worktrees.stuck(unit, 'merge', { code: 'branch-gone', branch });
    return null;
  }

  async #decide(merging: Merging): Promise<void> {
    const { work } = merging;
    const mayGo = this.#mayGo(work);
    const { tree, conflicts, finding } = await assess(merging);
    const { strategy, needsRebase } = this.#strategyFor(merging);
    if (mayGo && !conflicts && !needsRebase) return this.#merge(merging, tree, strategy);
    if (mayGo && !conflicts && canRebase(work)) return this.#rebase(work);
    await this.#parts.store.commit(DAEMON, (state) =>
      mayGo ? askConflict(state, finding) : askReview(state, finding),
    );
    this.#shown.set(work.unit.id, merging.base);
  }

  /** Cards say what a merge would be now: a base that has moved may have made it a conflict, or ended one. */
  async #refresh(): Promise<void> {
    const { store, project } = this.#parts;
    const asked = activeWorks(store.state).filter(isUnderReview);
    if (asked.length === 0) return;
    const repository = await findRepository(project);
    for (const work of asked) {
      const { id, work: facts } = work.unit;
      if (!facts?.snapshot || facts.base === null) continue;
      const base = await refOf(gitIn(repository), `refs/heads/${facts.base}`);
      if (base === null || base === this.#shown.get(id)) continue;
      const merging = {
        work,
        facts: { ...facts, base: facts.base },
        repository,
        snapshot: facts.snapshot,
        base,
      };
      const { finding } = await assess(merging);
      await store.commit(DAEMON, (state) => refreshReview(state, finding));
      this.#shown.set(id, base);
    }
  }

  #strategyFor({ facts, snapshot, base }: Merging) {
    const strategy = facts.approved?.strategy ?? this.#parts.store.state.trusted.work.strategy;
    return { strategy, needsRebase: strategy === 'rebase' && snapshot.from !== base };
  }

  async #rebase({ unit }: WorkUnit): Promise<void> {
    await this.#parts.store.commit(DAEMON, (state) => rebaseUnit(state, { unit: unit.id }));
  }

  async #merge(
    { work, facts, repository, snapshot, base }: Merging,
    tree: string,
    strategy: MergeStrategy,
  ): Promise<void> {
    const { store } = this.#parts;
    const { id: unit, chunk, title, goal } = work.unit;
    const options = { strategy, base: facts.base, old: base, snapshot: snapshot.commit, tree };
    const made = await commitMerge(repository, { ...options, title: title || chunk, goal, id: unit });
    const plan: MergePlanned = { old: base, new: made, snapshot: snapshot.commit, strategy };
    await store.lead((state) => planMerge(state, { unit, ...plan }));
    await this.#move(repository, unit, facts, plan);
  }

  /** Moves the base to what was planned, by this daemon or one that was killed in it. */
  async #move(
    repository: Repository,
    unit: number,
    { base: branch }: Pick<Merging['facts'], 'base'>,
    plan: MergePlanned,
  ): Promise<void> {
    const { store } = this.#parts;
    const move = await repairMerge(repository, { branch, old: plan.old, new: plan.new, id: unit });
    if (move.moved) return this.#end(unit, 'merged');
    const { moved: _, ...problem } = move;
    // Somebody else moved it meanwhile: planned anew, without a question.
    const isAsked = problem.refused !== 'base-moved';
    const refusal = { unit, branch, problem, key: newId(), isAsked };
    await store.commit(DAEMON, (state) => refuseMerge(state, refusal));
  }

  async #end(unit: number, how: 'merged' | 'left'): Promise<void> {
    await this.#parts.store.commit(DAEMON, (state) => endMerge(state, { unit, how }));
  }
}

/** Only an agent can put commits onto another base; one that has just failed to would be asked for ever. */
const canRebase = ({ unit, runs }: WorkUnit): boolean =>
  unit.spec.agent !== null && runs.at(-1)?.phase !== REBASE;
